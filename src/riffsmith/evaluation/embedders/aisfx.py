"""aisfx: a network that tells sound effects apart, as an embedding of timbre up to 22 kHz.

Alison B. Ma and Alexander Lerch, "Representation Learning for the Automatic Indexing of Sound
Effects Libraries", ISMIR 2022; the weights' origin and licence are in `weights/NOTICE.md`. It does
not hear phase damage and knows no genres: put `musicnn` beside it.

The front end follows Essentia's, which the network was trained with, down to its symmetric Hann
window and triangles that are straight on the mel scale rather than in Hz.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.evaluation.embedders.mel_power import measure_mel_power
from riffsmith.evaluation.embedders.pretrained import load_pretrained

SAMPLE_RATE = 44_100
FRAMES = 100
MELS = 96
DIMENSION = 512

_N_FFT = 2048
_HOP_SAMPLES = 1024
WINDOW_SAMPLES = FRAMES * _HOP_SAMPLES

_TRAINING_MAXIMUM = 9.457798957824707
"""The largest log-mel value of the training set, which inputs are divided by."""


def unit_sum_filter_bank(sample_rate: int, n_fft: int, n_mels: int) -> Float[Tensor, "bins mels"]:
    """Triangles on the HTK mel scale, 2595·log10(1 + f / 700), whose weights sum to 1 each.

    Straight edges over mels, not over Hz (Essentia's `MelBands` with the weighting "warping").
    """
    nyquist = sample_rate / 2
    frequencies = torch.linspace(0, nyquist, n_fft // 2 + 1, dtype=torch.float64)
    mels = 2595 * torch.log10(1 + frequencies / 700)
    position = mels / mels[-1] * (n_mels + 1)  # band k peaks at k + 1
    distance = (position[:, None] - torch.arange(1, n_mels + 1)).abs()
    triangles = (1 - distance).clamp_min(0)
    return (triangles / triangles.sum(dim=0)).to(torch.float32)


class AisfxFrontEnd:
    """Audio at 44.1 kHz → the logarithmic mel spectrogram that the network was trained on."""

    def __init__(self) -> None:
        self.window = torch.hann_window(_N_FFT, periodic=False)
        self.filters = unit_sum_filter_bank(SAMPLE_RATE, _N_FFT, MELS)

    def __call__(self, audio: Float[Tensor, "batch time"]) -> Float[Tensor, "batch frames mels"]:
        """log10(1 + 10,000 m) of mel powers m, scaled to the range of the training set.

        frames = time // 1024 + 1, centred, with silence beyond the edges.
        """
        mel_power = measure_mel_power(audio, _HOP_SAMPLES, self.window, self.filters)
        return mel_power.mul_(10_000).add_(1).log10_().div_(_TRAINING_MAXIMUM)


class Aisfx(nn.Module):
    """Four times two convolutions, halving both axes in between; norms are folded into them."""

    def __init__(self) -> None:
        super().__init__()
        widths = (1, 64, 64, 128, 128, 256, 256, 512, 512)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(widths)
        )

    def forward(self, log_mel: Float[Tensor, "batch 100 96"]) -> Float[Tensor, "batch 512"]:
        """The embedding: mean over the mel axis, then the maximum over time."""
        features = log_mel[:, None].to(memory_format=torch.channels_last)
        for number, convolution in enumerate(self.convolutions):
            if number in (2, 4, 6):
                features = nn.functional.max_pool2d(features, 2)
            features = convolution(features).relu_()
        return features.mean(dim=3).amax(dim=2)


def load_aisfx() -> Aisfx:
    """The pretrained network from the package's own data, in evaluation mode.

    The weights are stored in half precision; the computation is in single precision.
    """
    return load_pretrained(Aisfx(), "aisfx")


@dataclass(frozen=True)
class AisfxEmbedder:
    """Windows of 2.32 s at 44.1 kHz → 512 values."""

    name: str = "aisfx"
    version: str = "0.1.2/1"
    """Of the weights, and of this port: it changes whenever the values do."""
    sample_rate: int = SAMPLE_RATE
    window_seconds: float = WINDOW_SAMPLES / SAMPLE_RATE
    hop_seconds: float = WINDOW_SAMPLES / SAMPLE_RATE / 2
    dimension: int = DIMENSION
    network: Aisfx = field(default_factory=load_aisfx, repr=False)
    front_end: AisfxFrontEnd = field(default_factory=AisfxFrontEnd, repr=False)

    def embed(self, windows: Float[Tensor, "windows 102400"]) -> Float[Tensor, "windows 512"]:
        """The network's only output for mono audio at 44.1 kHz."""
        return self.network(self.front_end(windows)[:, :FRAMES])
