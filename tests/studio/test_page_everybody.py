"""The page for everybody: languages, keyboard, small screens, names of controls, pictures."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import (
    SECTIONS,
    Open,
    launched,
    needs_chromium,
    play,
    reading,
    served,
    settled,
    visiting,
    wait_until,
)
from playwright.sync_api import Browser, expect

from riffsmith.corpus import Corpus

pytestmark = [*needs_chromium, pytest.mark.slow]
MARGIN = 10
"""In pixels, below the knobs of the README's picture."""


@pytest.fixture(scope="module")
def address(latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("page"), latent_corpus) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    with visiting(browser, address) as found:
        yield found


def test_the_browser_speaks_spanish_and_the_choice_is_kept(open_page: Open):
    page = open_page(locale="es-MX")
    expect(page.get_by_role("link", name="Escuchar")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "es"
    expect(page.locator("#state")).to_have_text("Listo")
    expect(page.get_by_role("slider", name="Brillo")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Listen", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Listen", exact=True)).to_be_visible()
    assert page.title() == "Listen · Riffsmith"


def test_texts_follow_the_language(open_page: Open):
    """Plurals, numbers, and sentences of the server; what is in English alone is marked."""
    script = """async () => {
        const { plain, problemSentence, sentence, t } = await import("./texts.js");
        const { figure, percent } = await import("./numbers.js");
        const { chart } = await import("./chart.js");
        const { factsOf } = await import("./facts.js");
        const reason = { code: "failed", parameters: { reason: "no" }, detail: "" };
        const part = { place: "a.txt", code: "not_audio", parameters: { ending: ".txt" } };
        const code = "nothing_usable";
        const of = { windows: 6, suspicious: 1, at: 2, second: 3, recording: "a" };
        const copied = { code: "copied", parameters: of, detail: "" };
        const job = { progress: 0.25, seconds_left: 75, stage: "codec", state: "running",
            step: 0, steps: null, best_snapshot: null, held_out: null, unit: "step" };
        const series = [["", [[3, 1], [4, 2]]]];
        const drawn = chart({ id: "a", title: "", unit: "", across: "", series });
        const ticks = [...drawn.querySelectorAll("text[text-anchor=middle]")];
        const later = { code: "of_a_later_version", parameters: {}, detail: "something new" };
        return [
            t("listen.credits", { count: 1 }), t("listen.credits", { count: 1200 }),
            t("listen.changed", { seconds: 0.55 }), figure(0.12345), percent(-0.001),
            sentence("originality", reason).map((one) => one.outerHTML ?? one).join(""),
            plain(problemSentence({ code, parameters: {}, parts: [part] })),
            plain(sentence("problem", later)),
            plain(sentence("originality", copied)),
            factsOf(job), ticks.map((tick) => tick.textContent).join(),
        ];
    }"""
    assert open_page().evaluate(script) == [
        "Learned from one recording",
        "Learned from 1,200 recordings",
        "Heard in 0.6 s…",
        "0.123",
        "0\u00a0%",
        "Not compared: no",
        "none of these files can be used (a.txt: not an audio file (.txt)): send recordings",
        "something new",
        "Copied: 1 of 6 windows is nearer to the training music than held-out music is; second 2 "
        "is most like second 3 of a.",
        "25\u00a0% · step 0 · 1 min left of this stage",
        "3",
    ]
    assert open_page(locale="es").evaluate(script) == [
        "Aprendido de una grabación",
        "Aprendido de 1200 grabaciones",
        "Se oye en 0,6 s…",
        "0,123",
        "0\u00a0%",
        'Sin comparar: <span lang="en">no</span>',
        "ninguno de estos archivos sirve (a.txt: no es un archivo de audio (.txt)): "
        "envíe grabaciones",
        "something new",
        "Copiado: 1 de 6 ventanas está más cerca de la música de entrenamiento que la música "
        "reservada; el segundo 2 se parece sobre todo al segundo 3 de a.",
        "25\u00a0% · paso 0 · quedan 1 min de esta etapa",
        "3",
    ]


