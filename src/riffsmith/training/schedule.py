"""Learning rates over the steps of a run, and the steps at which something is due."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, cos, pi

from torch.optim import Optimizer

from riffsmith.config import LatentSettings, PictureTrainingSettings, Settings

LEAST_STEPS_FRACTION = 0.5
"""Training steps get at least this fraction of the minutes of a training, however long its
preparation takes."""
Factor = Callable[[int], float]
"""Step → factor on a learning rate."""


def constant(step: int) -> float:
    """The factor of a learning rate that never changes."""
    return 1.0


def halving(every_steps: int | None) -> Factor:
    """The factor of a learning rate that is halved at regular steps. `None`: never."""
    return constant if every_steps is None else lambda step: 0.5 ** (step // every_steps)


def warm_up_cosine(steps: int, *, rising_steps: int, last_factor: float) -> Factor:
    """The factor of a learning rate that rises linearly, then falls along half a cosine.

    Args:
        steps: Step at which the last factor is reached; it stays from then on.
        rising_steps: Steps of the linear rise, which multiplies the cosine.
        last_factor: Factor at the end.
    """

    def factor(step: int) -> float:
        progress = min(1.0, step / max(1, steps))
        cosine = last_factor + (1 - last_factor) * (1 + cos(pi * progress)) / 2
        return cosine * min(1.0, (step + 1) / rising_steps)

    return factor


class LearningRate:
    """The learning rate of one optimiser. Nothing else sets it.

    It is the product of a base rate, a factor that depends on the step, and one half for each
    rollback of the run.
    """

    def __init__(self, optimizer: Optimizer, base: float, factor: Factor = constant) -> None:
        """Takes over the learning rate of an optimiser.

        Args:
            optimizer: Optimiser of one network.
            base: Learning rate where the factor is 1.
            factor: Factor by step.
        """
        self._optimizer, self._base, self._factor = optimizer, base, factor
        self._reduction = 1.0

    def reduce(self, times: int) -> None:
        """Halves the learning rate so many times, counted from the start of the run."""
        self._reduction = 0.5**times

    def at(self, step: int) -> float:
        """The learning rate of a step."""
        return self._base * self._factor(step) * self._reduction

    def apply(self, step: int) -> None:
        """Gives the optimiser the learning rate of a step."""
        for group in self._optimizer.param_groups:
            group["lr"] = self.at(step)


@dataclass(frozen=True)
class Milestones:
    """The steps of a run at which something is due."""

    last_step: int
    """The step that the run ends with, unless it ends by time."""
    log_every: int
    """Steps whose mean losses make one line of the log."""
    preview_every: int
    checkpoint_every: int
    steps_per_epoch: int | None
    """`None`: the system has no epochs."""

    def epoch(self, step: int) -> int | None:
        """Number of finished epochs at a step. `None`: the system has none."""
        return None if self.steps_per_epoch is None else step // self.steps_per_epoch

    def snapshot_number(self, step: int) -> int:
        """Number of a snapshot that is taken at a step: the epoch, begun ones included, or the
        step where the system has no epochs.
        """
        return step if self.steps_per_epoch is None else ceil(step / self.steps_per_epoch)


def plan_milestones(settings: Settings, segments: int) -> Milestones:
    """The milestones of a run.

    Args:
        settings: Settings of the system.
        segments: Number of training segments of the corpus.
    """
    if isinstance(settings, LatentSettings):
        training = settings.training
        return Milestones(
            last_step=training.steps,
            log_every=training.log_every_steps,
            preview_every=training.preview_every_steps,
            checkpoint_every=training.checkpoint_every_steps,
            steps_per_epoch=None,
        )
    training, epoch = settings.training, steps_per_epoch(settings.training, segments)
    return Milestones(
        last_step=training.epochs * epoch,
        log_every=epoch,
        preview_every=training.preview_every_epochs * epoch,
        checkpoint_every=training.checkpoint_every_epochs * epoch,
        steps_per_epoch=epoch,
    )


def seconds_for_steps(minutes: float, preparation_seconds: float) -> float:
    """Seconds that training steps get of the minutes of a training.

    Args:
        minutes: Length of the training, its preparation included.
        preparation_seconds: Length of the work before the first step.
    """
    return max(60 * minutes - preparation_seconds, LEAST_STEPS_FRACTION * 60 * minutes)


def steps_per_epoch(training: PictureTrainingSettings, segments: int) -> int:
    """Steps in which each of so many segments is used once."""
    batch = training.batch_size
    return segments // batch if training.drop_last else ceil(segments / batch)


def count_samples_seen(settings: Settings, segments: int, step: int) -> int:
    """Training examples that were used up to a step, repetitions included."""
    batch = settings.training.batch_size
    if isinstance(settings, LatentSettings):
        return step * batch
    epoch = steps_per_epoch(settings.training, segments)
    epochs, steps = divmod(step, epoch)
    return epochs * min(segments, epoch * batch) + steps * batch
