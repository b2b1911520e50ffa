"""Log-mel features of mid and side: from spectra to bands, and from bands to bins.

Features have the axes (features, frames), as convolutions take them; spectra have (frames, bins).
"""

from math import log

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from riffsmith.codec.spectrum import Spectrum, to_mid_side

FLOOR = 1e-4
"""Magnitude that is added before the logarithm: 80 dB below a full-scale sine."""

_HIGHEST_HZ = 20_000.0
_RELAXATION = 1.2
"""Exponent of the exact gains (over-relaxation). The spectrum of real audio keeps only a part of a
change of magnitude, because its frames overlap, so each change is made larger than needed."""


def mel_bands(bands: int, bins: int, sample_rate: int) -> Float[Tensor, "bands bins"]:
    """Triangular filters on the HTK mel scale, each at least two bins wide and of unit sum."""
    top = _highest_mel(sample_rate)
    edges = 700 * (10 ** (torch.linspace(0, top, bands + 2, dtype=torch.float64) / 2595) - 1)
    width = sample_rate / 2 / (bins - 1)
    lower = torch.minimum(edges[:-2], edges[1:-1] - width)[:, None]
    upper = torch.maximum(edges[2:], edges[1:-1] + width)[:, None]
    middle = edges[1:-1, None]
    hertz = torch.arange(bins, dtype=torch.float64) * width
    rising, falling = (hertz - lower) / (middle - lower), (upper - hertz) / (upper - middle)
    weights = torch.minimum(rising, falling).clamp(min=0)
    return (weights / weights.sum(1, keepdim=True)).float()


def band_envelope(bands: int, bins: int, sample_rate: int) -> Float[Tensor, "bins bands"]:
    """Weights that interpolate between the centres of the bands, linearly on the mel scale."""
    top = _highest_mel(sample_rate)
    hertz = torch.arange(bins, dtype=torch.float64) * sample_rate / 2 / (bins - 1)
    position = 2595 * torch.log10(1 + hertz / 700) / top * (bands + 1) - 1
    position = position.clamp(0, bands - 1)
    low = position.floor().long().clamp(max=bands - 2)
    fraction = (position - low)[:, None]
    eye = torch.eye(bands, dtype=torch.float64)
    return ((1 - fraction) * eye[low] + fraction * eye[low + 1]).float()


def _highest_mel(sample_rate: int) -> float:
    """The highest frequency of the features in HTK mels."""
    return 2595 * log(1 + min(_HIGHEST_HZ, sample_rate / 2) / 700, 10)


class Analysis(nn.Module):
    """Log-mel features of stereo audio, and the gains that give a spectrum other features."""

    mid_bands: Tensor
    """Weights of the bins in each band (bins, bands); those of a band add up to 1."""
    side_bands: Tensor
    mid_bins: Tensor
    """Weights of the bands in each bin (bands, bins); those of a bin add up to 1, or to 0 for a bin
    that no band covers."""
    side_bins: Tensor
    mid_envelope: Tensor
    """Weights of the bands in the interpolated envelope (bands, bins)."""
    side_envelope: Tensor

    def __init__(self, sample_rate: int, hop_samples: int, mid: int, side: int) -> None:
        """Prepares the transform and the weights.

        Args:
            sample_rate: Sample rate in Hz.
            hop_samples: Samples from one frame to the next.
            mid: Number of bands of the mid.
            side: Number of bands of the side.
        """
        super().__init__()
        self.sample_rate, self.mid, self.side = sample_rate, mid, side
        self.features = mid + side
        self.spectrum = Spectrum(hop_samples)
        bins = self.spectrum.bins
        for name, count in (("mid", mid), ("side", side)):
            bands, envelope = (
                make(count, bins, sample_rate) for make in (mel_bands, band_envelope)
            )
            bin_weights = bands / bands.sum(0).clamp(min=1e-9)
            tables = {"bands": bands.T, "bins": bin_weights, "envelope": envelope.T}
            for table, weights in tables.items():
                self.register_buffer(f"{name}_{table}", weights.contiguous(), persistent=False)

    @property
    def mid_frequencies(self) -> Float[Tensor, " bands"]:
        """Mean frequencies of the mid's bands in Hz."""
        return torch.linspace(0, self.sample_rate / 2, self.spectrum.bins) @ self.mid_bands

    def forward(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> Float[Tensor, "batch features frames"]:
        """The features of audio: natural logarithms of each band's root mean square magnitude.

        The bands of the mid come first, then those of the side.

        Args:
            audio: Left and right channel of a whole number of hops.
        """
        return self.measure(self.spectrum(to_mid_side(audio)))

    def measure(
        self, spectra: Complex[Tensor, "batch 2 frames bins"]
    ) -> Float[Tensor, "batch features frames"]:
        """The features of a mid and a side spectrum."""
        return self.measure_power(spectra.real.square() + spectra.imag.square())

    def measure_power(
        self, power: Float[Tensor, "batch 2 frames bins"]
    ) -> Float[Tensor, "batch features frames"]:
        """The features of the squared magnitudes of a mid and a side spectrum."""
        return (self._band_power(power).mT + FLOOR**2).log() / 2

    def match(
        self,
        spectra: Complex[Tensor, "batch 2 frames bins"],
        target: Float[Tensor, "batch frames features"],
    ) -> Complex[Tensor, "batch 2 frames bins"]:
        """Scales bins smoothly so that their bands come nearer to a target; phases do not change.

        Args:
            spectra: Spectra of mid and side.
            target: Target power of each band, as `target_power` returns it.
        """
        return spectra * self.gains(spectra.real.square() + spectra.imag.square(), target)

    def gains(
        self,
        power: Float[Tensor, "batch 2 frames bins"],
        target: Float[Tensor, "batch frames features"],
    ) -> Float[Tensor, "batch 2 frames bins"]:
        """The factors of `match`.

        The factor of a bin is the weighted mean over the bands that cover it. Bins that no band
        covers become silent.

        Args:
            power: Squared magnitudes of mid and side.
            target: Target power of each band, as `target_power` returns it.
        """
        ratio = target / (self._band_power(power) + FLOOR**2)
        gains = ratio.clamp(1e-3, 1e3) ** (_RELAXATION / 2)
        return self._over_bins(gains, self.mid_bins, self.side_bins)

    def target_power(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch frames features"]:
        """The power of each band of audio with these features."""
        return (2 * features.mT).exp()

    def _band_power(
        self, power: Float[Tensor, "batch 2 frames bins"]
    ) -> Float[Tensor, "batch frames features"]:
        """Mean power of each band, those of the mid first."""
        return torch.cat([power[:, 0] @ self.mid_bands, power[:, 1] @ self.side_bands], dim=-1)

    def _over_bins(
        self,
        values: Float[Tensor, "batch frames features"],
        mid: Float[Tensor, "mid bins"],
        side: Float[Tensor, "side bins"],
    ) -> Float[Tensor, "batch 2 frames bins"]:
        """Weighted sums over the bands at each bin, for mid and side."""
        return torch.stack([values[..., : self.mid] @ mid, values[..., self.mid :] @ side], dim=1)

    def envelope(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch 2 frames bins"]:
        """Magnitudes of mid and side that interpolate the features smoothly over the bins."""
        with torch.autocast(features.device.type, enabled=False):  # bfloat16 rounds logarithms
            frames = features.mT.float()
            bins = self._over_bins(frames, self.mid_envelope, self.side_envelope)
            return bins.clamp(max=3.0).exp()