def test_everything_works_with_the_keyboard(open_page: Open):
    page = open_page()
    expect(page.locator("#model option")).not_to_have_count(0)

    def tab_to(selector: str) -> None:
        for _ in range(page.locator("a, button, input, select, summary, audio").count()):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", selector
                return
        raise AssertionError(f"{selector} cannot be reached")

    tab_to(".skip")
    tab_to("#play")
    page.keyboard.press("Space")
    wait_until(page, lambda: reading(page, "rms-db") > -60, "sound")
    tab_to("#dice")
    seed = page.locator("#seed").input_value()
    page.keyboard.press("Enter")
    wait_until(page, lambda: page.locator("#seed").input_value() != seed, "another seed")
    tab_to("#knob-intensity")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#knob-intensity")).to_have_attribute("aria-valuetext", "51\u00a0%")
    tab_to("#auto-intensity")
    page.keyboard.press("Space")
    expect(page.locator("#knob-intensity")).to_have_attribute("aria-valuetext", "auto")
    page.get_by_role("link", name="Train", exact=True).press("Enter")
    expect(page.locator("#train-title")).to_be_focused()
    tab_to("#files")
    expect(page.locator("#mini")).to_be_visible()  # the music goes on and can be paused
    page.locator("#mini").press("Enter")
    page.get_by_role("link", name="Listen", exact=True).press("Enter")
    expect(page.locator("#state")).to_have_text("Paused")


@pytest.mark.parametrize("section", SECTIONS)
def test_nothing_is_wider_than_a_telephone_or_cut_off(open_page: Open, section: str):
    script = """() => {
        const pen = document.createElement("canvas").getContext("2d");
        const shown = (one) => one.checkVisibility() && !one.matches(".unseen, [type=range]");
        const textOf = (one) => one.selectedOptions?.[0]?.text ?? (one.value || one.placeholder);
        return [...document.querySelectorAll("select, input")].filter(shown).filter((one) => {
            const { font, paddingLeft, paddingRight } = getComputedStyle(one);
            const arrow = one.matches("select") ? 16 : 0;
            pen.font = font;
            const edges = parseFloat(paddingLeft) + parseFloat(paddingRight) + arrow;
            return pen.measureText(textOf(one) ?? "").width > one.clientWidth - edges;
        }).map((one) => `${one.id}: ${textOf(one)}`);
    }"""
    for language in ("en", "es"):
        page = open_page(section, 360, locale=language)
        settled(page, section)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate(script) == []


def test_every_control_has_a_name(open_page: Open):
    for section in SECTIONS:
        page = open_page(section)
        settled(page, section)
        for control in page.locator("button, a, input, select, [role=meter]").all():
            if control.is_visible():
                assert re.search(r'"\S', control.aria_snapshot()), control.get_attribute("id")
        expect(page.locator("audio:not([aria-label]), img:not([alt])")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pictures_of_the_page(open_page: Open, tmp_path: Path, width: int, theme: str):
    """RIFFSMITH_STUDIO_PICTURE names a file for the picture of the desk in the dark."""
    page = open_page("listen", width, color_scheme=theme)
    page.locator("#seed").fill("7")
    play(page)
    path = tmp_path / f"{theme}-{width}.png"
    assert len(page.screenshot(path=path)) > 20_000
    target = os.environ.get("RIFFSMITH_STUDIO_PICTURE")
    if target and (width, theme) == (1280, "dark"):
        page.locator("#knob-intensity").fill("0.8")
        page.locator("#knob-tempo").fill("148")
        page.wait_for_timeout(20_000)
        page.evaluate("scrollTo(0, 0)")
        page.mouse.move(0, 0)
        page.wait_for_timeout(300)
        knobs = page.locator("#knobs").bounding_box()
        assert knobs is not None
        height = knobs["y"] + knobs["height"] + MARGIN
        page.screenshot(path=target, clip={"x": 0, "y": 0, "width": width, "height": height})
