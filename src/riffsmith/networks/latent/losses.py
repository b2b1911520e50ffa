"""Relativistic pairing loss and approximate gradient penalty.

These are the two parts of the R3GAN objective (Huang et al., 2024, arXiv:2501.05441), the second
without a derivative of a gradient. The flow-matching loss is in `networks.flow`.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import softplus


def relativistic_loss(
    preferred: Sequence[Float[Tensor, "batch _"]], others: Sequence[Float[Tensor, "batch _"]]
) -> Float[Tensor, ""]:
    """Mean over heads of softplus(other − preferred): RpGAN (Jolicoeur-Martineau, 2019).

    The discriminator's loss prefers the logits of real samples, the generator's those of generated
    ones. Both are pairs: the first real sample is compared with the first generated one.

    Args:
        preferred: Logits that the loss makes higher, for each head.
        others: Logits that the loss makes lower, for each head.
    """
    losses = [softplus(b - a).mean() for a, b in zip(preferred, others, strict=True)]
    return torch.stack(losses).mean()


def approximate_gradient_penalty(
    logits: Sequence[Float[Tensor, "batch _"]],
    noisy_logits: Sequence[Float[Tensor, "batch _"]],
    deviation: float,
) -> Float[Tensor, ""]:
    """Squared change of the logits D by a little noise on the input.

    For a small deviation s of the noise the expectation of (ΔD / s)² is ‖∇D‖²: the penalty R1 on
    real and R2 on generated samples (Mescheder et al., 2018, arXiv:1801.04406) without a second
    backward pass, as in Seaweed-APT (Lin et al., 2025, arXiv:2501.08316). D is the sum of a head's
    logits over the root of their number, so that heads of any frame rate have the same weight.

    Args:
        logits: Logits of samples, for each head.
        noisy_logits: Logits of the same samples with noise.
        deviation: Standard deviation of that noise.
    """
    parts = [
        ((noisy.sum(1) - plain.sum(1)).square() / plain.shape[1]).mean()
        for plain, noisy in zip(logits, noisy_logits, strict=True)
    ]
    return torch.stack(parts).mean() / deviation**2
