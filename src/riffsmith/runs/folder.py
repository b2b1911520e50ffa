"""A run on disk.

RUN/
├── run.json             settings, seed, corpus, versions
├── outcome.json         how the run stands: preparing, training, finished, stopped, failed
├── metrics.jsonl        one event per line: log, preview, check, best, overfitting, rollback, stop
├── codec.safetensors    the codec, where the system has one
├── piano_roll.safetensors  the model of its piano rolls, where it has one
├── checkpoints/         the newest training state, and the networks that a rollback goes back to
├── report/              what `riffsmith report` has measured
├── snapshots/           bundles of the snapshots that are kept: epoch-0010/ or step-001000/
└── previews/            picture and audio of more snapshots: epoch-0010.png, epoch-0010.flac
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from riffsmith.errors import RunError
from riffsmith.files import (
    LARGEST_TENSORS,
    check_tensors,
    explain,
    flush_to_disk,
    read_checked,
    read_regular,
    seal_tensors,
    validate,
    write_bytes,
    write_checked,
)
from riffsmith.runs.metrics import format_line, name_damaged_lines, parse_lines
from riffsmith.runs.record import RUN_VERSION, RunRecord, Unit

RUN_NAME = "run.json"
PREVIEW_AUDIO, PREVIEW_PICTURE = ".flac", ".png"
"""Endings of the files of a preview."""
_DIGITS: dict[Unit, int] = {"epoch": 4, "step": 6}


class RunFolder:
    """Paths, record and metrics of a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"
        self.snapshots = path / "snapshots"
        self.previews = path / "previews"
        self.metrics = path / "metrics.jsonl"
        self.codec = path / "codec.safetensors"
        self.piano_roll_model = path / "piano_roll.safetensors"

    def exists(self) -> bool:
        """Whether a run was started here."""
        return (self.path / RUN_NAME).is_file()

    def write_record(self, record: RunRecord) -> None:
        """Writes what the run is started with.

        Raises:
            RunError: Writing failed.
        """
        write_checked(self.path / RUN_NAME, record.model_dump_json(), RunError)

    def read_record(self) -> RunRecord:
        """Reads what the run was started with.

        Raises:
            RunError: There is no run here, or its record is damaged or of another version.
        """
        path = self.path / RUN_NAME
        try:
            values = read_checked(path)
            version = values.get("version") if isinstance(values, dict) else None
            if version == RUN_VERSION:
                return validate(RunRecord, values)
        except FileNotFoundError as cause:
            raise RunError(f"{self.path} is not a run (no {RUN_NAME}): check the path") from cause
        except (OSError, ValueError) as cause:
            first = str(cause).splitlines()[0]
            raise RunError(f"{path} is damaged ({first}): start a new run") from cause
        raise RunError(
            f"{self.path} has run format {version}, this Riffsmith reads {RUN_VERSION}: start a "
            f"new run. The snapshots of the old one can still be used as models: {self.snapshots}"
        )

    @cached_property
    def unit(self) -> Unit:
        """What the snapshots are numbered by.

        Raises:
            RunError: The record cannot be read.
        """
        return self.read_record().unit

    def snapshot(self, number: int) -> Path:
        """Folder of a snapshot's bundle."""
        return self.snapshots / self._name(number)

    def snapshot_numbers(self) -> list[int]:
        """Numbers of the snapshots that have a bundle, ascending: epochs or steps."""
        return self._numbers(card.parent.name for card in self.snapshots.glob("*/card.json"))

    def preview_numbers(self) -> list[int]:
        """Numbers of the snapshots that have a preview, ascending: epochs or steps."""
        return self._numbers(path.stem for path in self.previews.glob(f"*{PREVIEW_AUDIO}"))

    def _numbers(self, names: Iterable[str]) -> list[int]:
        if not (names := list(names)):
            return []
        found = (re.fullmatch(rf"{self.unit}-(\d+)", name) for name in names)
        return sorted(int(match[1]) for match in found if match)

    def best_snapshot(self) -> int | None:
        """Number of the snapshot that the monitor marked as the best. `None`: it marked none.

        A mark whose snapshot is gone is passed over for the one before it.
        """
        marked = [line.get("snapshot") for line in self.read_metrics("best")]
        there = [number for number in self.snapshot_numbers() if number in marked]
        return there[-1] if there else None  # marks are set in the order of snapshots

    def preview(self, number: int, suffix: str) -> Path:
        """File of a snapshot's preview (`PREVIEW_AUDIO` or `PREVIEW_PICTURE`)."""
        return self.previews / f"{self._name(number)}{suffix}"

    def append_metrics(self, line: Mapping[str, object]) -> None:
        """Adds one line to the metrics.

        Raises:
            RunError: Writing failed.
        """
        try:
            with self.metrics.open("ab") as file:
                file.write(format_line(line))
        except OSError as cause:
            raise RunError(explain(cause, f"writing {self.metrics}")) from cause

    def read_metrics(self, event: str | None = None) -> list[dict[str, object]]:
        """Lines of the metrics.

        A line that was cut off by a crash is left out. So is a damaged one, which is also named in
        the log of the library, once for each state of the file.

        Args:
            event: Kind of the lines to return. `None`: all of them.
        """
        if not self.metrics.is_file():
            return []
        lines, damaged = parse_lines(self.metrics.read_bytes())
        if damaged:
            name_damaged_lines(self.metrics, tuple(damaged))
        return [line for line in lines if event in (None, line["event"])]

    def store_metrics(self) -> None:
        """Waits until the disk has stored the lines so far, before something refers to them.

        Raises:
            RunError: The disk refuses.
        """
        if self.metrics.is_file():
            try:
                flush_to_disk(self.metrics)
                flush_to_disk(self.path)
            except OSError as cause:
                raise RunError(explain(cause, f"writing {self.metrics}")) from cause

    def write_tensors(self, path: Path, content: bytes) -> None:
        """Writes the codec or the piano-roll model of the run, with a checksum.

        Args:
            path: File to write: `codec` or `piano_roll_model`.
            content: Content in the format of safetensors.

        Raises:
            RunError: Writing failed.
        """
        write_bytes(path, seal_tensors(content), RunError)

    def read_tensors(self, path: Path) -> bytes:
        """Reads what `write_tensors` wrote.

        Raises:
            RunError: The file is damaged, or cannot be read.
        """
        try:
            content = read_regular(path, LARGEST_TENSORS)
            check_tensors(content)
        except (OSError, ValueError) as cause:
            copy = self.snapshots / "*" / path.name
            raise RunError(
                f"{path} is damaged ({cause}): replace it by a copy, which each snapshot has "
                f"({copy}), or start a new run"
            ) from cause
        return content

    def forget_metrics_after(self, step: int) -> None:
        """Drops the lines beyond a step, which a resumed run will write again."""
        if self.metrics.exists():
            kept = [line for line in self.read_metrics() if step_of(line) <= step]
            write_bytes(self.metrics, b"".join(map(format_line, kept)), RunError)

    def _name(self, number: int) -> str:
        return f"{self.unit}-{number:0{_DIGITS[self.unit]}d}"


def step_of(line: Mapping[str, object]) -> int:
    """The step that a line of the metrics belongs to."""
    step = line.get("step")
    return step if isinstance(step, int) else 0
