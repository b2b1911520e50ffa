"""Features of stereo audio: log-mel bands of mid and side, and finer tonal bands of the mid.

Features have the axes (features, frames), as convolutions take them; spectra have (frames, bins).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.codec.bands import (
    Bands,
    mel_bands,
    tonal_bands,
    transpose_mel,
    transpose_tonal,
)
from riffsmith.codec.spectrum import Spectrum, to_mid_side


class Analysis(nn.Module):
    """Log magnitudes of bands: those of the mid, then of the side, then the tonal ones.

    Mel bands have a short window, which shows when something happens. At low frequencies they are
    several semitones apart, so they do not show notes. The tonal bands have a window that is
    `patch_frames` times as long, and three bands in a semitone. The tonal values of a frame are
    those of the patch of frames that begins there.
    """

    def __init__(
        self,
        sample_rate: int,
        hop_samples: int,
        mid: int,
        side: int,
        *,
        patch_frames: int,
        has_tonal: bool,
    ) -> None:
        """Prepares transforms and bands.

        Args:
            sample_rate: Sample rate in Hz.
            hop_samples: Samples from one frame to the next.
            mid: Number of mel bands of the mid.
            side: Number of mel bands of the side.
            patch_frames: Frames of a patch; the tonal spectrum has one frame for each patch.
            has_tonal: Whether there are tonal bands.
        """
        super().__init__()
        self.sample_rate, self.patch_frames = sample_rate, patch_frames
        self.spectrum = Spectrum(hop_samples)
        bins = self.spectrum.bins
        self.mid = Bands(mel_bands(mid, bins, sample_rate))
        self.side = Bands(mel_bands(side, bins, sample_rate))
        self.mel = mid + side
        """Number of mel bands of mid and side."""
        self.tonal_spectrum = Spectrum(patch_frames * hop_samples)
        bins = self.tonal_spectrum.bins
        self.tonal = Bands(tonal_bands(bins, sample_rate)) if has_tonal else None
        self.features = self.mel + (self.tonal.count if self.tonal else 0)
        self.context_frames = 2 * patch_frames + 2 if self.tonal else 2
        """Frames on either side that the features of a frame depend on, or more."""

    @property
    def mid_frequencies(self) -> Float[Tensor, " bands"]:
        """Mean frequencies of the mid's mel bands in Hz."""
        return self.mid.frequencies(self.sample_rate)

    def transpose(
        self, features: Float[Tensor, "features frames"], semitones: int
    ) -> Float[Tensor, "features frames"]:
        """Features of the same music in another key.

        The tonal bands are moved. So are the partials in the mel bands, which would otherwise hold
        the notes where they were.

        Args:
            features: Features of the mid, the side and, where there are any, the tonal bands.
            semitones: Number of semitones up; negative: down.
        """
        counts = (self.mid.count, self.side.count, self.features - self.mel)
        mid, side, tonal = features.split(counts)
        moved = [
            transpose_mel(part, bands.frequencies(self.sample_rate), semitones)
            for part, bands in ((mid, self.mid), (side, self.side))
        ]
        return torch.cat([*moved, transpose_tonal(tonal, semitones)])

    def forward(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> Float[Tensor, "batch features frames"]:
        """The features of audio: natural logarithms of each band's root mean square magnitude.

        Beyond both ends the audio counts as silent.

        Args:
            audio: Left and right channel of a whole number of hops.
        """
        audio = to_mid_side(audio)
        real, imaginary = self.spectrum.parts(audio)
        mel = self.measure_mel(real.square() + imaginary.square())
        if self.tonal is None:
            return mel
        return torch.cat([mel, self._measure_tonal(audio[:, 0], self.tonal)], dim=1)

    def measure_mel(
        self, power: Float[Tensor, "batch 2 frames bins"]
    ) -> Float[Tensor, "batch mel frames"]:
        """Mel features of the squared magnitudes of a mid and a side spectrum."""
        return torch.cat([self.mid.measure(power[:, 0]), self.side.measure(power[:, 1])], dim=1)

    def _measure_tonal(
        self, mid: Float[Tensor, "batch time"], bands: Bands
    ) -> Float[Tensor, "batch bands frames"]:
        """Tonal bands of every frame; its window has the middle of the patch that begins there."""
        hop, transform = self.spectrum.hop_samples, self.tonal_spectrum
        margin = (transform.n_fft - transform.hop_samples) // 2
        padded = functional.pad(mid, (margin, transform.n_fft - margin - hop))
        spectrum = torch.stft(
            padded, transform.n_fft, hop, window=transform.window, center=False, return_complex=True
        )
        return bands.measure((spectrum.real.square() + spectrum.imag.square()).mT)
