"""Rollback of a run to an earlier state."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from torch import Tensor

from riffsmith.config import TrainingSettings
from riffsmith.runs.checkpoint import read_best_checkpoint
from riffsmith.training.state import TrainingState

SettingsT = TypeVar("SettingsT", bound=TrainingSettings)


def increase_penalty(settings: SettingsT, times: int) -> SettingsT:
    """The settings with the penalty weight doubled so many times."""
    return settings.model_copy(update={"penalty_weight": settings.penalty_weight * 2.0**times})


def roll_back(
    state: TrainingState[Any, Any],
    checkpoints: Path,
    initial_tensors: Callable[[], dict[str, Tensor]],
) -> int:
    """Puts the networks back to the newest best checkpoint, or to the start of the run.

    Both generators get the averaged weights, which were the ones that were judged. The optimisers
    begin anew, because moments of a fault must not lead back to it.

    The step goes on: noise and batches are drawn by it, so the run does not repeat itself, and the
    metrics so far stay true.

    Args:
        state: State that is changed in place.
        checkpoints: Folder of the best checkpoints.
        initial_tensors: Returns the state that the run began with.

    Returns:
        The step of the state that the run went back to; 0 is its start.
    """
    best = read_best_checkpoint(checkpoints)
    state.load_tensors(best.tensors if best else initial_tensors())
    for optimizer in (state.generator_optimizer, state.discriminator_optimizer):
        optimizer.zero_grad()  # the next check must not see gradients of the step that was undone
    state.rollbacks += 1
    return best.step if best else 0
