"""What the metrics of a run say: figures over the epochs, events, and the snapshot to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import Literal, cast, get_args

from riffsmith.training import RunFolder, SnapshotSelection, select_snapshot
from riffsmith.training.monitor.decisions import HealthMetrics

MarkKind = Literal["best", "rollback", "overfitting", "stop"]
MARK_KINDS: tuple[MarkKind, ...] = get_args(MarkKind)
Reason = Literal["plateau", "collapse", "divergence"]
Line = dict[str, object]


@dataclass(frozen=True)
class Mark:
    """Something that the watch did."""

    kind: MarkKind
    epoch: float
    reason: Reason | None = None
    """Of a rollback or a stop."""
    to_epoch: float = 0.0
    """Of a rollback."""


class History:
    """The metrics of a run, read once."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._lines = run.read_metrics()
        self.epochs = self.lines("epoch")
        self.previews = self.lines("preview")
        self.checks = [HealthMetrics.from_line(line) for line in self.lines("check")]

    def lines(self, event: str) -> list[Line]:
        """Those of one event."""
        return [line for line in self._lines if line.get("event") == event]

    @property
    def last_epoch(self) -> int:
        """How far the run has come; an epoch that was begun counts."""
        begun = [ceil(self.epoch_of(check.step)) for check in self.checks]
        told = column([*self.epochs, *self.previews], "epoch")
        return int(max([*begun, *told], default=0))

    def epoch_of(self, step: float) -> float:
        """Where a step lies among the epochs."""
        return step / self._steps_per_epoch

    @cached_property
    def _steps_per_epoch(self) -> float:
        steps, epochs = column(self.epochs, "step"), column(self.epochs, "epoch")
        return steps[-1] / epochs[-1] if epochs and epochs[-1] and steps[-1] else 1.0

    @cached_property
    def marks(self) -> list[Mark]:
        """What the watch did, oldest first."""
        return [
            Mark(
                kind=cast(MarkKind, line["event"]),
                epoch=self.epoch_of(number(line, "step") or 0.0),
                reason=_reason(str(line.get("reason", ""))),
                to_epoch=self.epoch_of(number(line, "to_step") or 0.0),
            )
            for line in self._lines
            if line.get("event") in MARK_KINDS
        ]

    def marks_of(self, kind: MarkKind) -> list[Mark]:
        """Those of one kind."""
        return [mark for mark in self.marks if mark.kind == kind]

    def choose(self) -> SnapshotSelection:
        """The snapshot to show; there has to be one."""
        return select_snapshot(self._run)

    def check_of(self, epoch: int) -> HealthMetrics | None:
        """The check of a snapshot."""
        found = [check for check in self.checks if check.epoch == epoch]
        return found[-1] if found else None

    def diversities(self) -> list[tuple[float, float]]:
        """Epochs and variety of samples relative to real: of checks, else of previews."""
        checked = [
            (self.epoch_of(check.step), check.diversity_relative)
            for check in self.checks
            if check.diversity_relative is not None
        ]
        return checked or points(self.previews, "spread_relative")

    def diversity_of(self, epoch: int) -> float | None:
        """Variety of a snapshot's samples relative to real."""
        check = self.check_of(epoch)
        if check and check.diversity_relative is not None:
            return check.diversity_relative
        found = [value for at, value in points(self.previews, "spread_relative") if at == epoch]
        return found[-1] if found else None


def number(line: Line, name: str) -> float | None:
    """A figure of a line of the metrics."""
    value = line.get(name)
    return float(value) if isinstance(value, int | float) else None


def column(lines: Sequence[Line], name: str) -> list[float]:
    """A figure of all lines that have it."""
    return [value for line in lines if (value := number(line, name)) is not None]


def points(lines: Sequence[Line], name: str) -> list[tuple[float, float]]:
    """Epochs and figures of the lines that have both."""
    pairs = [(number(line, "epoch"), number(line, name)) for line in lines]
    return [(at, value) for at, value in pairs if at is not None and value is not None]


def changes(values: Sequence[float]) -> bool:
    """Whether a figure is worth a curve."""
    return any(one != other for one, other in pairwise(values))


def _reason(text: str) -> Reason | None:
    """What kind of fault a reason tells of; the words are those of the watch and of the loop."""
    if text.startswith("nothing has come nearer"):
        return "plateau"
    if "grown alike" in text:
        return "collapse"
    return "divergence" if text else None
