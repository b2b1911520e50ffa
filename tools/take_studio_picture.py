"""Takes the picture of the studio that the READMEs show: `docs/studio.png`.

    python tools/take_studio_picture.py [--chromium PROGRAM]

It serves a studio with an empty home folder, plays the shipped model in a Chromium, and takes the
picture when the spectrogram is full. The computer should have nothing else to do.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect, sync_playwright

TARGET = Path(__file__).parents[1] / "docs" / "studio.png"
SETTING = "listen?model=metal&seed=7&intensity=0.8&tempo=148"
WIDTH, HEIGHT = 1280, 890
TRIES = 5
FULL_SECONDS = 16
"""The spectrogram is 1078 pixels wide and moves by 80 in a second."""


def main() -> None:
    """Takes the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    program = parser.parse_args().chromium
    with TemporaryDirectory() as home, served(Path(home)) as address, sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="dark", locale="en-GB"
        )
        page.goto(f"{address}#{SETTING}")
        expect(page.locator("#seed")).to_have_value("7")
        fill_spectrogram(page)
        page.screenshot(path=TARGET)
        browser.close()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of a studio."""
    words = [sys.executable, "-m", "riffsmith", "studio", "--home", str(home)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def fill_spectrogram(page: Page) -> None:
    """Plays until the spectrogram is full.

    Raises:
        SystemExit: The computer makes the music more slowly than it is played.
    """
    page.locator("#play").click()
    page.mouse.move(0, 0)
    for _ in range(TRIES):
        expect(page.locator("#state")).to_have_text("Playing", timeout=60_000)
        before = page.locator("#buffer").get_attribute("data-gaps")
        page.wait_for_timeout(1000 * FULL_SECONDS)
        if page.locator("#buffer").get_attribute("data-gaps") == before:
            return
    sys.exit("the music has gaps: let this computer do nothing else, and try again")


if __name__ == "__main__":
    main()
