"""What a musician sets in the page: undo, presets, links, blind comparisons, shortcuts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Open, launched, needs_chromium, served, settled, visiting
from playwright.sync_api import Browser, Page, expect
from studios import MODEL

from riffsmith.corpus import Corpus

pytestmark = [*needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("desk"), latent_corpus) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    with visiting(browser, address) as found:
        yield found


def brightness(page: Page) -> str | None:
    return page.locator("#knob-brightness").get_attribute("aria-valuetext")


def drag(page: Page, *fractions: float) -> None:
    """Drags the knob for brightness by its handle, from its middle to each fraction in turn."""
    knob = page.locator("#knob-brightness")
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    assert box is not None
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, height)
    page.mouse.down()
    for fraction in fractions:
        page.mouse.move(box["x"] + box["width"] * fraction, height)
    page.mouse.up()


def test_changes_are_undone_and_redone(open_page: Open):
    """A drag is one step, and so is a key that is held; so are a switch and another seed."""
    page = open_page()
    settled(page, "listen")
    undo, redo, seed = page.locator("#undo"), page.locator("#redo"), page.locator("#seed")
    expect(undo).to_be_disabled()
    drag(page, 0.6, 0.7, 0.8)
    dragged = brightness(page)
    assert dragged != "auto"
    for _ in range(3):
        page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    moved = brightness(page)
    page.locator("#auto-brightness").check()
    before = seed.input_value()
    page.locator("#dice").click()
    drawn = seed.input_value()
    page.keyboard.press("Control+z")
    expect(seed).to_have_value(before)
    for expected in (moved, dragged, "auto"):
        undo.click()
        assert brightness(page) == expected
    expect(undo).to_be_disabled()
    expect(redo).to_be_focused()  # so that the keyboard does not lose its place
    page.keyboard.press("Control+Shift+z")
    assert brightness(page) == dragged
    for _ in range(3):
        redo.click()
    assert (brightness(page), seed.input_value()) == ("auto", drawn)
    expect(redo).to_be_disabled()
    seed.fill("12")
    page.keyboard.press("Control+z")  # in a text field it is the browser's own
    assert brightness(page) == "auto"
    expect(undo).to_be_enabled()
    expect(seed).to_have_value(drawn)


def kept_presets(page: Page) -> list[dict[str, Any]]:
    return json.loads(page.evaluate("localStorage.getItem('riffsmith.presets')"))["presets"]


def test_knobs_are_kept_under_a_name(open_page: Open):
    page = open_page()
    name, chosen = page.locator("#preset-name"), page.locator("#preset")
    banner = page.locator("#banner")
    page.locator("#knob-tempo").fill("90")
    page.locator("#knob-key").fill("6")
    name.fill(" ")
    name.press("Enter")
    expect(banner).to_contain_text("has 1 to 40 characters")
    name.fill("  Slow   and dark ")
    name.press("Enter")
    expect(chosen).to_have_value("Slow and dark")
    knobs = {"tempo": 90, "key": "F#", "morph_seconds": 30}
    assert kept_presets(page) == [{"name": "Slow and dark", "knobs": knobs}]
    page.locator("#knob-tempo").fill("200")
    page.locator("#knob-intensity").fill("1")
    chosen.select_option("")
    chosen.select_option("Slow and dark")
    expect(page.locator("#knob-tempo")).to_have_attribute("aria-valuetext", "90 bpm")
    expect(page.locator("#knob-intensity")).to_have_attribute("aria-valuetext", "auto")
    page.keyboard.press("Control+z")
    expect(page.locator("#knob-tempo")).to_have_attribute("aria-valuetext", "200 bpm")
    page.get_by_role("button", name="Save the knobs").click()
    assert kept_presets(page)[0]["knobs"]["tempo"] == 200
    banner.get_by_role("button", name="Undo").click()
    assert kept_presets(page)[0]["knobs"] == knobs
    page.locator("#preset-delete").click()
    assert kept_presets(page) == []
    banner.get_by_role("button", name="Undo").click()
    page.reload()
    expect(chosen.locator("option")).to_have_text(["Choose a preset…", "Slow and dark"])


def test_a_link_opens_what_it_holds(open_page: Open, address: str):
    """Values that cannot be used have a sentence; the token of an address is not in a link."""
    page = open_page()
    query = f"model={MODEL}&seed=5&tempo=90&key=F%23&morph_seed=8&intensity=7&polka=1"
    page.goto(f"{address}/?token=secret#listen?{query}")
    expect(page.locator("#banner-text")).to_have_text(
        "The link has intensity “7”, and a value from 0 to 1 was expected: the knob is left as at "
        "first. The link has “polka”, which this page does not know."
    )
    expect(page.locator("#model")).to_have_value(MODEL)
    expect(page.locator("#seed")).to_have_value("5")
    expect(page.locator("#knob-tempo")).to_have_attribute("aria-valuetext", "90 bpm")
    assert page.url.endswith("#listen")
    page.evaluate("delete Navigator.prototype.clipboard")  # as at an address without https
    page.locator("#copy-link").click()
    link = page.locator("#banner input").input_value()
    rest = "seed=5&tempo=90&key=F%23&morph_seed=8&morph_seconds=30"
    assert link == f"{address}/#listen?model={MODEL.replace(':', '%3A')}&{rest}"


def test_what_comes_from_outside_is_checked(open_page: Open):
    script = """async () => {
        const { addPreset, asPresetName, readPresets, writePresets } = await import("./presets.js");
        const { readLink } = await import("./link.js");
        const { UndoHistory } = await import("./history.js");
        const good = { name: "a", knobs: { form: 1, key: "Bb" } };
        const bad = [
            null, 3, { name: "", knobs: {} }, { name: "b" }, { name: "a", knobs: {} },
            { name: "c", knobs: { tempo: "90" } }, { name: "d", knobs: { transpose: 0.5 } },
        ];
        const many = Array.from({ length: 60 }, (_, at) => ({ name: `${at}`, knobs: {} }));
        const steps = new UndoHistory();
        for (let at = 0; at < 300; at += 1) steps.note({ at });
        while (steps.canUndo) steps.undo();
        const models = [{ id: "base", title: "Base", streams: true }];
        const link = readLink("model=x&seed=-1&key=H&transpose=&variation=0.25", models);
        return {
            read: readPresets(writePresets([good, ...bad])),
            other: ["{", "[]", '{"version":2,"presets":[]}'].map((text) => readPresets(text).lost),
            nothing: readPresets(null),
            many: readPresets(writePresets(many)),
            full: addPreset(many.slice(0, 50), good, "en"),
            name: ["x".repeat(40), "x".repeat(41), "🎸".repeat(40)].map(asPresetName),
            first: steps.redo().at,
            knobs: link.knobs, model: link.model, seed: link.seed, remarks: link.remarks.length,
        };
    }"""
    found = open_page().evaluate(script)
    good = {"name": "a", "knobs": {"form": 1, "key": "Bb"}}
    assert found["read"] == {"presets": [good], "lost": 7}
    assert found["other"] == [1, 1, 1]
    assert found["nothing"] == {"presets": [], "lost": 0}
    assert (len(found["many"]["presets"]), found["many"]["lost"]) == (50, 10)
    assert found["full"] is None
    assert found["name"] == ["x" * 40, None, "🎸" * 40]
    assert found["first"] == 101  # of the 300 the last 200 are kept
    assert found["knobs"] == {"variation": 0.25}
    assert (found["model"], found["seed"], found["remarks"]) == (None, None, 4)
