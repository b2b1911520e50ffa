"""Log-mel features → audio: dense blocks at frame rate and an inverse-STFT head.

The idea of a network that never leaves the frame rate and ends in an inverse STFT is Vocos's
(Siuzdak, 2023, arXiv:2306.00814); the blocks are dense because grouped convolutions are slow to
train on a processor, and the head scales the features' own envelope. What a listener notices first
is a wrong spectral envelope: the last layers compare the features of what was made with those asked
for and correct it (as Deep Griffin-Lim puts projections between its layers; Masuyama et al., 2019,
arXiv:1903.03971).
"""

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.codec.analysis import Analysis, to_left_right
from riffsmith.hardware import playing_precision

_DILATIONS = (1, 2, 4)


class Block(nn.Module):
    """A dilated convolution over time and a perceptron at each frame, added to the input."""

    def __init__(self, channels: int, hidden: int, dilation: int) -> None:
        super().__init__()
        self.time = nn.Conv1d(channels, channels, 3, dilation=dilation, padding=dilation)
        self.widen = nn.Conv1d(channels, hidden, 1)
        self.narrow = nn.Conv1d(hidden, channels, 1)
        nn.init.zeros_(self.narrow.weight)

    def forward(
        self, state: Float[Tensor, "batch channels frames"]
    ) -> Float[Tensor, "batch channels frames"]:
        """The same shape."""
        hidden = functional.silu(self.time(normalise_frames(state)))
        return state + self.narrow(functional.silu(self.widen(hidden)))


def normalise_frames(
    state: Float[Tensor, "batch channels frames"],
) -> Float[Tensor, "batch channels frames"]:
    """Unit root mean square over the channels of each frame: no frame sees another."""
    return state * torch.rsqrt(state.square().mean(1, keepdim=True) + 1e-6)


class Decoder(nn.Module):
    """Features of mid and side to stereo audio."""

    def __init__(
        self, analysis: Analysis, channels: int, hidden: int, blocks: int, corrections: int
    ) -> None:
        super().__init__()
        self.analysis, self.corrections = analysis, corrections
        dilations = [_DILATIONS[number % len(_DILATIONS)] for number in range(blocks)]
        self.context_frames = 1 + sum(dilations) + 2 + 3 * corrections
        """Frames on either side that a frame depends on (two by the overlap, three by each
        correction)."""
        self.enter = nn.Conv1d(analysis.features, channels, 3, padding=1)
        self.blocks = nn.ModuleList(Block(channels, hidden, dilation) for dilation in dilations)
        self.head = nn.Conv1d(channels, 4 * analysis.spectrum.bins, 1)

    def shapes(
        self, features: Float[Tensor, "batch features frames"]
    ) -> tuple[Float[Tensor, "batch 2 frames bins"], Float[Tensor, "batch 2 frames bins"]]:
        """Real and imaginary parts of the spectra of mid and side, without their envelope."""
        state = self.enter(features / 3 + 1)
        for block in self.blocks:
            state = block(state)
        parts = self.head(normalise_frames(state)).float()
        real, imaginary = parts.unflatten(1, (2, 2, -1)).mT.unbind(2)
        return real, imaginary

    def spectra(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Complex[Tensor, "batch 2 frames bins"]:
        """Spectra of mid and side."""
        return torch.complex(*self.shapes(features)) * self.analysis.envelope(features)

    def forward(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch 2 time"]:
        """Left and right, one hop of samples for each frame."""
        with playing_precision(features.device):
            spectra = self.spectra(features)
        return to_left_right(self.refine(spectra, features))

    def refine(
        self,
        spectra: Complex[Tensor, "batch 2 frames bins"],
        features: Float[Tensor, "batch features frames"],
    ) -> Float[Tensor, "batch 2 time"]:
        """Mid and side of spectra, corrected so that their features are those asked for."""
        analysis, spectrum = self.analysis, self.analysis.spectrum
        wanted = analysis.wanted_power(features)
        for _ in range(self.corrections):
            spectra = spectrum(spectrum.inverse(analysis.match(spectra, wanted)))
        return spectrum.inverse(analysis.match(spectra, wanted))
