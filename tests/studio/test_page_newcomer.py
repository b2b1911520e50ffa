"""The page for somebody who sees it for the first time: wrong values, empty places, fingers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import (
    SECTIONS,
    Open,
    Pulls,
    launched,
    needs_chromium,
    play,
    served,
    settled,
    visiting,
    wait_until,
)
from conftest import write_music
from playwright.sync_api import Browser, Page, Route, expect

from riffsmith.corpus import Corpus
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.recordings.schemas import SurveyInfo
from riffsmith.studio.schemas import Problem

pytestmark = [*needs_chromium, pytest.mark.slow]
SMALLEST_TARGET = 40
"""In pixels."""


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


def found(*, cut_at: float | None = None, **shares: list[str]) -> str:
    """A survey of recordings by their names, with those that they share music with. The one named
    `b` is held out, or its end where it is cut.
    """
    recording = {
        "usable": True,
        "refusal": None,
        "flaws": [],
        "seconds": 187.5,
        "sample_rate": 44_100,
        "channels": 2,
        "encoding": "WAV PCM_16",
        "peak_db": -1.0,
        "loudness_lufs": None,
        "content_hash": "",
    }
    values = {
        "folder": "/songs",
        "genre": None,
        "sample_rates": {"44100": 4},
        "channel_counts": {"2": 4},
        "training_preset": "latent",
        "entries": [
            {**recording, "path": path, "shares_with": others} for path, others in shares.items()
        ],
        "held_out": ["b"],
        "credit": "Una banda, CC0",
        "held_out_minutes": 3.125,
        "held_out_from_seconds": cut_at,
        "too_short_minutes": 0,
        "usable": len(shares),
        "skipped": 0,
        "minutes": 12.5,
        "grade": "little",
        "training_seconds": 3600,
        "preparation_seconds": 300,
    }
    return SurveyInfo.model_validate(values).model_dump_json()


FOUND = found(a=[], b=[], c=[], d=[])


def photograph(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png")


@pytest.mark.parametrize("field", ["seed", "morph-seed"])
def test_a_wrong_seed_is_refused_and_the_one_before_stays(open_page: Open, field: str):
    page = open_page()
    seed = page.locator(f"#{field}")
    seed.fill("12")
    seed.press("Enter")
    for wrong in ("-4", "1.5", "9007199254740993"):
        seed.fill(wrong)
        seed.press("Enter")
        expect(page.locator("#banner")).to_contain_text(f"{wrong} is none, so the seed before")
        expect(seed).to_have_value("12")
    seed.fill("")
    seed.press("Enter")
    expect(seed).not_to_have_value("")


def test_a_clip_names_its_true_length(open_page: Open, tmp_path: Path):
    page = open_page()
    pulls = Pulls(page)
    play(page)
    pulls.wait_until_played(page, 1.5)
    page.locator("#keep").click()
    expect(page.locator("#banner-text")).to_have_text(re.compile(r"^[1-9] s kept on the shelf: "))
    photograph(page, tmp_path, "kept")


def test_the_space_bar_plays_and_pauses(open_page: Open):
    page = open_page()
    settled(page, "listen")
    page.locator("body").press(" ")
    expect(page.locator("#state")).to_have_text("Playing")
    page.locator("#knob-intensity").focus()
    page.keyboard.press(" ")
    expect(page.locator("#state")).to_have_text("Paused")
    page.locator("#seed").focus()
    page.keyboard.press(" ")
    page.locator("#auto-intensity").focus()
    page.keyboard.press(" ")
    expect(page.locator("#state")).to_have_text("Paused")
    assert page.evaluate("scrollY") == 0


def test_dates_are_those_of_the_reader(open_page: Open):
    script = """async () => {
        const { moment } = await import("./numbers.js");
        return moment("2026-03-02T15:04:00");
    }"""
    assert open_page(locale="en-GB").evaluate(script) == "2 Mar 2026, 15:04"
    assert "Mar 2, 2026, 3:04" in open_page(locale="en-US").evaluate(script)
    assert open_page(locale="es-ES").evaluate(script) == "2 mar 2026, 15:04"


def test_an_upload_is_named_after_its_recordings(open_page: Open):
    script = """async (paths) => {
        const { commonName } = await import("./recordings.js");
        return commonName(paths);
    }"""
    page = open_page("train")
    for paths, name in (
        (["Muldjord - 01 Fear.mp3", "Muldjord - 02 Hate.mp3"], "Muldjord"),
        (["a/Café Tacvba 1.ogg", "a/Café Tacvba 12.ogg"], "Café-Tacvba"),
        (["metal.00001.wav", "metallic.wav"], ""),
        (["My song.flac"], "My-song"),
        (["01.wav", "02.wav"], ""),
        ([], ""),
    ):
        assert page.evaluate(script, paths) == name


def test_an_upload_is_listed_and_deleted(open_page: Open, tmp_path: Path):
    page = open_page("train")
    answer(page, "surveys", 200, found(a=[]))
    page.locator("#files").set_input_files(write_music(tmp_path / "a.wav", 4.0, 8000))
    kept = page.locator("#uploads-count")
    expect(kept).to_have_text("Recordings that you sent and that are kept: one upload (0.1 MB)")
    kept.click()
    expect(page.locator("#uploads-list li")).to_contain_text("deleted a week after its last use")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete: One file").click()
    expect(page.locator("#uploads")).to_be_hidden()
    expect(page.locator("#new-title")).to_be_focused()


def test_an_empty_evaluation_leads_to_the_training(open_page: Open, tmp_path: Path):
    page = open_page("evaluate")
    photograph(page, tmp_path, "evaluate")
    page.get_by_role("link", name="Train a model").click()
    expect(page.locator("#train-title")).to_be_focused()


@pytest.mark.parametrize("section", SECTIONS)
def test_targets_are_large_enough_for_fingers(open_page: Open, tmp_path: Path, section: str):
    page = open_page(section, 375, has_touch=True, is_mobile=True)
    settled(page, section)
    if section == "train":
        answer(page, "surveys", 200, FOUND)
        page.locator("#demo").click()
        expect(page.locator("#found")).to_be_visible()
        expect(page.get_by_text("Choose recordings")).to_be_visible()  # a finger drops nothing
    small = page.evaluate(
        """limit => [...document.querySelectorAll(
            "a, button, select, summary, input:not(.unseen, .switch, [type=checkbox]), "
            + "label:has(input), audio")]
          .filter(one => one.checkVisibility() && !one.matches(".unseen, .skip"))
          .map(one => [one.id || one.className || one.textContent.trim(),
                       one.getBoundingClientRect()])
          .filter(([_, { width, height }]) => Math.min(width, height) < limit)
          .map(([name, { width, height }]) => `${name}: ${width} × ${height}`)""",
        SMALLEST_TARGET,
    )
    page.screenshot(path=tmp_path / f"telephone-{section}.png", full_page=True)
    assert small == []


def answer(page: Page, route: str, status: int, body: str) -> None:
    """Answers what the page posts to a route in the place of the server."""

    def fulfil(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        return route.fulfill(status=status, body=body, content_type="application/json")

    page.route(f"**/api/{route}", fulfil)


def look_through(page: Page, folder: str) -> None:
    page.locator("#folder").fill(folder)
    page.locator("#look").click()


def test_recordings_to_hold_out_are_chosen_and_their_credit_is_sent(
    open_page: Open, tmp_path: Path
):
    page = open_page("train", may_complain=True)
    answer(page, "surveys", 200, found(a=["c"], b=[], c=["a"]))
    asked: list[dict[str, Any]] = []

    def refuse(route: Route) -> None:
        sent = route.request.post_data_json
        assert isinstance(sent, dict)
        asked.append(sent)
        taken = Problem.describe(ProblemCode.RUN_EXISTS, name="uno")
        route.fulfill(status=409, content_type="application/json", body=taken.model_dump_json())

    page.route("**/api/jobs", lambda r: refuse(r) if r.request.method == "POST" else r.fallback())
    page.locator("#demo").click()
    choice = page.locator("#hold-out")
    summary = choice.locator("summary")
    expect(summary).to_have_text("Held out of the training: 1 of 3 (3.1 of 9.4 minutes)")
    boxes = {name: choice.get_by_role("checkbox", name=name, exact=True) for name in "abc"}
    expect(boxes["b"]).to_be_checked()
    song = write_music(tmp_path / "a.wav", 2.0, 16_000)
    page.route("**/api/recordings?*", lambda route: route.fulfill(path=song))
    with page.expect_request("**/api/recordings?source=demo&path=a"):
        choice.get_by_role("button", name="Play a", exact=True).click()
    heard = page.locator("#found audio")
    wait_until(page, lambda: heard.evaluate("one => one.currentTime > 0"), "the recording")
    boxes["a"].check()
    expect(boxes["c"]).to_be_checked()  # it shares music with a
    expect(boxes["a"]).to_be_focused()
    start = page.locator("#start")
    expect(choice).to_contain_text("nothing is left to train on")
    expect(start).to_be_disabled()
    boxes["b"].uncheck()
    start.click()
    expect(page.locator("#banner")).to_be_visible()
    assert sorted(asked[-1]["hold_out"]) == ["a", "c"]
    assert asked[-1]["credit"] == "Una banda, CC0"  # that of the survey
    page.locator("#credit").fill(" ")
    choice.get_by_role("button", name="Hold nothing out").click()
    expect(choice).to_contain_text("no score can be measured")
    photograph(page, tmp_path, "held-out")
    start.click()
    wait_until(page, lambda: len(asked) == 2, "the second request")
    assert (asked[-1]["hold_out"], asked[-1]["credit"]) == ([], None)
    answer(page, "surveys", 200, found(a=[], b=[], cut_at=166.4))
    page.locator("#demo").click()
    expect(summary).to_have_text(
        "Held out of the training: the end of b, from 2:46 on (3.1 minutes)"
    )
    expect(choice).to_contain_text("There are too few recordings of similar length")
    photograph(page, tmp_path, "cut")
    start.click()
    wait_until(page, lambda: len(asked) == 3, "the third request")
    assert asked[-1]["hold_out"] is None
    boxes["a"].check()
    expect(summary).to_have_text("Held out of the training: 1 of 2 (3.1 of 6.3 minutes)")


def test_the_form_says_how_the_minutes_are_spent(open_page: Open):
    page = open_page("train", may_complain=True)
    answer(page, "surveys", 200, FOUND)
    page.locator("#demo").click()
    times, minutes = page.locator("#times"), page.locator("#minutes")
    expect(page.locator("#facts")).to_contain_text("1 h 5 min")
    expect(times).to_be_hidden()
    minutes.fill("30")
    expect(times).to_have_text("About 5 min of preparation, then 25 min of training steps.")
    minutes.fill("4")
    expect(times).to_contain_text("The preparation takes about 5 min, which leaves too little")
    expect(times).to_contain_text("training steps get 2 min all the same")
    expect(times).to_contain_text("takes about 7 min")


def test_a_folder_that_is_no_whole_path_has_a_sentence(open_page: Open, tmp_path: Path):
    page = open_page("train", may_complain=True)
    banner = page.locator("#banner")
    look_through(page, "music/band")
    expect(banner).to_contain_text("must be a whole path that begins with / or ~")
    look_through(page, "~/no such folder")
    expect(banner).to_contain_text("no folder “~/no such folder” on this computer")
    photograph(page, tmp_path, "folder")
    page.route("**/api/surveys", lambda _: None)  # an answer that takes long, and is not waited for
    look_through(page, "~/music")
    answer(page, "surveys", 200, FOUND)
    page.locator("#demo").click()
    expect(page.locator("#found")).to_be_visible()
    expect(page.locator("#look")).to_be_enabled()
    expect(banner).to_be_hidden()
    spanish = open_page("train", locale="es", may_complain=True)
    look_through(spanish, "music/band")
    expect(spanish.locator("#banner")).to_contain_text("debe ser una ruta completa")


def test_wrong_values_are_named_in_the_language_of_the_page(open_page: Open):
    page = open_page("train", locale="es", may_complain=True)
    answer(page, "surveys", 200, FOUND)
    page.locator("#demo").click()
    name, minutes = page.locator("#name"), page.locator("#minutes")
    for wrong in ("con espacios", "-a", ""):
        name.fill(wrong)
        page.locator("#start").click()
        message = name.evaluate("one => one.validationMessage")
        assert message.startswith("Un nombre empieza por una letra o una cifra"), wrong
    name.fill("uno")
    minutes.fill("-1")
    page.locator("#start").click()
    message = minutes.evaluate("one => one.validationMessage")
    assert message.startswith("Los minutos son un número")
    minutes.fill("5,5")
    assert minutes.evaluate("one => one.checkValidity()")
    script = "async () => (await import('./numbers.js')).fieldNumber(1234.5, 2, 2)"
    assert page.evaluate(script) == "1234,50"
    taken = Problem.describe(ProblemCode.RUN_EXISTS, name="uno")
    answer(page, "jobs", 409, taken.model_dump_json())
    with page.expect_request(lambda asked: '"minutes":5.5,' in (asked.post_data or "")):
        page.locator("#start").click()
    expect(page.locator("#banner")).to_contain_text("ya hay un entrenamiento «uno»")
    expect(page.locator("#banner [lang=en]")).to_have_count(0)
