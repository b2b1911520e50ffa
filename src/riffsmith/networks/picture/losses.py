"""Adversarial losses of the picture GANs: cross entropy, and Wasserstein with gradient penalty."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.config import PictureTrainingSettings

Discriminate = Callable[[Tensor], Tensor]
"""Discriminator as a function: pictures (batch, channels, rows, columns) → logits (batch, 1) in
float32."""


@dataclass(frozen=True)
class DiscriminatorResult:
    """Loss of the discriminator and the logits that it was computed from."""

    loss: Float[Tensor, ""]
    real_logits: Float[Tensor, "batch 1"]
    fake_logits: Float[Tensor, "batch 1"]


@runtime_checkable
class Loss(Protocol):
    """A pair of losses, one for each network."""

    def discriminator(
        self, discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int
    ) -> DiscriminatorResult:
        """Loss of the discriminator.

        Args:
            discriminate: The discriminator.
            real: Pictures of the corpus.
            fake: Generated pictures, detached from the generator.
            seed: Seed of the random numbers that a loss needs.
        """
        ...

    def generator(self, discriminate: Discriminate, fake: Tensor) -> Float[Tensor, ""]:
        """Loss of the generator.

        Args:
            discriminate: The discriminator.
            fake: Generated pictures, with gradients to the generator.
        """
        ...


@dataclass(frozen=True)
class CrossEntropy:
    """Binary cross entropy on logits: the non-saturating loss of Goodfellow et al., 2014.

    The discriminator's targets are `real_label` for real pictures and 0 for fake ones; the
    generator's target is `real_label`.
    """

    real_label: float

    def discriminator(
        self, discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int
    ) -> DiscriminatorResult:
        real_logits, fake_logits = discriminate(real), discriminate(fake)
        loss = self._to_label(real_logits, self.real_label) + self._to_label(fake_logits, 0.0)
        return DiscriminatorResult(loss, real_logits, fake_logits)

    def generator(self, discriminate: Discriminate, fake: Tensor) -> Float[Tensor, ""]:
        return self._to_label(discriminate(fake), self.real_label)

    @staticmethod
    def _to_label(logits: Tensor, label: float) -> Tensor:
        return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


@dataclass(frozen=True)
class Wasserstein:
    """Wasserstein distance with gradient penalty (Gulrajani et al., 2017, equation 3)."""

    penalty_weight: float

    def discriminator(
        self, discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int
    ) -> DiscriminatorResult:
        real_logits, fake_logits = discriminate(real), discriminate(fake)
        loss = fake_logits.mean() - real_logits.mean()
        if self.penalty_weight:
            loss = loss + self.penalty_weight * self._penalty(discriminate, real, fake, seed)
        return DiscriminatorResult(loss, real_logits, fake_logits)

    def generator(self, discriminate: Discriminate, fake: Tensor) -> Float[Tensor, ""]:
        return -discriminate(fake).mean()

    @staticmethod
    def _penalty(discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int) -> Tensor:
        """Mean of (‖∇D(x̂)‖ − 1)², with x̂ uniform on the lines between real and fake pictures."""
        weights = torch.rand(len(real), 1, 1, 1, generator=torch.Generator().manual_seed(seed))
        between = torch.lerp(fake, real, weights.to(real.device)).requires_grad_()
        (gradient,) = torch.autograd.grad(discriminate(between).sum(), between, create_graph=True)
        return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def build_loss(settings: PictureTrainingSettings) -> Loss:
    """The losses that the settings name."""
    if settings.loss == "wasserstein":
        return Wasserstein(settings.penalty_weight)
    return CrossEntropy(settings.real_label)
