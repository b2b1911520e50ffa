"""The report of a training, which is written again when what it shows has changed."""

import json
from hashlib import blake2b
from pathlib import Path

from riffsmith import __version__
from riffsmith.bundle import CARD_NAME
from riffsmith.corpus import MANIFEST_NAME
from riffsmith.errors import RunError
from riffsmith.files import read_checked, write_checked
from riffsmith.studio.command import run_command
from riffsmith.studio.errors import NotFoundError
from riffsmith.studio.jobs.folder import JobFolder
from riffsmith.studio.messages import ProblemCode

REPORT_SECONDS = 300.0


def write_report(folder: JobFolder, language: str) -> Path:
    """Writes the report if it shows anything else than the last one, and returns its file.

    A file beside the page holds digests of the page and of what it was made from. The times of
    files have no effect: a clock may have been wrong.

    Args:
        folder: Folder of the training.
        language: `en` or `es`.

    Raises:
        NotFoundError: There is no snapshot yet.
        StudioError: The report cannot be made; the reason is that of `riffsmith report`.
        RunError: Writing failed.
    """
    require_snapshot(folder)
    page = folder.path / f"report.{language}.html"
    note = page.with_suffix(".json")
    sources = _digest_sources(folder)
    if _read_note(note) != {"sources": sources, "page": _digest_page(page)}:
        run_command(
            *("report", folder.path, "--out", page, "--language", language, "--quick"),
            "--for-studio",
            limit_seconds=REPORT_SECONDS,
        )
        made_from = {"sources": sources, "page": _digest_page(page)}
        write_checked(note, json.dumps(made_from), RunError)
    return page


def require_snapshot(folder: JobFolder) -> None:
    """Refuses a training that has nothing to show.

    Raises:
        NotFoundError: There is no snapshot yet.
    """
    if not folder.run.snapshot_numbers():
        raise NotFoundError(ProblemCode.NOTHING_TO_SHOW, name=folder.name)


def _read_note(note: Path) -> object:
    """What the last page was made from. `None`: that is not known."""
    try:
        return read_checked(note)
    except (OSError, ValueError):
        return None


def _digest_page(page: Path) -> str | None:
    """A digest of a page. `None`: there is none."""
    try:
        return blake2b(page.read_bytes(), digest_size=16).hexdigest()
    except FileNotFoundError:
        return None


def _digest_sources(folder: JobFolder) -> str:
    """A digest of what a report shows: snapshots, previews, measurements and the corpus."""
    run = folder.run
    corpus = run.path / run.read_record().corpus / MANIFEST_NAME
    cards = [run.snapshot(number) / CARD_NAME for number in run.snapshot_numbers()]
    numbers = f"{__version__} {run.best_snapshot()} {run.preview_numbers()} "
    digest = blake2b(numbers.encode(), digest_size=16)
    for path in [*cards, *sorted(folder.measurements.glob("*.json")), corpus]:
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.name} {len(content)} ".encode() + content)
    return digest.hexdigest()
