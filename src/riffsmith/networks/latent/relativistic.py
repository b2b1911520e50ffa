"""The relativistic game with a penalty on both sides, without second derivatives."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import softplus

Discriminate = Callable[[Tensor], list[Tensor]]
"""Latents → logits (batch, positions) of each head."""


def pair_loss(winners: Sequence[Tensor], losers: Sequence[Tensor]) -> Float[Tensor, ""]:
    """Mean over heads of softplus(loser − winner): RpGAN (Jolicoeur-Martineau, 2019)."""
    losses = [softplus(b - a).mean() for a, b in zip(winners, losers, strict=True)]
    return torch.stack(losses).mean()


def smoothness_penalty(
    logits: Sequence[Tensor], noisy_logits: Sequence[Tensor], deviation: float
) -> Float[Tensor, ""]:
    """How much the logits change with a little noise on the input.

    With noise of deviation s the expectation of (ΔD / s)² is ‖∇D‖² for small s: R1 on real and R2
    on generated samples (Mescheder et al., 2018; R3GAN, Huang et al., 2024) without a second
    backward pass, as in Seaweed-APT (Lin et al., 2025, arXiv:2501.08316). D is the sum of a head's
    logits over the root of their number, so that heads of any rate weigh alike.
    """
    parts = [
        ((noisy.sum(1) - plain.sum(1)).square() / plain.shape[1]).mean()
        for plain, noisy in zip(logits, noisy_logits, strict=True)
    ]
    return torch.stack(parts).mean() / deviation**2
