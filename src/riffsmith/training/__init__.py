"""State, steps, the loop, the run folder, the watch."""

from riffsmith.training.choice import Choice, choose_snapshot
from riffsmith.training.crew import Crew, open_crew
from riffsmith.training.estimate import measure_training_seconds, steps_per_epoch
from riffsmith.training.events import Observer, Preview, SilentObserver
from riffsmith.training.follow import follow
from riffsmith.training.fresh import build_fresh_state
from riffsmith.training.latent_system import LATENT_PREVIEW_SECONDS, show_audio
from riffsmith.training.loop import Outcome, train
from riffsmith.training.precision import choose_device
from riffsmith.training.run_folder import RunFolder, RunRecord
from riffsmith.training.start import reopen_run, start_run
from riffsmith.training.step import StepFigures

__all__ = [
    "LATENT_PREVIEW_SECONDS",
    "Choice",
    "Crew",
    "Observer",
    "Outcome",
    "Preview",
    "RunFolder",
    "RunRecord",
    "SilentObserver",
    "StepFigures",
    "build_fresh_state",
    "choose_device",
    "choose_snapshot",
    "follow",
    "measure_training_seconds",
    "open_crew",
    "reopen_run",
    "show_audio",
    "start_run",
    "steps_per_epoch",
    "train",
]
