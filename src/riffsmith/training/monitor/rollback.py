"""Going back to a sound state, and training on more gently."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from torch import Tensor

from riffsmith.config import TrainingSettings
from riffsmith.runs.checkpoint import read_best_checkpoint
from riffsmith.training.state import TrainingState

Settings = TypeVar("Settings", bound=TrainingSettings)


def reduce_learning_rate(settings: Settings, times: int) -> Settings:
    """Each time half the learning rate and twice the penalty, where the loss has one."""
    return settings.model_copy(
        update={
            "learning_rate": settings.learning_rate * 0.5**times,
            "penalty_weight": settings.penalty_weight * 2.0**times,
        }
    )


def describe(settings: TrainingSettings) -> str:
    """In words what `soften` changes."""
    penalty = f" and a penalty of {settings.penalty_weight:g}" if settings.penalty_weight else ""
    return f"a learning rate of {settings.learning_rate:.2g}{penalty}"


def roll_back(
    state: TrainingState, best_checkpoints: Path, fresh_tensors: Callable[[], dict[str, Tensor]]
) -> int:
    """Puts networks and optimisers back to the newest anchor, or to the start of the run.

    The step goes on: noise and batches are drawn by it, so that the way taken is not repeated,
    and what the metrics have said stays true.

    Args:
        state: Changed in place.
        best_checkpoints: Folder of the anchors.
        fresh_tensors: Gives the state as the run began with it.

    Returns:
        The step of the state that it went back to.
    """
    best_checkpoint = read_best_checkpoint(best_checkpoints)
    table = best_checkpoint.tensors if best_checkpoint else fresh_tensors()
    state.load_tensors(table)
    for optimizer in (state.generator_optimizer, state.discriminator_optimizer):
        optimizer.zero_grad()  # the next check must not see the gradients of the step undone
    state.rollbacks += 1
    return best_checkpoint.step if best_checkpoint else 0
