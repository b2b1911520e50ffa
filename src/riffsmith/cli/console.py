"""What the commands print: notices and progress on stderr, results on stdout."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segment

from riffsmith.terminal import escape_controls

if TYPE_CHECKING:
    from rich.table import Table

    from riffsmith.corpus import Manifest, SurveyEntry


class _HarmlessConsole(Console):
    """A console that shows control characters in names of files instead of obeying them."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        for segment in super().render(renderable, options):
            text = segment.text if segment.control else escape_controls(segment.text, "\n\t")
            yield segment._replace(text=text)


stdout = _HarmlessConsole(highlight=False, markup=False)
stderr = _HarmlessConsole(stderr=True, highlight=False, markup=False)
_MOST_SKIPPED = 10
"""Most files that are too short and are listed one by one."""
_WIDEST = 10_000
"""Largest width of a table in characters."""


def note(text: str) -> None:
    """A remark beside the result, in one line: a line break can only be one of a name."""
    stderr.print(escape_controls(text), style="dim", soft_wrap=True)


def print_table(table: "Table") -> None:
    """Prints a table as wide as its content is.

    What is last in a line may be longer than the terminal is wide: a path that is folded into a
    narrow column can neither be read nor copied.
    """
    table.header_style = ""  # codes of a style would keep the spaces at the end of the line
    wide = _HarmlessConsole(width=_WIDEST, highlight=False, markup=False)
    with wide.capture() as captured:
        wide.print(table)
    for line in captured.get().splitlines():
        stdout.print(line.rstrip(), soft_wrap=True)


def note_flaws(manifest: "Manifest") -> None:
    """What a corpus left out, and what is wrong with what it took."""
    from riffsmith.corpus import find_too_short

    too_short = find_too_short(manifest.skipped)
    is_list = len(too_short) <= _MOST_SKIPPED
    for entry in manifest.skipped:
        if is_list or entry not in too_short:
            note(f"skipped {entry.path}: {entry.reason}")
    if too_short:
        note(describe_too_short(too_short, manifest.preset))
    sources = {recording.source.path: recording.source for recording in manifest.recordings}
    if joined := [source for source in sources.values() if source.clips]:
        note(describe_joined(joined, manifest.preset))
    for source in sources.values():
        for warning in source.warnings:
            note(f"{source.path}: {warning}")


def describe_too_short(entries: Sequence["SurveyEntry"], preset: str) -> str:
    """Says how much music is in files that are too short, and what to do.

    Args:
        entries: Files that are skipped because they are too short, at least one.
        preset: Preset that they are too short for.
    """
    from riffsmith.messages import Count

    seconds = sum(entry.seconds for entry in entries)
    refusal = entries[0].refusal
    assert refusal is not None  # it says why they are skipped
    needed = float(refusal.parameters["needed"])
    return (
        f"too short: {Count(len(entries)):file|files} with {duration(seconds)} of music together "
        f"are not used, because preset {preset} needs {needed:.1f} s, and even joined they are "
        "shorter: add more clips, or longer recordings"
    )


def describe_joined(joined: Sequence["SurveyEntry"], preset: str) -> str:
    """Says how many clips are joined into how many recordings, and why.

    Args:
        joined: Recordings that clips are joined into, at least one.
        preset: Preset that the clips are too short for.
    """
    from riffsmith.messages import Count

    clips = sum(len(one.clips) for one in joined)
    minutes = sum(one.seconds for one in joined) / 60
    return (
        f"joined: {Count(clips):clip that is|clips that are} too short for preset {preset} one by "
        f"one, {minutes:.1f} minutes together, in the order of their paths, into "
        f"{Count(len(joined)):recording|recordings}"
    )


@contextmanager
def file_progress(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar over files; yields what to call after each."""
    columns = (
        TextColumn("[bold green]{task.description}"),
        BarColumn(complete_style="green"),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", style="dim", markup=False),
    )
    with Progress(
        *columns, console=stderr, transient=True, disable=not stderr.is_terminal
    ) as progress:
        task = progress.add_task(title, name="", total=None)

        def advance(done: int, total: int, name: str) -> None:
            progress.update(task, completed=done, total=total, name=name[:48])

        yield advance


@contextmanager
def share_progress(title: str) -> Iterator[Callable[[float], None]]:
    """A bar from 0 to 1; yields what to call with the share done."""
    columns = (
        TextColumn("[bold green]{task.description}"),
        BarColumn(complete_style="green"),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=stderr, transient=True, disable=not stderr.is_terminal
    ) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda share: progress.update(task, completed=share)


def training_progress() -> Progress:
    """The bar of a training run."""
    return Progress(
        TextColumn("[bold green]{task.description}"),
        BarColumn(complete_style="green"),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(),
        TextColumn("left"),
        TextColumn("[dim]{task.fields[losses]}"),
        console=stderr,
        disable=not stderr.is_terminal,
    )


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
