"""The interface between the training loop and the networks that it trains."""

from typing import Any, Protocol, runtime_checkable

from torch import Tensor

from riffsmith.bundle import Bundle, Card
from riffsmith.training.monitor.health import Probe
from riffsmith.training.state import StepMetrics, TrainingState


@runtime_checkable
class System(Protocol):
    """A generator and a discriminator with their data. Equal seeds and steps give equal results."""

    @property
    def state(self) -> TrainingState[Any, Any]:
        """Networks, optimisers and position."""
        ...

    def next_batch(self, step: int) -> Tensor:
        """The real examples of a step (this process's part of them)."""
        ...

    def step(self, batch: Tensor) -> StepMetrics:
        """Updates each network once."""
        ...

    def probe(self) -> Probe:
        """Fixed samples and real examples, and the discriminator's logits for them.

        Changes nothing, and the same state gives the same values.
        """
        ...

    def snapshot(self, card: Card) -> Bundle:
        """The model as it would be played now, with the given card."""
        ...

    def apply_rollbacks(self, count: int) -> None:
        """Halves all learning rates and doubles the penalty once for each rollback of the run."""
        ...

    def learning_rates(self, step: int) -> dict[str, float]:
        """Learning rates of a step: `learning_rate`, and `discriminator_learning_rate` where the
        step trains a discriminator.
        """
        ...
