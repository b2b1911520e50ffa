"""Selection of the snapshot of a run that is played."""

from dataclasses import dataclass
from enum import StrEnum

from riffsmith.runs.folder import RunFolder


class SelectionReason(StrEnum):
    """Why a snapshot was selected."""

    NEAREST = "nearest"
    """Its distance to real music is the smallest of all that were measured."""
    HEALTHY = "healthy"
    """It is the newest healthy one; no distance to real music was measured."""
    NEWEST = "newest"
    """It is the newest one; the monitor has marked none."""


@dataclass(frozen=True)
class SnapshotSelection:
    """A snapshot and the reason for its selection."""

    number: int
    """Epoch or step, by the run's unit."""
    reason: SelectionReason
    distance: float | None = None
    """Distance to real music. `None`: it was not measured."""
    measured: int = 0
    """Number of snapshots whose distance was measured."""


def select_snapshot(run: RunFolder) -> SnapshotSelection:
    """Selects the best snapshot, or the newest where the monitor marked none.

    The run must have at least one snapshot.
    """
    best = run.best_snapshot()
    if best is None:
        return SnapshotSelection(run.snapshot_numbers()[-1], SelectionReason.NEWEST)
    pairs = [(line.get("snapshot"), line.get("distance")) for line in run.read_metrics("check")]
    measured = [(number, found) for number, found in pairs if isinstance(found, float)]
    distances = [found for number, found in measured if number == best]
    if not distances:
        return SnapshotSelection(best, SelectionReason.HEALTHY)
    return SnapshotSelection(best, SelectionReason.NEAREST, distances[-1], len(measured))
