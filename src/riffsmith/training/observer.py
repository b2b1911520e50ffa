"""What a run tells while it goes on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from torch import Tensor

from riffsmith.training.picture.step import StepMetrics

OnStage = Callable[[str, float], None]
"""Told what is being done before the first step, and the share of it that is done."""


class StageStoppedError(Exception):
    """A stage was asked to end before it was done."""


@dataclass(frozen=True)
class Preview:
    """What the generator makes of the run's fixed noise."""

    epoch: int
    mel_db: Float[Tensor, "mels frames"]
    """Spectrogram of the left or only channel."""
    audio: Float[np.ndarray, "time channels"]
    sample_rate: int


@runtime_checkable
class Observer(Protocol):
    """Told about a run; the loop itself neither prints nor draws."""

    def on_stage(self, title: str, share: float) -> None:
        """Before it begins something is made ready; so much of that is done."""
        ...

    def on_start(self, step: int, steps: int, steps_per_epoch: int) -> None:
        """The run begins or goes on at `step` of `steps`."""
        ...

    def on_step(self, step: int, figures: StepMetrics) -> None:
        """A step is done."""
        ...

    def on_epoch(self, epoch: int, means: dict[str, float]) -> None:
        """An epoch is done; the means of its steps' figures."""
        ...

    def on_preview(self, preview: Preview) -> None:
        """A preview is made; whoever wants a picture of it draws it now."""
        ...

    def on_notice(self, text: str) -> None:
        """Something to tell in words."""
        ...


class SilentObserver:
    """Ignores everything; a base for observers that want only some of it."""

    def on_stage(self, title: str, share: float) -> None: ...

    def on_start(self, step: int, steps: int, steps_per_epoch: int) -> None: ...

    def on_step(self, step: int, figures: StepMetrics) -> None: ...

    def on_epoch(self, epoch: int, means: dict[str, float]) -> None: ...

    def on_preview(self, preview: Preview) -> None: ...

    def on_notice(self, text: str) -> None: ...
