"""State, steps, the loop, the run folder, the watch."""

from riffsmith.runs.folder import RunFolder, RunRecord
from riffsmith.runs.record import create_run, open_run
from riffsmith.runs.snapshot import SnapshotSelection, select_snapshot
from riffsmith.training.device import choose_device
from riffsmith.training.distributed import ProcessGroup, open_process_group
from riffsmith.training.estimate import measure_training_seconds, steps_per_epoch
from riffsmith.training.fresh import initialise_state
from riffsmith.training.latent.system import LATENT_PREVIEW_SECONDS, show_audio
from riffsmith.training.loop import Outcome, train
from riffsmith.training.observer import Observer, Preview, SilentObserver
from riffsmith.training.picture.step import StepMetrics
from riffsmith.training.worker import follow

__all__ = [
    "LATENT_PREVIEW_SECONDS",
    "Observer",
    "Outcome",
    "Preview",
    "ProcessGroup",
    "RunFolder",
    "RunRecord",
    "SilentObserver",
    "SnapshotSelection",
    "StepMetrics",
    "choose_device",
    "create_run",
    "follow",
    "initialise_state",
    "measure_training_seconds",
    "open_process_group",
    "open_run",
    "select_snapshot",
    "show_audio",
    "steps_per_epoch",
    "train",
]
