"""Noise as a function of position: the same seed gives the same music, wherever one begins."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.seeds import random_stream

_BLOCK = 64
"""Frames drawn at once."""


@dataclass(frozen=True)
class NoiseSource:
    """The noise of one endless piece."""

    seed: int
    period: int | None = None
    """Frames after which it comes again; none: it never does."""

    def cut(self, name: str, channels: int, start: int, frames: int) -> Float[Tensor, "1 _ _"]:
        """Standard normal noise of the frames [start, start + frames).

        Args:
            name: Of what it is for.
            channels: At each frame.
            start: May be negative.
            frames: How many.
        """
        if self.period is not None:
            whole = NoiseSource(self.seed).cut(name, channels, 0, self.period)
            return whole[..., torch.arange(start, start + frames) % self.period]
        blocks = range(start // _BLOCK, (start + frames - 1) // _BLOCK + 1)
        drawn = [
            torch.randn(channels, _BLOCK, generator=random_stream(self.seed, "noise", name, block))
            for block in blocks
        ]
        begin = start - blocks[0] * _BLOCK
        return torch.cat(drawn, dim=1)[None, :, begin : begin + frames]
