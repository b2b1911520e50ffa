"""Training of a run: systems, the loop, the monitor, several processes."""

from riffsmith.training.device import choose_device
from riffsmith.training.distributed import ProcessGroup, open_process_group
from riffsmith.training.estimate import measure_training_seconds
from riffsmith.training.latent.base import open_base
from riffsmith.training.loop import TrainingResult
from riffsmith.training.observer import Observer, Preview, SilentObserver
from riffsmith.training.preparation import measure_preparation_seconds
from riffsmith.training.schedule import Milestones, plan_milestones, seconds_for_steps
from riffsmith.training.state import StepMetrics
from riffsmith.training.systems import initialise_state, run_worker
from riffsmith.training.train import train

__all__ = [
    "Milestones",
    "Observer",
    "Preview",
    "ProcessGroup",
    "SilentObserver",
    "StepMetrics",
    "TrainingResult",
    "choose_device",
    "initialise_state",
    "measure_preparation_seconds",
    "measure_training_seconds",
    "open_base",
    "open_process_group",
    "plan_milestones",
    "run_worker",
    "seconds_for_steps",
    "train",
]
