"""What the two players minimise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.config import PictureTrainingSettings

Discriminate = Callable[[Tensor], Tensor]
"""Pictures → logits in float32."""


@dataclass(frozen=True)
class Verdict:
    """A discriminator's loss and the logits that it came from."""

    loss: Float[Tensor, ""]
    real_logits: Float[Tensor, "batch 1"]
    fake_logits: Float[Tensor, "batch 1"]


@runtime_checkable
class Loss(Protocol):
    """An objective: one loss for each player."""

    def discriminator(
        self, discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int
    ) -> Verdict:
        """Loss of the discriminator; `fake` is detached, `seed` serves what is drawn inside."""
        ...

    def generator(self, discriminate: Discriminate, fake: Tensor) -> Float[Tensor, ""]:
        """Loss of the generator."""
        ...


@dataclass(frozen=True)
class CrossEntropy:
    """Binary cross entropy on logits (Goodfellow et al. 2014, non-saturating).

    Real pictures have the target `real_label`, fake ones 0; the generator aims at `real_label`.
    """

    real_label: float

    def discriminator(
        self, discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int
    ) -> Verdict:
        real_logits, fake_logits = discriminate(real), discriminate(fake)
        loss = self._against(real_logits, self.real_label) + self._against(fake_logits, 0.0)
        return Verdict(loss, real_logits, fake_logits)

    def generator(self, discriminate: Discriminate, fake: Tensor) -> Float[Tensor, ""]:
        return self._against(discriminate(fake), self.real_label)

    @staticmethod
    def _against(logits: Tensor, label: float) -> Tensor:
        return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


@dataclass(frozen=True)
class Wasserstein:
    """Wasserstein distance with gradient penalty (Gulrajani et al. 2017, eq. 3)."""

    penalty_weight: float

    def discriminator(
        self, discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int
    ) -> Verdict:
        real_logits, fake_logits = discriminate(real), discriminate(fake)
        loss = fake_logits.mean() - real_logits.mean()
        if self.penalty_weight:
            loss = loss + self.penalty_weight * self._penalty(discriminate, real, fake, seed)
        return Verdict(loss, real_logits, fake_logits)

    def generator(self, discriminate: Discriminate, fake: Tensor) -> Float[Tensor, ""]:
        return -discriminate(fake).mean()

    @staticmethod
    def _penalty(discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int) -> Tensor:
        """Mean of (‖∇D(x̂)‖ − 1)², with x̂ uniform on the lines between real and fake."""
        shares = torch.rand(len(real), 1, 1, 1, generator=torch.Generator().manual_seed(seed))
        between = torch.lerp(fake, real, shares.to(real.device)).requires_grad_()
        (gradient,) = torch.autograd.grad(discriminate(between).sum(), between, create_graph=True)
        return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def build_loss(settings: PictureTrainingSettings) -> Loss:
    """The objective that the settings name."""
    if settings.loss == "wasserstein":
        return Wasserstein(settings.penalty_weight)
    return CrossEntropy(settings.real_label)
