"""Noise as a function of position: the same seed gives the same music, wherever one begins."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.gan.latent_generator import LatentGenerator, LatentNoise
from riffsmith.seeds import random_stream

_BLOCK = 64
"""Positions drawn at once."""


@dataclass(frozen=True)
class NoiseSource:
    """Everything random about one endless piece."""

    generator: LatentGenerator
    seed: int
    beats_per_frame: float
    """The clock's tempo."""

    @property
    def style(self) -> Float[Tensor, "1 style_channels"]:
        """The piece's global style."""
        stream = random_stream(self.seed, "style")
        return torch.randn(1, self.generator.style_channels, generator=stream)

    def cut(self, start: int, frames: int) -> LatentNoise:
        """What the latents [start, start + frames) are made from."""
        tempo = torch.tensor([self.beats_per_frame], dtype=torch.float64)
        levels: list[Tensor] = []
        clocks: list[Tensor] = []
        for level, (first, count) in enumerate(self.generator.positions(start, frames)):
            levels.append(self._draw(level, first, count))
            clocks.append(self.generator.clock(level, first, count, tempo).float())
        return LatentNoise(self.style, levels, clocks)

    def _draw(self, level: int, first: int, count: int) -> Float[Tensor, "1 noise_channels count"]:
        blocks = range(first // _BLOCK, (first + count - 1) // _BLOCK + 1)
        drawn = [
            torch.randn(
                self.generator.noise_channels,
                _BLOCK,
                generator=random_stream(self.seed, "noise", level, block),
            )
            for block in blocks
        ]
        begin = first - blocks[0] * _BLOCK
        return torch.cat(drawn, dim=1)[None, :, begin : begin + count]
