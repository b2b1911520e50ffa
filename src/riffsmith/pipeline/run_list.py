"""The runs below a folder: how each stands, and what takes its space on the disk."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from riffsmith.errors import RunError
from riffsmith.files import is_held
from riffsmith.runs import OutcomeState, RunFolder, read_outcome

INTERRUPTED = "interrupted"
"""State of a run whose process ended without a word. All others are those of `OutcomeState`."""
OTHER = "other"
FOLDERS = ("checkpoints", "snapshots", "previews", "report", "corpus")
"""Folders of a run, by which its space on the disk is counted."""


@dataclass(frozen=True)
class ListedRun:
    """A run: how it stands, and its space on the disk."""

    name: str
    """Path of the folder."""
    preset: str | None = None
    """`None`: the record cannot be read."""
    state: str | None = None
    """`preparing`, `training`, `finished`, `stopped`, `failed`, or `interrupted`: its process has
    ended without a word. `None`: it is not known."""
    step: int | None = None
    """Training steps done. `None`: it is not known."""
    megabytes: Mapping[str, float] = field(default_factory=dict)
    """Size in millions of bytes, by the names in `FOLDERS`; all else is `other`."""
    problem: str | None = None
    """Why the record cannot be read. `None`: it can."""

    @property
    def total_megabytes(self) -> float:
        """Size of the whole folder in millions of bytes."""
        return sum(self.megabytes.values())


def list_runs(folder: Path) -> Iterator[ListedRun]:
    """Lists the runs below a folder, by path.

    Args:
        folder: Folder to search, itself included. Hidden folders are left out.

    Raises:
        RunError: There is no such folder.
    """
    if not folder.is_dir():
        raise RunError(f"no folder {str(folder)!r}: check the path")
    for path, children, _ in os.walk(folder):
        run = RunFolder(Path(path))
        if run.exists():
            children.clear()
            yield _describe(run)
        children[:] = sorted(child for child in children if not child.startswith("."))


def _describe(run: RunFolder) -> ListedRun:
    preset, outcome, problem = None, None, None
    try:
        preset = run.read_record().preset
        outcome = read_outcome(run)
    except RunError as error:
        problem = str(error)
    state = None if outcome is None else outcome.state.value
    if state in (OutcomeState.PREPARING, OutcomeState.TRAINING) and not is_held(run.path):
        state = INTERRUPTED
    return ListedRun(
        name=str(run.path),
        preset=preset,
        state=state,
        step=None if outcome is None else outcome.step,
        megabytes={name: round(size / 1e6, 1) for name, size in _count_bytes(run.path).items()},
        problem=problem,
    )


def _count_bytes(folder: Path) -> dict[str, int]:
    """Bytes of all files, by the folder that they lie in."""
    sizes: dict[str, int] = dict.fromkeys((*FOLDERS, OTHER), 0)
    for path in folder.rglob("*"):
        try:
            size = path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # a training has just replaced it
            continue
        first = path.relative_to(folder).parts[0]
        sizes[first if first in FOLDERS else OTHER] += size
    return sizes
