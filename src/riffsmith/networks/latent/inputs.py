"""Inputs of the denoiser: the beat clock and noise that depends on the position alone."""

from dataclasses import dataclass
from math import tau

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.seeds import random_stream

PERIODS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Periods of the clock's oscillators, in beats."""
CLOCK_CHANNELS = 2 * len(PERIODS)
_BLOCK_FRAMES = 64
"""Frames of noise that are drawn together from one random stream."""


def clock(
    beats: Float[Tensor, "batch frames"],
) -> Float[Tensor, "batch clock_channels frames"]:
    """Cosines, then sines of the phase of the beat, at each of `PERIODS`.

    Args:
        beats: Position of each frame in beats; double precision keeps the phase exact for hours.
    """
    periods = torch.tensor(PERIODS, dtype=beats.dtype, device=beats.device)
    phase = tau * ((beats[:, None] / periods[:, None]) % 1)
    return torch.cat([phase.cos(), phase.sin()], dim=1).float()


@dataclass(frozen=True)
class NoiseSource:
    """Noise of one endless piece: a seed and a position give the same values in any order."""

    seed: int
    period: int | None = None
    """Frames after which the noise repeats. `None`: it never does."""

    def cut(self, name: str, channels: int, start: int, frames: int) -> Float[Tensor, "1 _ _"]:
        """Standard normal noise of the frames [start, start + frames).

        Args:
            name: Purpose of the noise; each name has noise of its own.
            channels: Number of channels.
            start: First frame; may be negative.
            frames: Number of frames.
        """
        if self.period is not None:
            whole = NoiseSource(self.seed).cut(name, channels, 0, self.period)
            return whole[..., torch.arange(start, start + frames) % self.period]
        blocks = range(start // _BLOCK_FRAMES, (start + frames - 1) // _BLOCK_FRAMES + 1)
        drawn = [self._draw_block(name, channels, block) for block in blocks]
        first = start - blocks[0] * _BLOCK_FRAMES
        return torch.cat(drawn, dim=1)[None, :, first : first + frames]

    def _draw_block(self, name: str, channels: int, block: int) -> Float[Tensor, "channels block"]:
        stream = random_stream(self.seed, "noise", name, block)
        return torch.randn(channels, _BLOCK_FRAMES, generator=stream)
