"""Which of a run's snapshots to play."""

from dataclasses import dataclass
from typing import Literal

from riffsmith.runs.folder import RunFolder


@dataclass(frozen=True)
class SnapshotSelection:
    """A snapshot, and why it was taken."""

    epoch: int
    why: Literal["nearest", "healthy", "newest"]
    distance: float | None = None
    measured: int = 0
    """How many snapshots had a distance."""


def select_snapshot(run: RunFolder) -> SnapshotSelection:
    """The best snapshot, or the newest where the watch marked none; there has to be one."""
    best = run.best_epoch()
    if best is None:
        return SnapshotSelection(run.snapshot_epochs()[-1], "newest")
    pairs = [(line.get("epoch"), line.get("distance")) for line in run.read_metrics("check")]
    measured = [(epoch, found) for epoch, found in pairs if isinstance(found, float)]
    distances = [found for epoch, found in measured if epoch == best]
    if not distances:
        return SnapshotSelection(best, "healthy")
    return SnapshotSelection(best, "nearest", distances[-1], len(measured))
