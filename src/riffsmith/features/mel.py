"""Mel power spectrograms in decibels, and back to linear magnitudes.

The forward transform equals torchaudio's `MelSpectrogram` + `AmplitudeToDB` with their defaults:
centred frames with reflected edges, periodic Hann window, power 2, HTK mel scale, triangles without
normalisation, 10·log10 with a floor of 1e-10.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import CorpusSettings

FLOOR_POWER = 1e-10
FLOOR_DB = -100.0


def mel_filter_bank(sample_rate: int, n_fft: int, n_mels: int) -> Float[Tensor, "bins mels"]:
    """Triangular filters on the HTK mel scale, 2595·log10(1 + f / 700), from 0 Hz to Nyquist.

    Peaks are 1 (no area normalisation). With a short `n_fft` the lowest triangles can fall between
    two bins and are then all zero, as in torchaudio.
    """
    nyquist = sample_rate / 2
    frequencies = torch.linspace(0, nyquist, n_fft // 2 + 1, dtype=torch.float64)
    top = 2595 * torch.log10(torch.tensor(1 + nyquist / 700, dtype=torch.float64))
    mel_points = torch.linspace(0, 1, n_mels + 2, dtype=torch.float64) * top
    edges = 700 * (10 ** (mel_points / 2595) - 1)
    rising = (frequencies[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    return torch.minimum(rising, falling).clamp_min(0).to(torch.float32)


class MelTransform:
    """Audio ↔ mel spectrogram in decibels, for one sample rate, window, hop and number of bands."""

    def __init__(self, sample_rate: int, n_fft: int, hop_samples: int, n_mels: int) -> None:
        self.n_fft = n_fft
        self.hop_samples = hop_samples
        self.window = torch.hann_window(n_fft)
        self.filters = mel_filter_bank(sample_rate, n_fft, n_mels)
        self._inverse = torch.linalg.pinv(self.filters)

    @classmethod
    def of(cls, settings: CorpusSettings) -> "MelTransform":
        """The transform that a corpus is made with."""
        return cls(settings.sample_rate, settings.n_fft, settings.hop_samples, settings.n_mels)

    def stft(self, audio: Float[Tensor, "*batch time"]) -> Tensor:
        """Complex spectrogram (*batch, bins, frames); frames = time // hop + 1."""
        spectrum = torch.stft(
            audio.reshape(-1, audio.shape[-1]),
            self.n_fft,
            self.hop_samples,
            window=self.window,
            center=True,
            pad_mode="reflect",
            return_complex=True,
        )
        return spectrum.reshape(*audio.shape[:-1], *spectrum.shape[-2:])

    def istft(self, spectrum: Tensor, time: int) -> Float[Tensor, "*batch time"]:
        """Inverse of `stft`, exactly `time` samples long."""
        audio = torch.istft(
            spectrum.reshape(-1, *spectrum.shape[-2:]),
            self.n_fft,
            self.hop_samples,
            window=self.window,
            center=True,
            length=time,
        )
        return audio.reshape(*spectrum.shape[:-2], time)

    def to_db(self, audio: Float[Tensor, "*batch time"]) -> Float[Tensor, "*batch mels frames"]:
        """Mel power in dB (10·log10 of the squared magnitude), not below −100."""
        spectrum = self.stft(audio)
        power = spectrum.real.square() + spectrum.imag.square()
        mel_power = power.transpose(-1, -2) @ self.filters
        return mel_power.clamp_min_(FLOOR_POWER).log10_().mul_(10).transpose(-1, -2).contiguous()

    def to_magnitudes(
        self, mel_db: Float[Tensor, "*batch mels frames"], iterations: int = 30
    ) -> Float[Tensor, "*batch bins frames"]:
        """Linear magnitudes whose mel powers are nearest to the given ones, none negative.

        Starts from the pseudo-inverse and refines by multiplicative updates, which keep powers
        positive (Lee and Seung, "Algorithms for non-negative matrix factorization", 2000, eq. 4).
        What lies at the floor stays silent.
        """
        target = torch.pow(10, mel_db / 10) - FLOOR_POWER
        target = target.clamp_min(0).transpose(-1, -2)
        power = (target @ self._inverse).clamp_min(0)
        power = torch.maximum(power, 1e-3 * (target @ self.filters.T))
        numerator = target @ self.filters.T
        for _ in range(iterations):
            predicted = (power @ self.filters) @ self.filters.T
            power = power * numerator / predicted.clamp_min(1e-20)
        return power.sqrt().transpose(-1, -2)
