"""Decoder from log-mel features to audio: a vocoder at frame rate with an inverse-STFT head.

The network keeps the frame rate throughout and ends in an inverse STFT, as Vocos does (Siuzdak,
2023, arXiv:2306.00814). Its convolutions are dense because grouped ones are slow to train on a
CPU. The head predicts a factor for the envelope of the features. A wrong spectral envelope is the
most audible error, so corrections follow the head: each compares the features of the decoded audio
with the given ones and scales the spectrum towards them (Deep Griffin-Lim has projections between
its layers in the same way; Masuyama et al., 2019, arXiv:1903.03971).
"""

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.codec.analysis import Analysis
from riffsmith.codec.spectrum import to_left_right
from riffsmith.hardware import playing_precision

_DILATIONS = (1, 2, 4)


class Block(nn.Module):
    """Residual block: a dilated convolution over time, then a perceptron at each frame."""

    def __init__(self, channels: int, hidden: int, dilation: int) -> None:
        super().__init__()
        self.time = nn.Conv1d(channels, channels, 3, dilation=dilation, padding=dilation)
        self.widen = nn.Conv1d(channels, hidden, 1)
        self.narrow = nn.Conv1d(hidden, channels, 1)
        nn.init.zeros_(self.narrow.weight)

    def forward(
        self, state: Float[Tensor, "batch channels frames"]
    ) -> Float[Tensor, "batch channels frames"]:
        """A state of the same shape."""
        hidden = functional.silu(self.time(normalise_frames(state)))
        return state + self.narrow(functional.silu(self.widen(hidden)))


def normalise_frames(
    state: Float[Tensor, "batch channels frames"],
) -> Float[Tensor, "batch channels frames"]:
    """Scales each frame to a root mean square of 1 over its channels.

    Frames are not mixed, so that chunks are decoded as the whole is.
    """
    return state * torch.rsqrt(state.square().mean(1, keepdim=True) + 1e-6)


class Decoder(nn.Module):
    """Stereo audio from the features of mid and side."""

    def __init__(
        self, analysis: Analysis, channels: int, hidden: int, blocks: int, corrections: int
    ) -> None:
        """Builds the network.

        Args:
            analysis: Transform that the features come from.
            channels: Channels of each block.
            hidden: Hidden channels of the perceptrons.
            blocks: Number of blocks.
            corrections: Number of corrections towards the given features.
        """
        super().__init__()
        self.analysis, self.corrections = analysis, corrections
        dilations = [_DILATIONS[number % len(_DILATIONS)] for number in range(blocks)]
        self.context_frames = 1 + sum(dilations) + 2 + 3 * corrections
        """Frames on either side that a frame of audio depends on (half of the receptive field): two
        by the overlap, three by each correction, the others by the network."""
        self.enter = nn.Conv1d(analysis.features, channels, 3, padding=1)
        self.blocks = nn.ModuleList(Block(channels, hidden, dilation) for dilation in dilations)
        self.head = nn.Conv1d(channels, 4 * analysis.spectrum.bins, 1)

    def shapes(
        self, features: Float[Tensor, "batch features frames"]
    ) -> tuple[Float[Tensor, "batch 2 frames bins"], Float[Tensor, "batch 2 frames bins"]]:
        """Real and imaginary parts of the spectra of mid and side, relative to their envelope."""
        state = self.enter(features / 3 + 1)
        for block in self.blocks:
            state = block(state)
        parts = self.head(normalise_frames(state)).float()
        real, imaginary = parts.unflatten(1, (2, 2, -1)).mT.unbind(2)
        return real, imaginary

    def spectra(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Complex[Tensor, "batch 2 frames bins"]:
        """Predicted spectra of mid and side, before the corrections."""
        return torch.complex(*self.shapes(features)) * self.analysis.envelope(features)

    def forward(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch 2 time"]:
        """Left and right channel, one hop of samples for each frame."""
        with playing_precision(features.device):
            spectra = self.spectra(features)
        return to_left_right(self.refine(spectra, features))

    def refine(
        self,
        spectra: Complex[Tensor, "batch 2 frames bins"],
        features: Float[Tensor, "batch features frames"],
    ) -> Float[Tensor, "batch 2 time"]:
        """Mid and side audio of spectra that are corrected towards the given features.

        Args:
            spectra: Predicted spectra of mid and side.
            features: Features that the audio should have.
        """
        analysis, spectrum = self.analysis, self.analysis.spectrum
        target = analysis.target_power(features)
        for _ in range(self.corrections):
            spectra = spectrum(spectrum.inverse(analysis.match(spectra, target)))
        return spectrum.inverse(analysis.match(spectra, target))
