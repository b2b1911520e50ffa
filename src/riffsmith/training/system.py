"""What the loop needs to know of the networks that it trains."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from torch import Tensor

from riffsmith.runs.folder import RunFolder
from riffsmith.training.monitor.health import Probe
from riffsmith.training.observer import Preview
from riffsmith.training.picture.step import StepMetrics
from riffsmith.training.state import TrainingState


@runtime_checkable
class System(Protocol):
    """A pair of networks with their data; equal seeds and steps give equal results."""

    @property
    def state(self) -> TrainingState:
        """Everything that changes."""
        ...

    @property
    def probe(self) -> Probe:
        """The networks as the watch sees them."""
        ...

    def read(self, indices: Sequence[int]) -> Tensor:
        """The batch of the state's next step.

        Args:
            indices: Numbers of training segments.
        """
        ...

    def step(self, real: Tensor) -> StepMetrics:
        """One update of each network."""
        ...

    def reduce_learning_rate(self, times: int) -> None:
        """Makes the settings that many times gentler than the run's; see `soften`."""
        ...

    def preview(self, run: RunFolder, epoch: int) -> tuple[dict[str, float], Preview]:
        """Writes a snapshot of the epoch and its audio.

        Returns:
            Measures, and what to look at.
        """
        ...
