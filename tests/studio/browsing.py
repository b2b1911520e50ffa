"""A real browser and a real server with a tiny model, for the tests of the page."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import tiny_flags
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)
from studios import RATE, listening, make_run

from riffsmith.corpus import Corpus
from riffsmith.studio import command, open_studio
from riffsmith.studio.jobs.jobs import Jobs

_PROGRAMS = (
    *("chromium", "chromium-browser", "google-chrome", "chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
CHROMIUM = next((path for path in map(shutil.which, _PROGRAMS) if path), None)
IS_CI = os.environ.get("CI") == "true"
MISSING = "no Chromium was found: install it with the system's package manager"
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None and not IS_CI, reason=MISSING),
]
"""Marks for a test of the page. Without a Chromium it is skipped, and with CI=true it fails."""
SECONDS = 120_000
"""In milliseconds: the machines that test are slow and busy."""
LONGEST_RESERVE_SECONDS = 6.75
"""The page keeps 6 s ahead at most, and one pull more."""
SECTIONS = ("listen", "train", "evaluate")
Open = Callable[..., Page]
expect.set_options(timeout=SECONDS)


def train_small(words: Sequence[str], log: Path | None) -> "subprocess.Popen[str]":
    """A training of a tiny model in the place of a whole one."""
    place = list(words).index("--preset")
    flags = tiny_flags(epochs="100000", preview_every_epochs="40", checkpoint_every_epochs="40")
    return command.start([*words[:place], *words[place + 2 :], *flags], log)


@contextmanager
def served(folder: Path, corpus: Corpus, **options) -> Iterator[str]:
    """The address of a studio with a tiny model, or the run that RIFFSMITH_STUDIO_MODEL names."""
    given = os.environ.get("RIFFSMITH_STUDIO_MODEL")
    model = Path(given) if given else make_run(folder / "tiny", corpus)
    options["jobs"] = lambda home, sources: Jobs(home, sources, start=train_small)
    with (
        open_studio(folder / "home", models=[model], music=[Path("/")], **options) as studio,
        listening(studio) as address,
    ):
        yield address
        for job in studio.jobs.all():
            if job.state == "running":
                studio.jobs.stop(job.name)


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser."""
    if CHROMIUM is None:
        pytest.fail(f"{MISSING} (with CI=true no test of the page is skipped)", pytrace=False)
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, address: str) -> Iterator[Open]:
    """Opens sections; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_room(
        section: str = "listen", width: int = 1280, *, may_complain: bool = False, **options
    ) -> Page:
        options = {"locale": "en-GB", "viewport": {"width": width, "height": 900}, **options}
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SECONDS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if not may_complain:
            page.on("console", lambda said: complaints.extend(_complaint(said)))
        page.goto(f"{address}/#{section}")
        expect(page.locator(f"#{section}")).to_be_visible()
        return page

    yield open_room
    for context in contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert not complaints, f"the page complained: {complaints}"


def _complaint(said: ConsoleMessage) -> list[str]:
    is_bad = said.type in ("error", "warning")
    return [f"{said.text} ({said.location['url']})"] if is_bad else []


def reading(page: Page, name: str) -> float:
    """What the level meter exposes: `rms-db`, `peak-db` or `centre-hz`."""
    return float(page.locator("#meter").get_attribute(f"data-{name}") or "-inf")


def wait_until(page: Page, holds: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + SECONDS / 1000
    while not holds():
        assert time.monotonic() < until, f"waited in vain for {what}"
        page.wait_for_timeout(50)


class Pulls:
    """The samples that a page pulls from now on."""

    def __init__(self, page: Page) -> None:
        self.places: list[tuple[int, int]] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if "/pcm?" in request.url:
            start, count = map(int, re.findall(r"=(\d+)", request.url))
            self.places.append((start, count))

    @property
    def end(self) -> int:
        """The sample after the last one that was pulled."""
        return max((start + count for start, count in self.places), default=0)

    def wait_until_played(self, page: Page, seconds: float) -> None:
        """Waits until so much was played: more than the reserve is never pulled ahead."""
        samples = (seconds + LONGEST_RESERVE_SECONDS) * RATE

        def is_played() -> bool:
            return bool(self.places) and self.end >= self.places[0][0] + samples

        wait_until(page, is_played, f"{seconds} s to be played")


def settled(page: Page, section: str) -> None:
    """Waits until a section shows what the server has answered."""
    shown = {
        "listen": "#model option",
        "train": "#no-runs:not([hidden]), .run-row",
        "evaluate": "#no-report:not([hidden]), #evaluate-bar:not([hidden])",
    }
    expect(page.locator(shown[section]).first).to_be_attached()


def play(page: Page) -> None:
    """Presses play and waits until something is heard."""
    page.get_by_role("button", name="Play", exact=True).first.click()
    wait_until(page, lambda: reading(page, "rms-db") > -60, "sound")
