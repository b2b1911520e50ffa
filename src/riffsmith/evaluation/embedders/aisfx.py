"""aisfx: a network that classifies sound effects, used as an embedding of timbre up to 22 kHz.

Alison B. Ma and Alexander Lerch, "Representation Learning for the Automatic Indexing of Sound
Effects Libraries", ISMIR 2022; the weights' origin and licence are in `weights/NOTICE.md`. Its
embedding does not change when the phase is damaged, and does not separate genres of music:
`musicnn` complements it.

The front end computes what Essentia computes, with which the network was trained: a symmetric Hann
window, and triangular filters whose edges are straight lines over mels rather than over Hz.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.evaluation.embedders.pretrained import load_pretrained, measure_mel_power

SAMPLE_RATE = 44_100
FRAMES = 100
MELS = 96
DIMENSION = 512

_N_FFT = 2048
_HOP_SAMPLES = 1024
WINDOW_SAMPLES = FRAMES * _HOP_SAMPLES

_TRAINING_MAXIMUM = 9.457798957824707
"""Largest log-mel value of the training set, by which inputs are divided."""


def unit_sum_filter_bank(sample_rate: int, n_fft: int, n_mels: int) -> Float[Tensor, "bins mels"]:
    """Triangular filters on the HTK mel scale, 2595·log10(1 + f / 700), each of sum 1.

    The edges are straight lines over mels, not over Hz, as those of Essentia's `MelBands` with
    `weighting="warping"` and `normalize="unit_sum"`.

    Args:
        sample_rate: Sample rate in Hz; the last filter ends at half of it.
        n_fft: Length of the Fourier transform; there are n_fft // 2 + 1 frequency bins.
        n_mels: Number of filters.
    """
    nyquist = sample_rate / 2
    frequencies = torch.linspace(0, nyquist, n_fft // 2 + 1, dtype=torch.float64)
    mels = 2595 * torch.log10(1 + frequencies / 700)
    position = mels / mels[-1] * (n_mels + 1)  # band k peaks at k + 1
    distance = (position[:, None] - torch.arange(1, n_mels + 1)).abs()
    triangles = (1 - distance).clamp_min(0)
    return (triangles / triangles.sum(dim=0)).to(torch.float32)


class AisfxFrontEnd:
    """Logarithmic mel spectrogram of audio at 44.1 kHz, scaled as in the network's training."""

    def __init__(self) -> None:
        self.window = torch.hann_window(_N_FFT, periodic=False)
        self.filters = unit_sum_filter_bank(SAMPLE_RATE, _N_FFT, MELS)

    def __call__(self, audio: Float[Tensor, "batch time"]) -> Float[Tensor, "batch frames mels"]:
        """log10(1 + 10,000 m) of mel powers m, divided by the training set's largest value.

        There are time // 1024 + 1 frames; see `measure_mel_power`.

        Args:
            audio: Mono samples (batch, time) at 44.1 kHz; full scale is 1.
        """
        mel_power = measure_mel_power(audio, _HOP_SAMPLES, self.window, self.filters)
        return mel_power.mul_(10_000).add_(1).log10_().div_(_TRAINING_MAXIMUM)


class Aisfx(nn.Module):
    """Convolutional network: four blocks of two convolutions, with max pooling by 2 between blocks.

    The original's batch normalisations are folded into the weights of the convolutions.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (1, 64, 64, 128, 128, 256, 256, 512, 512)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(widths)
        )

    def forward(self, log_mel: Float[Tensor, "batch 100 96"]) -> Float[Tensor, "batch 512"]:
        """The embedding: the last block's mean over mels, then its maximum over time.

        Args:
            log_mel: Output of `AisfxFrontEnd` for windows of 100 frames (batch, 100, 96).
        """
        features = log_mel[:, None].to(memory_format=torch.channels_last)
        for number, convolution in enumerate(self.convolutions):
            if number in (2, 4, 6):
                features = nn.functional.max_pool2d(features, 2)
            features = convolution(features).relu_()
        return features.mean(dim=3).amax(dim=2)


def load_aisfx() -> Aisfx:
    """The pretrained network from the package's data, in evaluation mode.

    The weights are stored in half precision; the network computes in single precision.
    """
    return load_pretrained(Aisfx(), "aisfx")


@dataclass(frozen=True)
class AisfxEmbedder:
    """The embedder `aisfx`: one vector of 512 values for each window of 2.32 s at 44.1 kHz."""

    name: str = "aisfx"
    version: str = "0.1.2/1"
    """Version of the weights / version of this port; it changes when the vectors do."""
    sample_rate: int = SAMPLE_RATE
    window_seconds: float = WINDOW_SAMPLES / SAMPLE_RATE
    hop_seconds: float = WINDOW_SAMPLES / SAMPLE_RATE / 2
    dimension: int = DIMENSION
    network: Aisfx = field(default_factory=load_aisfx, repr=False)
    front_end: AisfxFrontEnd = field(default_factory=AisfxFrontEnd, repr=False)

    def embed(self, windows: Float[Tensor, "windows 102400"]) -> Float[Tensor, "windows 512"]:
        """Embeddings of mono windows (windows, 102400) at 44.1 kHz."""
        return self.network(self.front_end(windows)[:, :FRAMES])
