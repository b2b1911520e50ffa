"""The page in a real browser: what is heard, kept and trained."""

import itertools
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from browsing import (
    SECONDS,
    Open,
    Pulls,
    launched,
    needs_chromium,
    play,
    reading,
    served,
    visiting,
    wait_until,
)
from conftest import write_music
from playwright.sync_api import Browser, Request, Response, Route, expect
from studios import RATE

from riffsmith.corpus import Corpus
from riffsmith.studio.playback.player import Player

pytestmark = [*needs_chromium, pytest.mark.slow]
PULL_SECONDS = 0.75


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


def sent(request: Request) -> dict[str, Any]:
    """The body of a request."""
    body = request.post_data_json
    assert body is not None
    return body


def test_samples_arrive_and_are_not_silent(open_page: Open):
    page = open_page()
    expect(page.locator("#idle")).to_be_visible()
    play(page)
    expect(page.locator("#state")).to_have_text("Playing")
    assert reading(page, "peak-db") > reading(page, "rms-db")
    pulls = Pulls(page)
    wait_until(page, lambda: len(pulls.places) > 3, "more pulls")
    for (start, count), (following, _) in itertools.pairwise(pulls.places):
        assert following == start + count
    assert float(page.locator("#buffer").get_attribute("aria-valuenow") or 9) <= 3.1
    page.get_by_role("button", name="Pause", exact=True).first.click()
    expect(page.locator("#state")).to_have_text("Paused")
    end = pulls.end
    page.wait_for_timeout(1500)  # there is no event that says that nothing happens
    assert pulls.end <= end + 2 * PULL_SECONDS * RATE  # the reserve is filled, and no more
    play(page)


def test_a_changed_control_is_heard_soon(open_page: Open):
    """The server is asked, and what it then gives, here tones, is heard from there on."""
    page, changes = open_page(), list[int]()
    pulls = Pulls(page)

    def give(route: Route) -> None:
        route.fetch()  # so that the server knows what was pulled
        start, count = map(int, re.findall(r"=(\d+)", route.request.url))
        time_ = (start + np.arange(count)) / 8000
        is_changed = (start + np.arange(count)) >= (changes[0] if changes else 10**9)
        tone = np.where(
            is_changed,
            0.5 * np.sin(2 * np.pi * 2500 * time_),
            0.05 * np.sin(2 * np.pi * 200 * time_),
        )
        pcm = np.repeat(np.rint(tone * 32767).astype("<i2"), 2)
        route.fulfill(body=pcm.tobytes(), content_type="application/octet-stream")

    def change(route: Route) -> None:
        answer = route.fetch()
        if route.request.method == "PATCH":
            changes.append(answer.json()["at"])
        route.fulfill(response=answer)

    page.route("**/pcm?*", give)
    page.route("**/api/players/*", change)
    play(page)
    wait_until(page, lambda: reading(page, "centre-hz") < 600, "a dark tone")
    dark = reading(page, "rms-db")
    slider = page.get_by_role("slider", name="Brightness")
    expect(slider).to_have_attribute("aria-valuetext", "auto")

    def is_patch(answer: Response, **controls: float | None) -> bool:
        patched = answer.request.method == "PATCH"
        return patched and controls.items() <= sent(answer.request)["controls"].items()

    with page.expect_response(lambda answer: is_patch(answer, brightness=1, tempo=200)) as patched:
        slider.press("End")
        page.get_by_role("slider", name="Tempo").fill("200")
    asked = sent(patched.value.request)
    assert asked["controls"]["intensity"] is None
    assert changes[-1] > asked["position"]
    assert changes[-1] <= pulls.end  # before what was pulled is over
    wait_until(page, lambda: reading(page, "centre-hz") > 2000, "a bright tone")
    wait_until(page, lambda: reading(page, "rms-db") > dark + 10, "a loud tone")
    expect(slider).to_have_attribute("aria-valuetext", "100\u00a0%")
    with page.expect_response(lambda answer: is_patch(answer, brightness=None)):
        page.get_by_role("checkbox", name="Leave Brightness to the seed").check()


