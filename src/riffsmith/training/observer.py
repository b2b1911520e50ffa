"""What a run reports while it is trained."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from torch import Tensor

from riffsmith.runs import Stage, Unit
from riffsmith.training.schedule import Milestones
from riffsmith.training.state import StepMetrics

OnStage = Callable[[Stage, float], None]
"""Called with the stage before the first step and the finished fraction of it."""


class StageStoppedError(Exception):
    """A stage was asked to end before it was finished."""


@dataclass(frozen=True)
class Preview:
    """What the generator makes of the run's fixed noise."""

    number: int
    """Number of the snapshot, by the unit."""
    unit: Unit
    mel_db: Float[Tensor, "mels frames"]
    """Mel spectrogram in decibels."""
    audio: Float[np.ndarray, "time channels"]
    sample_rate: int


@runtime_checkable
class Observer(Protocol):
    """Receives the progress of a run. The loop itself neither prints nor draws."""

    def on_stage(self, stage: Stage, progress: float) -> None:
        """A stage before the first step has reached this fraction."""
        ...

    def on_start(self, step: int, milestones: Milestones) -> None:
        """The run begins or goes on after `step` steps."""
        ...

    def on_step(self, step: int, metrics: StepMetrics) -> None:
        """A step is done."""
        ...

    def on_log(self, step: int, means: dict[str, float]) -> None:
        """A line of the log is due; the mean metrics of its steps."""
        ...

    def on_preview(self, preview: Preview) -> None:
        """A preview is made. An observer that draws it writes the picture now."""
        ...

    def on_notice(self, text: str) -> None:
        """A message for people."""
        ...


class SilentObserver:
    """Ignores everything. A base class for observers that need only some of it."""

    def on_stage(self, stage: Stage, progress: float) -> None: ...

    def on_start(self, step: int, milestones: Milestones) -> None: ...

    def on_step(self, step: int, metrics: StepMetrics) -> None: ...

    def on_log(self, step: int, means: dict[str, float]) -> None: ...

    def on_preview(self, preview: Preview) -> None: ...

    def on_notice(self, text: str) -> None: ...
