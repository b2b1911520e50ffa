"""Tonal latents as bands: a branch of the denoiser that sees pitch as an axis.

The principal components of the tonal bands hide that a note has the same shape at every pitch. This
branch unfolds them to bands again and shares its weights over the semitones.
"""

from math import ceil

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.networks.parameters import set_to_zero

_BANDS_PER_SEMITONE = 3
_SEMITONES_PER_OCTAVE = 12
_DILATIONS = (1, 2)
"""Distances in frames between the taps of the blocks' convolutions."""


class PitchBlock(nn.Module):
    """Residual block over semitones and frames, scaled and shifted by the embedded timestep.

    It sees the neighbouring semitones and frames, and the semitones an octave above and below.
    """

    def __init__(self, channels: int, embedding: int, dilation: int) -> None:
        super().__init__()
        self.near = nn.Conv2d(channels, channels, 3, padding=(1, dilation), dilation=(1, dilation))
        octave = _SEMITONES_PER_OCTAVE
        self.octaves = nn.Conv2d(
            channels, channels, (3, 1), padding=(octave, 0), dilation=(octave, 1)
        )
        self.modulation = nn.Linear(embedding, 2 * channels)
        set_to_zero(self.near, self.octaves, self.modulation)

    def forward(
        self,
        state: Float[Tensor, "batch channels semitones frames"],
        embedded: Float[Tensor, "batch embedding"],
    ) -> Float[Tensor, "batch channels semitones frames"]:
        """A state of the same shape.

        Args:
            state: Activations.
            embedded: The embedded timestep.
        """
        gain, shift = self.modulation(embedded)[..., None, None].chunk(2, dim=1)
        hidden = functional.silu(normalise(state) * (1 + gain) + shift)
        return state + self.near(hidden) + self.octaves(hidden)


class PitchAxis(nn.Module):
    """Branch for the tonal latents, beside the U-Net of the denoiser."""

    basis: Tensor
    """Components of the tonal bands (components, bands), from the codec."""

    def __init__(
        self, *, components: int, bands: int, channels: int, width: int, embedding: int
    ) -> None:
        """Builds the branch.

        Args:
            components: Number of tonal latents.
            bands: Number of tonal bands.
            channels: Channels of a semitone.
            width: Channels of the U-Net's finest level.
            embedding: Dimensions of the embedded timestep.
        """
        super().__init__()
        self.components = components
        self.semitones = semitones = ceil(bands / _BANDS_PER_SEMITONE)
        self.register_buffer("basis", torch.zeros(components, bands))
        kernel, stride = 3 * _BANDS_PER_SEMITONE, _BANDS_PER_SEMITONE
        self.unfold = nn.Conv2d(1, channels, (kernel, 3), (stride, 1), padding=(stride, 1))
        self.to_frames = nn.Conv1d(channels * semitones, width, 1)
        self.from_frames = nn.Conv1d(width, channels * semitones, 1)
        self.blocks = nn.ModuleList(
            PitchBlock(channels, embedding, dilation) for dilation in _DILATIONS
        )
        self.fold = nn.ConvTranspose2d(channels, 1, (kernel, 1), (stride, 1), padding=(stride, 0))
        set_to_zero(self.to_frames, self.fold)

    def enter(
        self, noisy: Float[Tensor, "batch latent_channels frames"]
    ) -> Float[Tensor, "batch channels semitones frames"]:
        """Activations of each semitone, from the last latents, which are the tonal ones."""
        bands = self.basis.T @ noisy[:, -self.components :]
        missing = _BANDS_PER_SEMITONE * self.semitones - bands.shape[1]
        return self.unfold(functional.pad(bands, (0, 0, 0, missing))[:, None])

    def inform(
        self, state: Float[Tensor, "batch channels semitones frames"]
    ) -> Float[Tensor, "batch width frames"]:
        """What the U-Net is told about the semitones."""
        return self.to_frames(state.flatten(1, 2))

    def leave(
        self,
        state: Float[Tensor, "batch channels semitones frames"],
        hidden: Float[Tensor, "batch width frames"],
        embedded: Float[Tensor, "batch embedding"],
    ) -> Float[Tensor, "batch components frames"]:
        """The branch's part of the velocity of the tonal latents.

        Args:
            state: Activations from `enter`.
            hidden: Last activations of the U-Net.
            embedded: The embedded timestep.
        """
        state = state + self.from_frames(hidden).unflatten(1, (-1, self.semitones))
        for block in self.blocks:
            state = block(state, embedded)
        bands = self.fold(functional.silu(normalise(state)))[:, 0]
        return self.basis @ bands[:, : self.basis.shape[1]]


def normalise(state: Float[Tensor, "batch channels ..."]) -> Float[Tensor, "batch channels ..."]:
    """Scales each position to a root mean square of 1 over its channels."""
    scale = torch.rsqrt(state.float().square().mean(1, keepdim=True) + 1e-5)
    return state * scale.to(state.dtype)