def test_a_morph_names_a_seed_and_its_time(open_page: Open):
    page = open_page()
    play(page)
    page.locator("#morph-seed").fill("77")
    with page.expect_request(lambda request: request.method == "PATCH") as patched:
        page.get_by_role("checkbox", name="Morph to another seed").check()
    controls = sent(patched.value)["controls"]
    assert controls["morph_seed"] == 77
    assert 25 < controls["morph_seconds"] <= 30
    Pulls(page).wait_until_played(page, 1.5)
    with page.expect_request(lambda request: request.method == "PATCH") as patched:
        page.get_by_role("slider", name="Variation").press("Home")
    controls = sent(patched.value)["controls"]
    assert controls["variation"] == 0
    assert controls["morph_seconds"] < 29  # what is left of it


def test_form_key_and_transposition_are_asked_for(open_page: Open):
    page = open_page()
    play(page)

    def turn(name: str, value: str) -> dict[str, Any]:
        with page.expect_request(lambda request: request.method == "PATCH") as patched:
            page.get_by_role("slider", name=name).fill(value)
        answer = patched.value.response()
        assert answer is not None
        assert answer.ok
        return sent(patched.value)["controls"]

    for name in ("Form", "Key"):
        slider = page.get_by_role("slider", name=name, exact=True)
        expect(slider).to_have_attribute("aria-valuetext", "auto")
    controls = turn("Transpose", "-3")
    assert (controls["form"], controls["key"], controls["transpose"]) == (None, None, -3)
    slider = page.get_by_role("slider", name="Transpose")
    expect(slider).to_have_attribute("aria-valuetext", "−3 semitones")
    assert turn("Form", "0.8")["form"] == 0.8
    assert turn("Key", "6")["key"] == "F#"
    expect(page.locator("#knob-key")).to_have_attribute("aria-valuetext", "F♯")


def test_a_slow_computer_is_reported_and_goes_on(open_page: Open, monkeypatch: pytest.MonkeyPatch):
    page, give = open_page(), Player.pcm
    play(page)

    def slowly(self: Player, start: int, count: int) -> bytes:
        time.sleep(2.5)
        return give(self, start, count)

    monkeypatch.setattr(Player, "pcm", slowly)
    expect(page.locator("#state")).to_contain_text("too slow to play it without pauses")
    gauge = page.locator("#buffer")  # is written a moment after the state
    wait_until(page, lambda: int(gauge.get_attribute("data-gaps") or 0) >= 1, "a gap counted")
    monkeypatch.setattr(Player, "pcm", give)
    wait_until(page, lambda: reading(page, "rms-db") > -60, "sound again")


def test_a_forgotten_piece_goes_on(open_page: Open, address: str):
    page = open_page(may_complain=True)  # the browser tells of refused requests
    with page.expect_response("**/api/players") as opened:
        play(page)
    first = opened.value.json()
    with page.expect_response("**/api/players") as opened:
        page.request.delete(f"{address}/api/players/{first['id']}")
        wait_until(page, lambda: reading(page, "rms-db") > -60, "sound")
    assert opened.value.json()["seed"] == first["seed"]


def test_a_clip_is_kept_downloaded_and_deleted(open_page: Open, tmp_path: Path):
    page = open_page()
    pulls = Pulls(page)
    play(page)
    pulls.wait_until_played(page, 2)
    page.get_by_role("button", name="Keep the last 30 s").click()
    clip = page.locator(".clip").first
    expect(clip.get_by_role("img")).to_be_visible()
    expect(page.locator("#banner")).to_contain_text("kept on the shelf")
    page.get_by_role("button", name="Pause", exact=True).first.click()
    for name in ("WAV", "FLAC", "MP3"):
        with page.expect_download() as download:
            clip.get_by_role("link", name=name).click()
        path = tmp_path / f"clip.{name.lower()}"
        download.value.save_as(path)
        audio, rate = soundfile.read(path)
        assert rate == 8000
        assert len(audio) > 1.5 * rate
        assert np.abs(audio).max() > 0.001
    place = clip.locator(".verdict-of")
    expect(place).to_have_attribute("data-state", re.compile("^(waiting|done|failed)$"))
    count = page.locator(".clip").count()
    clip.get_by_role("button", name="Delete").click()
    expect(page.locator(".clip")).to_have_count(count - 1)
    page.get_by_role("button", name="Undo", exact=True).press("Enter")
    expect(page.locator(".clip")).to_have_count(count)
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.locator(".clip").first.get_by_role("button", name="Delete").click()
    assert deleted.value.status == 204


