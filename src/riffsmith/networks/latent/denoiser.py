"""Denoiser of latents: a one-dimensional U-Net that predicts the velocity of the flow."""

from collections.abc import Sequence
from itertools import pairwise
from math import log, pi

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.networks.latent.band_axis import BandAxis, normalise
from riffsmith.networks.latent.inputs import CLOCK_CHANNELS
from riffsmith.networks.parameters import set_to_zero

_FREQUENCIES = 32
_HIGHEST_FREQUENCY = 1000.0
"""The timestep is embedded by cosines and sines of these frequencies, in quarter turns."""


class ModulatedBlock(nn.Module):
    """Residual block of two convolutions, scaled and shifted by the embedded timestep."""

    def __init__(self, channels: int, embedding: int) -> None:
        super().__init__()
        self.first = nn.Conv1d(channels, channels, 3, padding=1)
        self.second = nn.Conv1d(channels, channels, 3, padding=1)
        self.modulation = nn.Linear(embedding, 2 * channels)
        set_to_zero(self.second, self.modulation)

    def forward(
        self,
        state: Float[Tensor, "batch channels frames"],
        embedded: Float[Tensor, "batch embedding"],
    ) -> Float[Tensor, "batch channels frames"]:
        """A state of the same shape.

        Args:
            state: Activations at one level of the U-Net.
            embedded: The embedded timestep.
        """
        gain, shift = self.modulation(embedded)[..., None].chunk(2, dim=1)
        hidden = self.first(functional.silu(normalise(state) * (1 + gain) + shift))
        return state + self.second(functional.silu(normalise(hidden)))


class Denoiser(nn.Module):
    """A U-Net over latent frames (Ronneberger et al., 2015) for flow matching.

    It predicts the velocity noise - music of the trajectory through a noisy state, conditioned on a
    beat clock, a style embedding, a piano roll and the timestep.

    It can learn the velocity under guidance for any strength w: v + (w - 1) · d, where d leads away
    from what is not wanted. One network then does the work of several (Meng et al., 2023,
    arXiv:2210.03142).
    """

    def __init__(
        self,
        *,
        latent_channels: int,
        style_channels: int,
        channels: Sequence[int],
        embedding: int,
        guidance: float | None = None,
        band_axes: Sequence[BandAxis] = (),
        pitches: int = 0,
    ) -> None:
        """Builds the network.

        Args:
            latent_channels: Channels of music and noise.
            style_channels: Dimensions of the style embedding.
            channels: Channels of each level, finest first; each level has half the frame rate of
                the one before.
            embedding: Dimensions of the embedded timestep.
            guidance: Strength of the guidance where `forward` is given none. `None`: the network
                does not know guidance.
            band_axes: Branches for consecutive groups of latents, which together are all latents.
                Without any the U-Net does everything.
            pitches: Pitches of the piano roll. 0: there is none.
        """
        super().__init__()
        self.latent_channels, self.guidance = latent_channels, guidance
        self.style_channels, self.pitches = style_channels, pitches
        self.embed = nn.Sequential(
            nn.Linear(2 * _FREQUENCIES, embedding),
            nn.SiLU(),
            nn.Linear(embedding, embedding),
            nn.SiLU(),
        )
        conditioning = CLOCK_CHANNELS + style_channels + pitches
        self.enter = nn.Conv1d(latent_channels + conditioning, channels[0], 3, padding=1)
        self.down = nn.ModuleList(ModulatedBlock(width, embedding) for width in channels)
        self.halve = nn.ModuleList(
            nn.Conv1d(fine, coarse, 2, stride=2) for fine, coarse in pairwise(channels)
        )
        self.join = nn.ModuleList(
            nn.Conv1d(coarse + fine, fine, 1) for fine, coarse in pairwise(channels)
        )
        self.up = nn.ModuleList(ModulatedBlock(width, embedding) for width in channels[:-1])
        self.exit = nn.Conv1d(channels[0], latent_channels, 1)
        set_to_zero(self.exit)
        if guidance is not None:
            last = nn.Linear(embedding, embedding)
            set_to_zero(last)
            self.guide = nn.Sequential(nn.Linear(1, embedding), nn.SiLU(), last)
        self.band_axes = nn.ModuleList(band_axes)

    @torch.no_grad()
    def take_basis(self, bases: Sequence[Float[Tensor, "_ _"]]) -> None:
        """Gives the branches the components of the codec, one matrix for each of them."""
        for axis, basis in zip(self._axes(), bases, strict=False):
            axis.basis.copy_(basis)

    @torch.no_grad()
    def transform_style(
        self, matrix: Float[Tensor, "theirs ours"], shift: Float[Tensor, " theirs"]
    ) -> None:
        """Makes the network take another style embedding than the one that it was trained with.

        Args:
            matrix: Turns a value of the new embedding into one of the old.
            shift: What is added then.
        """
        first = self.latent_channels + CLOCK_CHANNELS
        style = slice(first, first + self.style_channels)
        weight = self.enter.weight[:, style].clone()
        self.enter.weight[:, style] = torch.einsum("osk,sd->odk", weight, matrix)
        if self.enter.bias is not None:
            self.enter.bias += torch.einsum("osk,s->o", weight, shift)

    def forward(
        self,
        noisy: Float[Tensor, "batch latent_channels frames"],
        conditioning: Float[Tensor, "batch conditioning frames"],
        timesteps: Float[Tensor, " batch"],
        guidance: Float[Tensor, " batch"] | None = None,
    ) -> Float[Tensor, "batch latent_channels frames"]:
        """The velocity.

        Args:
            noisy: States between music and noise; the number of frames must be divisible by two as
                often as there are levels besides the first.
            conditioning: The beat clock, zeros where it is unknown, then the style embedding and
                the piano roll.
            timesteps: 0 is music, 1 is noise.
            guidance: Strength of the guidance for each example, 1 for none. `None`: that of the
                network.
        """
        highest = log(_HIGHEST_FREQUENCY)
        frequencies = torch.linspace(0, highest, _FREQUENCIES, device=timesteps.device).exp()
        phase = timesteps[:, None] * frequencies * pi / 2
        embedded = self.embed(torch.cat([phase.cos(), phase.sin()], dim=1))
        if self.guidance is not None:
            strength = torch.full_like(timesteps, self.guidance) if guidance is None else guidance
            embedded = embedded + self.guide(strength[:, None] - 1)
        state = self.enter(torch.cat([noisy, conditioning], dim=1))
        axes = self._axes()
        groups = noisy.split([axis.components for axis in axes], dim=1) if axes else ()
        roll = conditioning[:, conditioning.shape[1] - self.pitches :]
        bands = [axis.enter(group, roll) for axis, group in zip(axes, groups, strict=True)]
        for axis, found in zip(axes, bands, strict=True):
            state = state + axis.inform(found)
        finer: list[Tensor] = []
        for number, block in enumerate(self.down):
            state = block(state, embedded)
            if number < len(self.halve):
                finer.append(state)
                state = self.halve[number](state)
        for number in reversed(range(len(self.join))):
            doubled = state.repeat_interleave(2, dim=-1)
            state = self.join[number](torch.cat([doubled, finer[number]], dim=1))
            state = self.up[number](state, embedded)
        hidden = functional.silu(normalise(state))
        velocity = self.exit(hidden)
        if not axes:
            return velocity
        added = [
            axis.leave(found, hidden, embedded) for axis, found in zip(axes, bands, strict=True)
        ]
        return velocity + torch.cat(added, dim=1)

    def _axes(self) -> list[BandAxis]:
        return [axis for axis in self.band_axes if isinstance(axis, BandAxis)]
