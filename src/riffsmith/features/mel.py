"""Mel power spectrograms in decibels, and their conversion back to linear magnitudes.

The forward transform equals torchaudio's `MelSpectrogram` followed by `AmplitudeToDB` with their
defaults: centred frames with reflected edges, a periodic Hann window, power 2, the HTK mel scale,
triangles without normalisation, and 10·log10 with a floor of 1e-10.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import CorpusSettings

FLOOR_POWER = 1e-10
"""Smallest mel power; smaller ones are raised to it."""
FLOOR_DB = -100.0
"""The same in decibels."""


def mel_filter_bank(sample_rate: int, n_fft: int, n_mels: int) -> Float[Tensor, "bins mels"]:
    """Builds triangular filters on the HTK mel scale, from 0 Hz to half the sample rate.

    The scale is mel = 2595·log10(1 + f / 700). The peak of each filter is 1; there is no area
    normalisation. If `n_fft` is small, the lowest triangles can fall between two bins. They are
    then zero, as in torchaudio.

    Args:
        sample_rate: Sample rate in Hz.
        n_fft: Window length of the STFT in samples.
        n_mels: Number of bands.
    """
    frequencies = torch.linspace(0, sample_rate / 2, n_fft // 2 + 1, dtype=torch.float64)
    edges = _mel_edges(sample_rate, n_mels)
    rising = (frequencies[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    return torch.minimum(rising, falling).clamp_min(0).to(torch.float32)


def mel_band_hz(sample_rate: int, n_mels: int) -> list[float]:
    """Frequencies of the peaks of `mel_filter_bank` in Hz, from the lowest to the highest.

    Args:
        sample_rate: Sample rate in Hz.
        n_mels: Number of bands.
    """
    return _mel_edges(sample_rate, n_mels)[1:-1].tolist()


def _mel_edges(sample_rate: int, n_mels: int) -> Float[Tensor, " edges"]:
    """Edges of the bands in Hz: each band reaches from one edge to the next but one."""
    top = 2595 * torch.log10(torch.tensor(1 + sample_rate / 2 / 700, dtype=torch.float64))
    mel_points = torch.linspace(0, 1, n_mels + 2, dtype=torch.float64) * top
    return 700 * (10 ** (mel_points / 2595) - 1)


class MelTransform:
    """Transform between audio and mel spectrograms in decibels."""

    def __init__(self, sample_rate: int, n_fft: int, hop_samples: int, n_mels: int) -> None:
        """Builds the window and the filters.

        Args:
            sample_rate: Sample rate in Hz.
            n_fft: Window length of the STFT in samples.
            hop_samples: Distance between frames in samples.
            n_mels: Number of bands.
        """
        self.n_fft = n_fft
        self.hop_samples = hop_samples
        self.window = torch.hann_window(n_fft)
        self.filters = mel_filter_bank(sample_rate, n_fft, n_mels)
        self._inverse = torch.linalg.pinv(self.filters)

    @classmethod
    def of(cls, settings: CorpusSettings) -> "MelTransform":
        """Builds the transform of a corpus from its settings."""
        return cls(settings.sample_rate, settings.n_fft, settings.hop_samples, settings.n_mels)

    def stft(self, audio: Float[Tensor, "*batch time"]) -> Tensor:
        """Computes the complex STFT (*batch, bins, frames); frames = time // hop_samples + 1."""
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
        """Inverts `stft`.

        Args:
            spectrum: Complex STFT (*batch, bins, frames).
            time: Length of the result in samples.
        """
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
        """Computes mel powers in dB: 10·log10 of the filtered power, at least `FLOOR_DB`."""
        spectrum = self.stft(audio)
        power = spectrum.real.square() + spectrum.imag.square()
        mel_power = power.transpose(-1, -2) @ self.filters
        return mel_power.clamp_min_(FLOOR_POWER).log10_().mul_(10).transpose(-1, -2).contiguous()

    def to_magnitudes(
        self, mel_db: Float[Tensor, "*batch mels frames"], iterations: int = 30
    ) -> Float[Tensor, "*batch bins frames"]:
        """Finds linear magnitudes whose mel powers approximate the given ones.

        The first estimate comes from the pseudo-inverse of the filters. Multiplicative updates
        refine it and keep the powers positive (Lee and Seung, "Algorithms for non-negative matrix
        factorization", 2000, eq. 4). Bands at the floor stay silent.

        Args:
            mel_db: Mel powers (*batch, mels, frames) in dB.
            iterations: Number of updates.
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
