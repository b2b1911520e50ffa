"""What the commands print: notices and progress on stderr, results on stdout."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


def note(text: str) -> None:
    """A remark beside the result."""
    stderr.print(text, markup=False, style="dim")


@contextmanager
def file_progress(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """A bar over files; yields what to call after each."""
    columns = (
        TextColumn("[bold green]{task.description}"),
        BarColumn(complete_style="green"),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[name]}"),
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
