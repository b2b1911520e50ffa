"""What a run is on disk: folder, record, metrics, checkpoints, snapshots, outcome."""

from riffsmith.runs.folder import PREVIEW_AUDIO, PREVIEW_PICTURE, RunFolder, step_of
from riffsmith.runs.opening import create_run, open_run
from riffsmith.runs.outcome import Outcome, OutcomeState, Stage, read_outcome, write_outcome
from riffsmith.runs.preparation import PreparationLog
from riffsmith.runs.record import RunRecord, Unit
from riffsmith.runs.snapshot import SelectionReason, SnapshotSelection, select_snapshot
from riffsmith.runs.thinning import thin_run

__all__ = [
    "PREVIEW_AUDIO",
    "PREVIEW_PICTURE",
    "Outcome",
    "OutcomeState",
    "PreparationLog",
    "RunFolder",
    "RunRecord",
    "SelectionReason",
    "SnapshotSelection",
    "Stage",
    "Unit",
    "create_run",
    "open_run",
    "read_outcome",
    "select_snapshot",
    "step_of",
    "thin_run",
    "write_outcome",
]
