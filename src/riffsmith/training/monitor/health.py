"""What the watch measures, of any pair of networks that are trained against each other."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.synthesis import spread_db
from riffsmith.training.monitor.decisions import HealthMetrics


@dataclass(frozen=True)
class Verdicts:
    """Logits of one discriminator for the fixed segments and samples."""

    training: Float[Tensor, "train *_"]
    held_out: Float[Tensor, "held *_"] | None
    """None where the corpus has no held-out recording."""
    generated: Float[Tensor, "fake *_"]


@runtime_checkable
class Probe(Protocol):
    """A system in training. Nothing here may change it, and the same state gives the same answer.

    Called without gradients; each method puts networks into evaluation mode and back.
    """

    @property
    def generator(self) -> nn.Module:
        """As it is trained, not averaged: there a collapse shows first."""
        ...

    @property
    def discriminator(self) -> nn.Module: ...

    def draw(self) -> Float[Tensor, "samples *shape"]:
        """What the generator makes of the run's fixed noise."""
        ...

    def references(self) -> Float[Tensor, "segments *shape"]:
        """Fixed training segments in the form that the generator makes."""
        ...

    def verdicts(self, generated: Tensor) -> Verdicts | None:
        """The discriminator on fixed segments and on what `draw` gave; none if it has learned
        nothing yet.
        """
        ...

    def play(self, seconds: float) -> Float[np.ndarray, "time channels"]:
        """Audio of the network that snapshots hold, always from the same seeds."""
        ...


@dataclass(frozen=True)
class Losses:
    """Of the last step; none where this sitting has not taken one yet."""

    discriminator: float | None = None
    generator: float | None = None


@torch.no_grad()
def measure(probe: Probe, step: int, rollbacks: int, losses: Losses) -> HealthMetrics:
    """The cheap signals: one pass of each network over a few fixed samples and segments."""
    generated, real = probe.draw(), probe.references()
    real_spread = spread_db(real, 1.0)
    real_deviation = float(real.std())
    return HealthMetrics(
        step=step,
        rollbacks=rollbacks,
        diversity_relative=spread_db(generated, 1.0) / real_spread if real_spread else None,
        verdict_gap=_verdict_gap(probe.verdicts(generated)),
        discriminator_loss=losses.discriminator,
        generator_loss=losses.generator,
        discriminator_gradient=gradient_norm(probe.discriminator),
        generator_gradient=gradient_norm(probe.generator),
        output_mean=float(generated.mean()),
        output_deviation_relative=float(generated.std()) / real_deviation
        if real_deviation
        else None,
    )


def gradient_norm(network: nn.Module) -> float | None:
    """Euclidean norm of the gradients of a network's last update; none before the first."""
    gradients = [value.grad for value in network.parameters() if value.grad is not None]
    return float(torch.nn.utils.get_total_norm(gradients)) if gradients else None


def _verdict_gap(verdicts: Verdicts | None) -> float | None:
    """r_v of ADA (Karras et al. 2020, eq. 1): (train − held-out) / (train − generated).

    None where the discriminator does not tell real from generated.
    """
    if verdicts is None or verdicts.held_out is None:
        return None
    training = float(verdicts.training.mean())
    advantage = training - float(verdicts.generated.mean())
    return (training - float(verdicts.held_out.mean())) / advantage if advantage > 0 else None
