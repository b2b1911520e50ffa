"""Noise at several rates, a clock and a style → latents of any length."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import tau

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

BEATS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Periods of the clock's oscillators, in beats."""


@dataclass(frozen=True)
class LatentNoise:
    """What a stretch of latents is made from; all of it is a function of position."""

    style: Float[Tensor, "batch style_channels"]
    levels: Sequence[Float[Tensor, "batch noise_channels _"]]
    """Noise of each level, coarsest first."""
    clocks: Sequence[Float[Tensor, "batch clock_channels _"]]
    """Oscillators at the same positions."""


class StyledBlock(nn.Module):
    """Two convolutions without padding, modulated by the style, added to the cropped input."""

    def __init__(self, channels: int, style_channels: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(channels, channels, 3)
        self.second = nn.Conv1d(channels, channels, 3)
        self.modulation = nn.Linear(style_channels, 2 * channels)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(
        self,
        state: Float[Tensor, "batch channels frames"],
        style: Float[Tensor, "batch style_channels"],
    ) -> Float[Tensor, "batch channels frames-4"]:
        """Four frames fewer."""
        gain, shift = self.modulation(style)[..., None].chunk(2, dim=1)
        hidden = functional.leaky_relu(state * (1 + gain) + shift, 0.2)
        hidden = functional.leaky_relu(self.first(hidden), 0.2)
        return state[..., 2:-2] + self.second(hidden)


class LatentGenerator(nn.Module):
    """From the coarsest rate to the latents' own, doubling it at each level.

    No convolution is padded: a frame depends on the noise around its position and on nothing else,
    so that a stream can be computed in pieces.
    """

    def __init__(
        self,
        *,
        latent_channels: int,
        channels: Sequence[int],
        noise_channels: int,
        style_channels: int,
    ) -> None:
        super().__init__()
        self.latent_channels, self.noise_channels = latent_channels, noise_channels
        self.style_channels, self.level_count = style_channels, len(channels)
        self.clock_channels = 2 * len(BEATS)
        self.style = nn.Sequential(
            nn.Linear(style_channels, style_channels),
            nn.LeakyReLU(0.2),
            nn.Linear(style_channels, style_channels),
            nn.LeakyReLU(0.2),
        )
        inputs = [0, *channels[:-1]]
        extra = noise_channels + self.clock_channels
        self.joins = nn.ModuleList(
            nn.Conv1d(below + extra, width, 1)
            for below, width in zip(inputs, channels, strict=True)
        )
        self.blocks = nn.ModuleList(StyledBlock(width, style_channels) for width in channels)
        self.exit = nn.Conv1d(channels[-1], latent_channels, 1)

    def frames_per_position(self, level: int) -> int:
        """Latent frames that one position of a level spans; level 0 is the coarsest."""
        return 2 ** (self.level_count - 1 - level)

    def positions(self, start: int, frames: int) -> list[tuple[int, int]]:
        """First position and count of each level's noise for latents [start, start + frames).

        Coarsest first; positions of a level count its own frames and may be negative.
        """
        spans: list[tuple[int, int]] = []
        first, last = start, start + frames
        for _ in range(self.level_count):
            first, last = first - 2, last + 2
            spans.append((first, last - first))
            first, last = first // 2, (last + 1) // 2
        return spans[::-1]

    def clock(
        self,
        level: int,
        first: int,
        count: int,
        beats_per_frame: Float[Tensor, " batch"],
        begin: Tensor | float = 0.0,
    ) -> Float[Tensor, "batch clock_channels count"]:
        """Oscillators at the middles of a level's positions, in the tempo's precision.

        Args:
            level: From 0, the coarsest.
            first: Position.
            count: Of positions.
            beats_per_frame: The tempo.
            begin: Latent frames that the clock is ahead by.
        """
        size = self.frames_per_position(level)
        middles = first + torch.arange(count, dtype=beats_per_frame.dtype)[None] + 0.5
        return clock_at(middles * size - 0.5 + begin, beats_per_frame, size)

    def forward(self, noise: LatentNoise, start: int, frames: int) -> Tensor:
        """Latents [start, start + frames), shape (batch, latent_channels, frames)."""
        style = self.style(noise.style)
        spans = self.positions(start, frames)
        state: Tensor | None = None
        for number, (first, count) in enumerate(spans):
            parts = [noise.levels[number], noise.clocks[number]]
            if state is not None:
                coarser = spans[number - 1][0] + 2
                doubled = state.repeat_interleave(2, dim=-1)
                begin = first - 2 * coarser
                parts.append(doubled[..., begin : begin + count])
            state = self.blocks[number](self.joins[number](torch.cat(parts, dim=1)), style)
        assert state is not None
        return self.exit(functional.leaky_relu(state, 0.2))


def clock_at(
    positions: Float[Tensor, "batch positions"],
    beats_per_frame: Float[Tensor, " batch"],
    frames_per_position: int,
) -> Float[Tensor, "batch clock_channels positions"]:
    """Cosine and sine of the beat's phase and of its multiples and parts.

    Oscillators too fast for a level's rate are silent there.
    """
    beats = positions * beats_per_frame[:, None]
    periods = torch.tensor(BEATS, dtype=positions.dtype)
    phase = tau * beats[:, None] / periods[:, None]
    slow = (periods[None] / beats_per_frame[:, None] >= 2 * frames_per_position)[..., None]
    return torch.cat([phase.cos() * slow, phase.sin() * slow], dim=1)
