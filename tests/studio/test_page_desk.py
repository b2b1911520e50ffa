"""What a musician sets in the page: undo, presets, links, blind comparisons, shortcuts."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soundfile
from browsing import Open, launched, needs_chromium, play, served, settled, visiting
from playwright.sync_api import Browser, Page, Route, expect
from studios import MODEL

from riffsmith.corpus import Corpus
from riffsmith.remote import ControlChanges

pytestmark = [*needs_chromium, pytest.mark.slow]


@pytest.fixture(scope="module")
def remote() -> ControlChanges:
    return ControlChanges()


@pytest.fixture(scope="module")
def address(
    latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory, remote: ControlChanges
) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("desk"), latent_corpus, remote=remote) as found:
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


def test_the_knobs_follow_other_programs(open_page: Open, remote: ControlChanges):
    page = open_page()
    settled(page, "listen")
    play(page)
    page.locator("#knob-intensity").fill("0.25")
    tempo, key = page.locator("#knob-tempo"), page.locator("#knob-key")
    both = re.compile(r'"intensity":0.25,.*"tempo":90,')  # the page's own value stays
    with page.expect_request(lambda asked: both.search(asked.post_data or "") is not None):
        remote.set("tempo", 90)
    remote.set("key", "Gb minor")
    expect(key).to_have_attribute("aria-valuetext", "F♯")
    tempo.fill("200")
    remote.set("tempo", 90)  # as before, but the page has changed it since
    expect(tempo).to_have_attribute("aria-valuetext", "90 bpm")
    expect(page.locator("#redo")).to_be_disabled()
    page.locator("#undo").click()
    expect(tempo).to_have_attribute("aria-valuetext", "200 bpm")
    remote.reset()
    for knob in (tempo, key, page.locator("#knob-intensity")):
        expect(knob).to_have_attribute("aria-valuetext", "auto")


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


def give_clips(page: Page) -> list[dict[str, Any]]:
    """Gives short clips for what the page asks; those of `metal` are louder."""
    asked: list[dict[str, Any]] = []
    wav = io.BytesIO()
    soundfile.write(wav, np.full((4_000, 2), 0.01), 8_000, format="WAV")

    def give(route: Route) -> None:
        body = route.request.post_data_json
        assert body is not None
        asked.append(body)
        lufs = "-10" if body["model"] == "metal" else "-16"
        headers = {"X-Riffsmith-LUFS": lufs}
        route.fulfill(body=wav.getvalue(), content_type="audio/wav", headers=headers)

    page.route("**/api/generate", give)
    return asked


def hear_both(page: Page) -> None:
    """Plays clip A to its end, then clip B: a clip counts as heard once it has begun to play."""
    page.keyboard.press("1")
    expect(page.locator("#hear-0")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#hear-0")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("2")
    expect(page.locator("#vote-0")).to_be_enabled()


def test_two_sides_are_compared_blind(open_page: Open):
    """The louder clip is turned down; a vote shows which was which, and is counted."""
    page = open_page()
    asked = give_clips(page)
    expect(page.locator("#compare-make")).to_be_enabled()  # once the models are known
    page.locator("#knob-tempo").fill("90")
    for side, (model, seed) in enumerate([("metal", "3"), (MODEL, "4")]):
        page.locator(f"#compare-model-{side}").select_option(model)
        page.locator(f"#compare-seed-{side}").fill(seed)
    result, votes = page.locator("#compare-result"), page.locator("#tally-list")
    for preferred in ("metal", "metal", MODEL, None):
        page.get_by_role("button", name="Make the clips").click()
        expect(page.locator("#hear-0")).to_be_focused()
        expect(result).to_contain_text("Hear both")
        page.keyboard.press("ArrowLeft")  # counts only once both were heard
        hear_both(page)
        gains = page.locator("#trial audio").evaluate_all("all => all.map((one) => one.volume)")
        assert sorted(gains) == [pytest.approx(10 ** (-6 / 20)), 1]
        models = ["metal", MODEL] if gains[0] < 1 else [MODEL, "metal"]
        key = ["ArrowLeft", "ArrowRight"][models.index(preferred)] if preferred else "0"
        page.keyboard.press(key)
        names = {"metal": "Metal, seed 3", MODEL: "Tiny, seed 4"}
        said = f"You preferred {names[preferred]}." if preferred else "You heard no difference."
        expect(result).to_have_text(f"A was {names[models[0]]}; B was {names[models[1]]}. {said}")
    assert all(body["controls"]["tempo"] == 90 for body in asked)
    assert {(body["model"], body["seed"]) for body in asked} == {("metal", 3), (MODEL, 4)}
    expect(votes).to_contain_text("Metal: 2 · Tiny: 1 · no difference: 1. If each vote")
    expect(votes).to_contain_text("in 100 % of all cases")
    votes.get_by_role("button").click()
    expect(votes).to_be_hidden()


def test_snapshots_of_a_model_are_compared(open_page: Open):
    page = open_page()
    asked = give_clips(page)

    def add_snapshots(route: Route) -> None:
        models = route.fetch().json()
        several = {"snapshots": [0, 8], "snapshot": 8}
        found = [{**each, **several} if each["id"] == MODEL else each for each in models]
        route.fulfill(json=found)

    page.route("**/api/models", add_snapshots)
    page.reload()
    settled(page, "listen")
    snapshots = [page.locator(f"#compare-snapshot-{side}") for side in (0, 1)]
    seeds = [page.locator(f"#compare-seed-{side}") for side in (0, 1)]
    for side in (0, 1):
        page.locator(f"#compare-model-{side}").select_option("metal")
        expect(snapshots[side]).to_be_hidden()
        page.locator(f"#compare-model-{side}").select_option(MODEL)
        expect(snapshots[side]).to_have_value("8")
        seeds[side].fill("3")
    make = page.get_by_role("button", name="Make the clips")
    make.click()
    expect(page.locator("#banner")).to_contain_text("choose another model, snapshot or seed")
    snapshots[0].select_option(label="step 0")
    make.click()
    expect(page.locator("#hear-0")).to_be_focused()
    hear_both(page)
    page.keyboard.press("0")
    expect(page.locator("#compare-result")).to_contain_text("Tiny, step 8, seed 3")
    expect(page.locator("#tally-list")).to_contain_text("Tiny, step 0: 0 · Tiny, step 8: 0 · no")
    assert {body["snapshot"] for body in asked} == {0, 8}
    page.get_by_role("button", name="Two more, with other seeds").click()
    expect(seeds[0]).not_to_have_value("3")
    assert seeds[0].input_value() == seeds[1].input_value()  # both were the same before


def test_votes_are_checked_and_their_chance_is_exact(open_page: Open):
    script = """async () => {
        const { addVote, chanceOf, readTally, writeTally } = await import("./tally.js");
        const pairs = addVote(addVote([], "b", "a", "b"), "a", "b", null);
        const wrong = [
            { models: ["b", "a"], votes: [0, 0, 0] }, { models: ["a", "b"], votes: [-1, 0, 0] },
        ];
        return {
            pairs,
            read: readTally(writeTally([...pairs, ...wrong])),
            other: ["[", "{}", "null"].map((text) => readTally(text).isWhole),
            chances: [[0, 0], [5, 5], [1, 9], [9, 1], [2000, 2000], [0, 10]].map((votes) =>
                chanceOf(...votes)),
        };
    }"""
    found = open_page().evaluate(script)
    assert found["pairs"] == [{"models": ["a", "b"], "votes": [0, 1, 1]}]
    assert found["read"] == {"pairs": found["pairs"], "isWhole": False}
    assert found["other"] == [False, False, False]
    one_of_ten = 2 * (1 + 10) / 2**10
    expected = [1, 1, one_of_ten, one_of_ten, 1, 2 / 2**10]
    assert found["chances"] == pytest.approx(expected)


def test_a_question_mark_shows_the_shortcuts(open_page: Open):
    page = open_page(locale="es")
    settled(page, "listen")
    sheet = page.locator("#help")
    page.locator("#preset-name").press("?")
    expect(sheet).to_be_hidden()
    page.locator("#play").press("?")
    expect(sheet).to_be_visible()
    expect(sheet.locator("dt").filter(has_text="CtrlMayúsZ")).to_be_visible()
    names = page.evaluate("import('./keys.js').then(({ SHORTCUTS }) => Object.keys(SHORTCUTS))")
    assert sheet.locator("dt").count() == len(names) + 2
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