def test_a_loop_is_made_renamed_trimmed_and_dragged(open_page: Open):
    page = open_page()
    expect(page.locator("#model option")).not_to_have_count(0)
    page.locator("#seed").fill("3")
    page.locator("#loop-tempo").fill("500")
    page.locator("#make-loop").click()
    message = page.locator("#loop-tempo").evaluate("one => one.validationMessage")
    assert message.startswith("The tempo is a number from 40 to 320")
    page.locator("#loop-tempo").fill("127,5")
    page.locator("#loop-bars").fill("1")
    page.locator("#make-loop").click()
    expect(page.locator("#banner-text")).to_contain_text("seed 3, 127.5 bpm, 1 bar.")
    page.locator("#loop-tempo").fill("")
    page.locator("#knob-tempo").fill("120")  # which a loop follows
    page.locator("#make-loop").click()
    expect(page.locator("#banner-text")).to_contain_text("seed 3, 120 bpm, 1 bar.")
    clip = page.locator(".clip", has_text="120 bpm, 1 bar")
    assert clip.locator("audio").evaluate("one => one.loop")
    clip.get_by_role("button", name="Rename").press("Enter")
    page.keyboard.type("Verse")
    page.keyboard.press("Enter")
    clip = page.locator(".clip", has=page.get_by_role("heading", name="Verse", exact=True))
    expect(clip.locator(".rename")).to_be_focused()
    clip.get_by_role("button", name="Favourite: Verse").press("Enter")
    expect(clip.locator(".star")).to_have_attribute("aria-pressed", "true")
    expect(clip.locator(".star")).to_be_focused()
    expect(page.locator(".clip h3").first).to_have_text("Verse")
    dragged = clip.get_by_role("link", name="WAV").evaluate(
        """link => {
          const dataTransfer = new DataTransfer();
          link.dispatchEvent(new DragEvent("dragstart", { dataTransfer, bubbles: true }));
          return dataTransfer.getData("DownloadURL");
        }"""
    )
    assert re.fullmatch(r"audio/wav:Verse-120bpm-1bar\.wav:http://127\..*/audio\.wav", dragged)
    with page.expect_download() as saved:
        clip.get_by_role("button", name="Download Verse as MIDI").click()
    assert saved.value.suggested_filename == "Verse-120bpm-1bar.mid"
    clip.locator("summary").press("Enter")
    clip.get_by_role("slider", name="From (s)").press("ArrowRight")
    end = clip.get_by_role("textbox", name="To (s)")
    end.fill("0,5")  # with a comma, which a field takes in every language
    end.press("Tab")
    expect(end).to_have_value("1.01")  # a part is a second or longer
    clip.get_by_role("button", name="Keep the part").click()
    expect(page.locator("#banner-text")).to_have_text("On the shelf: Verse, 0.0–1.0 s.")
    clip.locator(".star").press("Enter")  # or it would stay before the clips of other tests
    expect(clip.locator(".star")).to_have_attribute("aria-pressed", "false")


