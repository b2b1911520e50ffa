"""The course of a run: metrics by position, events, and the snapshot to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import Literal, cast, get_args

from riffsmith.runs import RunFolder, SnapshotSelection, Unit, select_snapshot, step_of
from riffsmith.training.monitor.events import EventCode
from riffsmith.training.monitor.health import HealthMetrics

MarkKind = Literal["best", "rollback", "overfitting", "stop"]
"""Name of the line in the metrics."""
MARK_KINDS: tuple[MarkKind, ...] = get_args(MarkKind)
Line = Mapping[str, object]
Points = list[tuple[float, float]]
"""Positions and values."""


@dataclass(frozen=True)
class Mark:
    """Something that the monitor did."""

    kind: MarkKind
    position: float
    code: EventCode
    """Reason for it."""
    parameters: Mapping[str, object]
    """Values in the reason, by the event's code."""
    back_to: float | None = None
    """Position that a rollback went back to. `None`: it is no rollback."""


class History:
    """The metrics of a run, read once.

    A *position* is a place on the x axis of the charts in the run's unit: an epoch, which may be
    unfinished, or a step.
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._lines = run.read_metrics()
        self.logs = self.lines("log")
        self.previews = self.lines("preview")
        self.checks = [HealthMetrics.from_line(line) for line in self.lines("check")]

    @property
    def unit(self) -> Unit:
        """What the run counts."""
        return self._run.unit

    def lines(self, event: str) -> list[Line]:
        """The lines of one event."""
        return [line for line in self._lines if line.get("event") == event]

    @property
    def end(self) -> int:
        """How far the run has come: its last step, or its last epoch, which may be unfinished."""
        return ceil(self.position(max(map(step_of, self._lines), default=0)))

    def position(self, step: float) -> float:
        """The position of a step."""
        return step / self._steps_per_unit

    @cached_property
    def _steps_per_unit(self) -> float:
        """Steps of an epoch, from a line at the end of an epoch; 1 where there are no epochs."""
        for line in self.logs:
            if epoch := number(line, "epoch"):
                return step_of(line) / epoch
        return 1.0

    @cached_property
    def marks(self) -> list[Mark]:
        """What the monitor did, oldest first."""
        return [self._mark(line) for line in self._lines if line.get("event") in MARK_KINDS]

    def _mark(self, line: Line) -> Mark:
        parameters = line.get("parameters")
        to_step = number(line, "to_step")
        return Mark(
            kind=cast(MarkKind, line["event"]),
            position=self.position(step_of(line)),
            code=EventCode(str(line["code"])),
            parameters=parameters if isinstance(parameters, dict) else {},
            back_to=None if to_step is None else self.position(to_step),
        )

    def marks_of(self, kind: MarkKind) -> list[Mark]:
        """The marks of one kind."""
        return [mark for mark in self.marks if mark.kind == kind]

    def select(self) -> SnapshotSelection:
        """Selects the snapshot to show. The run must have one."""
        return select_snapshot(self._run)

    def position_of(self, snapshot: int) -> float:
        """The position of a snapshot: its number, or less where its epoch is unfinished."""
        steps = [step_of(line) for line in self.previews if line.get("snapshot") == snapshot]
        return self.position(steps[-1]) if steps else float(snapshot)

    def diversities(self) -> Points:
        """Variety of samples relative to real segments: from checks, or else from previews."""
        checked = [
            (self.position(check.step), check.diversity_relative)
            for check in self.checks
            if check.diversity_relative is not None
        ]
        return checked or self.points(self.previews, "spread_relative")

    def diversity_of(self, snapshot: int) -> float | None:
        """Variety of a snapshot's samples relative to real segments. `None`: not measured."""
        checks = [check for check in self.checks if check.snapshot == snapshot]
        if checks and checks[-1].diversity_relative is not None:
            return checks[-1].diversity_relative
        return self.preview_diversities().get(snapshot)

    def preview_diversities(self) -> dict[int, float]:
        """Variety of samples relative to real segments at the snapshots, from previews."""
        pairs = [(line.get("snapshot"), number(line, "spread_relative")) for line in self.previews]
        return {at: value for at, value in pairs if isinstance(at, int) and value is not None}

    def points(self, lines: Sequence[Line], name: str) -> Points:
        """Positions and values of the lines that have a metric."""
        return [
            (self.position(step_of(line)), value)
            for line in lines
            if (value := number(line, name)) is not None
        ]


def number(line: Line, name: str) -> float | None:
    """A metric of a line. `None`: the line does not have it."""
    value = line.get(name)
    return float(value) if isinstance(value, int | float) else None


def has_changes(values: Sequence[float]) -> bool:
    """Whether a metric is worth a curve."""
    return any(one != other for one, other in pairwise(values))
