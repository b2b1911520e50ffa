"""Noise, a clock of beats and a style → latents of any length, in a few steps."""

from collections.abc import Sequence
from itertools import pairwise
from math import log, pi

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.networks.latent.clock import CLOCK_CHANNELS

_WAVES = 32
_FASTEST_WAVE = 1000.0


class LevelBlock(nn.Module):
    """Two convolutions, modulated by the noise level, added to the input."""

    def __init__(self, channels: int, embedding: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(channels, channels, 3, padding=1)
        self.second = nn.Conv1d(channels, channels, 3, padding=1)
        self.modulation = nn.Linear(embedding, 2 * channels)
        for layer in (self.second, self.modulation):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)  # pyright: ignore[reportArgumentType]

    def forward(
        self,
        state: Float[Tensor, "batch channels frames"],
        level: Float[Tensor, "batch embedding"],
    ) -> Float[Tensor, "batch channels frames"]:
        """The same shape."""
        gain, shift = self.modulation(level)[..., None].chunk(2, dim=1)
        hidden = self.first(functional.silu(_normalise(state) * (1 + gain) + shift))
        return state + self.second(functional.silu(_normalise(hidden)))


def _normalise(state: Float[Tensor, "batch channels frames"]) -> Tensor:
    """Unit root mean square over the channels of each frame."""
    scale = torch.rsqrt(state.float().square().mean(1, keepdim=True) + 1e-5)
    return state * scale.to(state.dtype)


class Denoiser(nn.Module):
    """A one-dimensional U-Net over latent frames (Ronneberger et al., 2015).

    Tells which way leads from music to noise at a place between the two, as in flow matching
    (Lipman et al., 2023, arXiv:2210.02747): at time t lies (1 - t) · music + t · noise, and the
    velocity is noise - music.
    """

    def __init__(
        self, *, latent_channels: int, style_channels: int, channels: Sequence[int], embedding: int
    ) -> None:
        """Builds the network.

        Args:
            latent_channels: Of music and noise.
            style_channels: Of what it is told besides the clock.
            channels: Of each level, finest first; each has half the rate of the one before.
            embedding: Values that the time is told by.
        """
        super().__init__()
        self.latent_channels = latent_channels
        self.embed = nn.Sequential(
            nn.Linear(2 * _WAVES, embedding), nn.SiLU(), nn.Linear(embedding, embedding), nn.SiLU()
        )
        conditioning = CLOCK_CHANNELS + style_channels
        self.enter = nn.Conv1d(latent_channels + conditioning, channels[0], 3, padding=1)
        self.down = nn.ModuleList(LevelBlock(width, embedding) for width in channels)
        self.halve = nn.ModuleList(
            nn.Conv1d(fine, coarse, 2, stride=2) for fine, coarse in pairwise(channels)
        )
        self.join = nn.ModuleList(
            nn.Conv1d(coarse + fine, fine, 1) for fine, coarse in pairwise(channels)
        )
        self.up = nn.ModuleList(LevelBlock(width, embedding) for width in channels[:-1])
        self.exit = nn.Conv1d(channels[0], latent_channels, 1)
        nn.init.zeros_(self.exit.weight)
        nn.init.zeros_(self.exit.bias)  # pyright: ignore[reportArgumentType]

    def forward(
        self,
        noisy: Float[Tensor, "batch latent_channels frames"],
        conditioning: Float[Tensor, "batch clock_and_style frames"],
        time: Float[Tensor, " batch"],
    ) -> Float[Tensor, "batch latent_channels frames"]:
        """The velocity.

        Args:
            noisy: Between music and noise; as many frames as all halvings divide evenly.
            conditioning: Oscillators of the clock, zeros where none is known; then the style.
            time: 0 is music, 1 is noise.
        """
        waves = torch.linspace(0, log(_FASTEST_WAVE), _WAVES, device=time.device).exp()
        phase = time[:, None] * waves * pi / 2
        level = self.embed(torch.cat([phase.cos(), phase.sin()], dim=1))
        state = self.enter(torch.cat([noisy, conditioning], dim=1))
        finer: list[Tensor] = []
        for number, block in enumerate(self.down):
            state = block(state, level)
            if number < len(self.halve):
                finer.append(state)
                state = self.halve[number](state)
        for number in reversed(range(len(self.join))):
            doubled = state.repeat_interleave(2, dim=-1)
            state = self.join[number](torch.cat([doubled, finer[number]], dim=1))
            state = self.up[number](state, level)
        return self.exit(functional.silu(_normalise(state)))
