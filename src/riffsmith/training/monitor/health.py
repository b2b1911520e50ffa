"""Health metrics of any pair of networks that are trained against each other."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.training.state import StepMetrics, TrainingState


@dataclass(frozen=True)
class ProbeLogits:
    """Logits of one discriminator for fixed real examples and generated samples."""

    training: Float[Tensor, "train *_"]
    held_out: Float[Tensor, "held *_"] | None
    """`None`: the corpus has no held-out recording."""
    generated: Float[Tensor, "fake *_"]


@dataclass(frozen=True)
class Probe:
    """Fixed generated samples and real examples of a system in training."""

    generated: Float[Tensor, "samples *shape"]
    """What the generator makes of the run's fixed noise. It is the generator as it is trained, not
    its average: there a collapse shows first."""
    real: Float[Tensor, "examples *shape"]
    """Fixed training examples in the form that the generator makes."""
    logits: ProbeLogits | None
    """`None`: the discriminator has not been trained yet."""


@dataclass(frozen=True)
class HealthMetrics:
    """What one health check measured. `None`: it could not be measured."""

    step: int
    rollbacks: int
    """Number of rollbacks before the check."""
    snapshot: int | None = None
    """Number of the snapshot that was taken at this step, if one was."""
    diversity_relative: float | None = None
    """Mean distance between generated samples over that between real examples."""
    overfitting: float | None = None
    """Overfitting of the discriminator, r_v of ADA (Karras et al. 2020, equation 1): 0 where
    held-out and training examples get the same logits, 1 where held-out ones get those of
    generated samples."""
    discriminator_loss: float | None = None
    """Loss of the step before the check. The next three values belong to that step too."""
    generator_loss: float | None = None
    discriminator_gradient: float | None = None
    """Euclidean norm over all weights."""
    generator_gradient: float | None = None
    output_mean: float | None = None
    output_deviation_relative: float | None = None
    """Standard deviation of generated values over that of real ones."""
    distance: float | None = None
    """Distance to held-out music: 1 is as near as the training recordings are."""

    def to_line(self) -> dict[str, object]:
        """The values for the metrics file. What is not finite becomes None, as JSON has no number
        for it.
        """
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value if _is_finite(value) else None for name, value in values.items()}

    @classmethod
    def from_line(cls, line: Mapping[str, object]) -> "HealthMetrics":
        """The values from a line of the metrics file. Other entries of the line are ignored."""
        known = {field.name for field in fields(cls)}
        values: dict[str, object] = {name: line[name] for name in line if name in known}
        return cls(**values)  # pyright: ignore[reportArgumentType]

    def not_finite(self) -> list[str]:
        """Names of the values that were measured and are not finite."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return [name for name, value in values.items() if not _is_finite(value)]


def _is_finite(value: float | None) -> bool:
    return value is None or isfinite(value)


@torch.no_grad()
def measure_health(
    probe: Probe, state: TrainingState[Any, Any], last_step: StepMetrics | None
) -> HealthMetrics:
    """The health metrics of the present state, the distance to real music apart.

    Args:
        probe: Samples and examples of the system.
        state: Networks and position.
        last_step: Metrics of the last step. `None`: this session has not done one yet.
    """
    real_spread, real_deviation = spread(probe.real), float(probe.real.std())
    deviation = float(probe.generated.std())
    return HealthMetrics(
        step=state.step,
        rollbacks=state.rollbacks,
        diversity_relative=spread(probe.generated) / real_spread if real_spread else None,
        overfitting=_overfitting(probe.logits),
        discriminator_loss=last_step and last_step.discriminator_loss,
        generator_loss=last_step and last_step.generator_loss,
        discriminator_gradient=gradient_norm(state.discriminator),
        generator_gradient=gradient_norm(state.generator),
        output_mean=float(probe.generated.mean()),
        output_deviation_relative=deviation / real_deviation if real_deviation else None,
    )


def spread(samples: Float[Tensor, "samples *shape"]) -> float:
    """Mean root mean square difference over all pairs of samples. 0 where there is no pair."""
    if len(samples) < 2:
        return 0.0
    return float((torch.pdist(samples.flatten(1)) / samples[0].numel() ** 0.5).mean())


def gradient_norm(network: nn.Module) -> float | None:
    """Euclidean norm of the gradients of a network's last update. `None`: there was none yet."""
    gradients = [value.grad for value in network.parameters() if value.grad is not None]
    return float(torch.nn.utils.get_total_norm(gradients)) if gradients else None


def _overfitting(logits: ProbeLogits | None) -> float | None:
    """r_v of ADA: (training − held-out) / (training − generated).

    `None` where the discriminator cannot tell real from generated.
    """
    if logits is None or logits.held_out is None:
        return None
    training = float(logits.training.mean())
    advantage = training - float(logits.generated.mean())
    return (training - float(logits.held_out.mean())) / advantage if advantage > 0 else None
