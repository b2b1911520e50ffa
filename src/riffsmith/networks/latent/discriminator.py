"""Discriminator of latents: logits at several frame rates."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class LatentDiscriminator(nn.Module):
    """Convolutions over time at ever lower frame rates, with a head for logits at most of them.

    The last level also gets the minibatch standard deviation (Karras et al., 2018,
    arXiv:1710.10196), by which it can recognise a generator without variety.
    """

    def __init__(self, *, latent_channels: int, channels: Sequence[int], head_from: int) -> None:
        """Builds the network.

        Args:
            latent_channels: Channels of the input.
            channels: Channels of each level, finest first; each level has half the frame rate of
                the one before.
            head_from: Number of the first level with a head, from 0.
        """
        super().__init__()
        self.enter = nn.Conv1d(latent_channels, channels[0], 1)
        self.head_from = head_from
        self.same = nn.ModuleList(nn.Conv1d(width, width, 3, padding=1) for width in channels)
        self.halve = nn.ModuleList(
            nn.Conv1d(above, below, 4, stride=2, padding=1) for above, below in pairwise(channels)
        )
        self.heads = nn.ModuleList(
            nn.Conv1d(width + (number == len(channels) - 1), 1, 3, padding=1)
            for number, width in enumerate(channels)
            if number >= head_from
        )

    def forward(
        self, latents: Float[Tensor, "batch channels frames"]
    ) -> list[Float[Tensor, "batch _"]]:
        """Logits over time, for each head, finest first."""
        state = self.enter(latents)
        logits: list[Tensor] = []
        for number, same in enumerate(self.same):
            state = state + same(functional.leaky_relu(state, 0.2)) * 0.5
            if number >= self.head_from:
                activated = functional.leaky_relu(state, 0.2)
                if number == len(self.same) - 1:
                    activated = torch.cat([activated, _minibatch_deviation(activated)], dim=1)
                logits.append(self.heads[number - self.head_from](activated)[:, 0])
            if number < len(self.halve):
                state = self.halve[number](functional.leaky_relu(state, 0.2))
        return logits


def _minibatch_deviation(
    state: Float[Tensor, "batch channels frames"],
) -> Float[Tensor, "batch 1 frames"]:
    """Standard deviation between the samples of groups of four, averaged over the channels."""
    size = min(4, len(state))
    groups = state.float().unflatten(0, (-1, size))
    deviation = (groups.var(1, unbiased=False) + 1e-6).sqrt().mean(1, keepdim=True)
    return deviation.repeat_interleave(size, dim=0).to(state.dtype)
