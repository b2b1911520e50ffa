"""Latents as bands: a branch of the denoiser that sees frequency as an axis.

Principal components hide that a sound has the same shape at every frequency, and that it goes on at
the same frequency. This branch unfolds latents to bands again, shares its weights over them, and
looks far ahead and back along each of them.
"""

from math import ceil

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.networks.parameters import set_to_zero

_ROLL_BELOW, _ROLL_ABOVE = 40, 12
"""Semitones below and above a position whose notes it is told: the tenth partial of a note lies 40
semitones above it."""
_DILATIONS = ((1, 3), (2, 9))
"""For each block: distances in frames between the taps of its near and of its far convolution."""


class BandBlock(nn.Module):
    """Residual block over bands and frames, scaled and shifted by the embedded timestep.

    It sees the neighbouring bands and frames, the same band earlier and later, and where there are
    octaves, the bands an octave above and below.
    """

    def __init__(self, channels: int, embedding: int, near: int, far: int, octave: int) -> None:
        super().__init__()
        self.near = nn.Conv2d(channels, channels, 3, padding=(1, near), dilation=(1, near))
        self.far = nn.Conv2d(channels, channels, (1, 3), padding=(0, far), dilation=(1, far))
        self.octaves = (
            nn.Conv2d(channels, channels, (3, 1), padding=(octave, 0), dilation=(octave, 1))
            if octave
            else None
        )
        self.modulation = nn.Linear(embedding, 2 * channels)
        set_to_zero(self.near, self.far, self.modulation)
        if self.octaves is not None:
            set_to_zero(self.octaves)

    def forward(
        self,
        state: Float[Tensor, "batch channels positions frames"],
        embedded: Float[Tensor, "batch embedding"],
    ) -> Float[Tensor, "batch channels positions frames"]:
        """A state of the same shape.

        Args:
            state: Activations.
            embedded: The embedded timestep.
        """
        gain, shift = self.modulation(embedded)[..., None, None].chunk(2, dim=1)
        hidden = functional.silu(normalise(state) * (1 + gain) + shift)
        added = self.near(hidden) + self.far(hidden)
        if self.octaves is not None:
            added = added + self.octaves(hidden)
        return state + added


class BandAxis(nn.Module):
    """Branch for the latents of one kind, beside the U-Net of the denoiser.

    A position on its axis stands for `stride` bands.
    """

    basis: Tensor
    """Components of the patches (components, size), from the codec. The values of a patch are in
    the order of `LinearCodec.to_patches`."""

    def __init__(
        self,
        *,
        components: int,
        bands: int,
        patch_frames: int,
        stride: int,
        octave: int,
        channels: int,
        width: int,
        embedding: int,
        pitches: int = 0,
        lowest: int = 0,
    ) -> None:
        """Builds the branch.

        Args:
            components: Number of latents.
            bands: Number of bands.
            patch_frames: Feature frames of a patch.
            stride: Bands of a position.
            octave: Positions of an octave. 0: the bands have no octaves.
            channels: Channels of a position.
            width: Channels of the U-Net's finest level.
            embedding: Dimensions of the embedded timestep.
            pitches: Pitches of a piano roll that the positions are told; a position is a semitone.
                0: there is none.
            lowest: Number of the pitch that the first position stands for.
        """
        super().__init__()
        self.components, self.bands, self.patch_frames = components, bands, patch_frames
        self.positions = positions = ceil(bands / stride)
        self.missing = stride * positions - bands
        self.register_buffer("basis", torch.zeros(components, bands * patch_frames))
        kernel = (3 * stride, 3)
        self.unfold = nn.Conv2d(patch_frames, channels, kernel, (stride, 1), padding=(stride, 1))
        self.to_frames = nn.Conv1d(channels * positions, width, 1)
        self.from_frames = nn.Conv1d(width, channels * positions, 1)
        self.blocks = nn.ModuleList(
            BandBlock(channels, embedding, near, far, octave) for near, far in _DILATIONS
        )
        self.fold = nn.ConvTranspose2d(
            channels, patch_frames, (3 * stride, 1), (stride, 1), padding=(stride, 0)
        )
        set_to_zero(self.to_frames, self.fold)
        reach = _ROLL_BELOW + _ROLL_ABOVE
        self._roll_padding = (
            0,
            0,
            _ROLL_BELOW - lowest,
            lowest + positions - pitches + _ROLL_ABOVE,
        )
        self.notes = nn.Conv2d(1, channels, (reach + 1, 3), padding=(0, 1)) if pitches else None

    def enter(
        self,
        latents: Float[Tensor, "batch components frames"],
        roll: Float[Tensor, "batch pitches frames"] | None = None,
    ) -> Float[Tensor, "batch channels positions frames"]:
        """Activations of each position, from the latents and the notes around it.

        Args:
            latents: Noisy latents of the branch.
            roll: The piano roll, which is used if the branch was built with pitches.
        """
        bands = (self.basis.T @ latents).unflatten(1, (self.bands, self.patch_frames))
        padded = functional.pad(bands.transpose(1, 2), (0, 0, 0, self.missing))
        state = self.unfold(padded)
        if self.notes is None or roll is None:
            return state
        return state + self.notes(functional.pad(roll, self._roll_padding)[:, None])

    def inform(
        self, state: Float[Tensor, "batch channels positions frames"]
    ) -> Float[Tensor, "batch width frames"]:
        """What the U-Net is told about the positions."""
        return self.to_frames(state.flatten(1, 2))

    def leave(
        self,
        state: Float[Tensor, "batch channels positions frames"],
        hidden: Float[Tensor, "batch width frames"],
        embedded: Float[Tensor, "batch embedding"],
    ) -> Float[Tensor, "batch components frames"]:
        """The branch's part of the velocity of the latents.

        Args:
            state: Activations from `enter`.
            hidden: Last activations of the U-Net.
            embedded: The embedded timestep.
        """
        state = state + self.from_frames(hidden).unflatten(1, (-1, self.positions))
        if len(state) == 1:
            # Convolutions of a single example with few channels are four to eight times as fast in
            # this memory format. Those of a batch are not.
            state = state.contiguous(memory_format=torch.channels_last)
        for block in self.blocks:
            state = block(state, embedded)
        bands = self.fold(functional.silu(normalise(state)))[:, :, : self.bands]
        return self.basis @ bands.transpose(1, 2).flatten(1, 2)


def normalise(state: Float[Tensor, "batch channels ..."]) -> Float[Tensor, "batch channels ..."]:
    """Scales each position to a root mean square of 1 over its channels."""
    scale = torch.rsqrt(state.float().square().mean(1, keepdim=True) + 1e-5)
    return state * scale.to(state.dtype)