def test_a_piece_begins_with_a_file_and_goes_on_from_a_clip(open_page: Open, tmp_path: Path):
    page, begun = open_page(), list[Any]()

    def note(asked: Request) -> None:
        if asked.method == "POST" and asked.url.endswith("/api/players"):
            begun.append(sent(asked)["audio_prompt"])

    page.on("request", note)
    riff = write_music(tmp_path / "riff.wav", 5.0, 16_000)
    page.locator("#prompt-file").set_input_files(riff)
    expect(page.locator("#prompt-of")).to_have_text("riff.wav")
    expect(page.locator("#state")).to_have_text("Playing")
    assert begun[-1]["noise_level"] == 0.5
    page.get_by_role("slider", name="How far the beginning is varied").press("Home")
    wait_until(page, lambda: begun[-1]["noise_level"] == 0, "the same with its new variation")
    expect(page.locator("#state")).to_have_text("Playing")
    Pulls(page).wait_until_played(page, 2)
    page.get_by_role("button", name="Keep the last 30 s").click()
    clip = page.locator(".clip").first
    expect(clip).to_contain_text("began with riff.wav")
    clip.get_by_role("button", name="Begin a piece with").click()
    wait_until(page, lambda: begun[-1]["source"].startswith("clip:"), "a piece of the clip")
    expect(page.locator("#prompt-of")).to_contain_text("seed")
    page.get_by_role("button", name="Begin with nothing of my own").click()
    wait_until(page, lambda: begun[-1] is None, "a piece of nothing")
    expect(page.locator("#prompt-second")).to_be_disabled()


def test_songs_become_a_training_that_stops_and_goes_on(open_page: Open, tmp_path: Path):
    page = open_page("train")
    songs = [write_music(tmp_path / f"{n}.wav", 20.0, 8000, seed=n) for n in range(4)]
    notes = tmp_path / "notes.txt"
    notes.write_text("no music")
    page.locator("#files").set_input_files([*songs, notes])
    expect(page.locator("#found")).to_be_visible()
    expect(page.locator("#facts")).to_contain_text("4usable recordings")
    expect(page.locator("#verdict")).to_contain_text("very little")
    expect(page.locator("#entries")).to_contain_text("not an audio file (.txt)")
    page.get_by_label("Name of the model").fill("first-try")
    page.get_by_role("button", name="Start training").click()
    expect(page.locator(".run-head h3")).to_have_text("first-try")
    expect(page.locator(".run-head h3")).to_be_focused()
    expect(page.locator(".run-head .badge")).to_have_text("running")
    expect(page.locator(".preview").first.get_by_role("img")).to_be_visible()
    expect(page.locator(".preview audio").first).to_have_attribute("src", re.compile(r"\.flac$"))
    expect(page.locator("#chart-first-try-loss path")).to_have_count(2)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_role("button", name="Stopping…")).to_be_disabled()
    expect(page.locator(".run-head .badge")).to_have_text("stopped")
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".run-head .badge")).to_have_text("running")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".run-head .badge")).to_have_text("stopped")
    expect(page.locator(".charts")).not_to_contain_text("begins with the second")
    page.get_by_role("button", name="Evaluate it").click()
    report = page.frame_locator("#report")
    expect(report.get_by_role("heading", name="Verdict")).to_be_visible(timeout=2 * SECONDS)
    page.get_by_role("button", name="Español").click()
    expect(report.get_by_role("heading", name="Veredicto")).to_be_visible(timeout=2 * SECONDS)
    page.set_viewport_size({"width": 390, "height": 800})
    targets = report.locator("nav a, summary, audio").filter(visible=True)
    heights = targets.evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert min(heights) >= 40  # for fingers
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_role("button", name="Rename", exact=True).click()
    page.get_by_label("New name of first-try").fill("second try")
    page.get_by_role("button", name="Save", exact=True).click()
    field = page.get_by_label("New name of first-try")
    expect(field).to_be_focused()  # a space is no part of it
    assert field.evaluate("one => one.validationMessage").startswith("A name begins with")
    page.get_by_label("New name of first-try").fill("second-try")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".run-head h3")).to_have_text("second-try")
    expect(page.locator(".run-head h3")).to_be_focused()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#banner")).to_contain_text("The training second-try is deleted.")
    expect(page.locator("#no-runs")).to_be_visible()
    expect(page.locator("#new-title")).to_be_focused()


def test_a_refusal_is_shown_in_the_servers_words(open_page: Open):
    page = open_page("train", may_complain=True)
    page.locator("#folder").fill("/no/such/folder")
    page.locator("#folder").press("Enter")
    banner = page.locator("#banner")
    expect(banner).to_contain_text("no folder “/no/such/folder” on this computer: check the path")
    assert banner.get_attribute("role") == "status"
    page.get_by_role("button", name="Close").click()
    expect(banner).to_be_hidden()
