"""Frequency bands: from the bins of a spectrum to bands, and from bands to gains of the bins."""

from math import floor, log, log2

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.features import CLASSES, moving_mean

FLOOR = 1e-4
"""Magnitude that is added before the logarithm: 80 dB below a full-scale sine."""

_HIGHEST_MEL_HZ = 20_000.0
BANDS_PER_OCTAVE = 36
_LOWEST_TONAL_HZ, _HIGHEST_TONAL_HZ = 55.0, 5_000.0
_ENVELOPE_BANDS = 8
"""Mel bands on either side whose mean is the envelope of a band."""
_LEAST_POWER = 1e-2 * FLOOR**2
"""Power that is added to both sides of a ratio, so that silence has gains too."""
_BANDS_PER_GROUP = 24
"""Bands that are computed together. Products of narrower matrices would be slow."""
_RELAXATION = 1.2
"""Exponent of the exact gains (over-relaxation). The spectrum of real audio keeps only a part of a
change of magnitude, because its frames overlap, so each change is made larger than needed."""


def mel_bands(bands: int, bins: int, sample_rate: int) -> Float[Tensor, "bands bins"]:
    """Triangular filters on the HTK mel scale, each at least two bins wide and of unit sum."""
    top = 2595 * log(1 + min(_HIGHEST_MEL_HZ, sample_rate / 2) / 700, 10)
    edges = 700 * (10 ** (torch.linspace(0, top, bands + 2, dtype=torch.float64) / 2595) - 1)
    return _triangles(edges, bins, sample_rate)


def tonal_bands(bins: int, sample_rate: int) -> Float[Tensor, "bands bins"]:
    """Triangular filters on a logarithmic scale, each at least two bins wide and of unit sum.

    There are 36 bands in an octave, so three bands are a semitone. They reach from 55 Hz to 5 kHz,
    or to nine tenths of half the sample rate where that is lower.
    """
    count = count_tonal_bands(sample_rate)
    steps = torch.arange(-1, count + 1, dtype=torch.float64) / BANDS_PER_OCTAVE
    return _triangles(_LOWEST_TONAL_HZ * 2.0**steps, bins, sample_rate)


def count_tonal_bands(sample_rate: int) -> int:
    """Number of tonal bands at a sample rate in Hz."""
    top = min(_HIGHEST_TONAL_HZ, 0.45 * sample_rate)
    return floor(log2(top / _LOWEST_TONAL_HZ) * BANDS_PER_OCTAVE) + 1


def transpose_tonal(
    features: Float[Tensor, "bands frames"], semitones: int
) -> Float[Tensor, "bands frames"]:
    """Tonal features of the same music in another key: three bands are a semitone.

    Args:
        features: Tonal features.
        semitones: Number of semitones up; negative: down. The outermost band is repeated where
            nothing is known.
    """
    bands = torch.arange(len(features)) - semitones * BANDS_PER_OCTAVE // CLASSES
    return features[bands.clamp(0, len(features) - 1)]


def transpose_mel(
    features: Float[Tensor, "bands frames"],
    frequencies: Float[Tensor, " bands"],
    semitones: int,
) -> Float[Tensor, "bands frames"]:
    """Mel features whose partials are moved in frequency, while the envelope stays.

    The envelope is the mean over the bands around each; what a band has above or below it belongs
    to partials and is moved, interpolated between two bands. So brightness hardly changes.

    Args:
        features: Mel features.
        frequencies: Mean frequencies of the bands in Hz, in rising order.
        semitones: Number of semitones up; negative: down. The outermost band is repeated where
            nothing is known.
    """
    envelope = moving_mean(features.T, _ENVELOPE_BANDS).T
    partials = features - envelope
    wanted = (frequencies / 2 ** (semitones / CLASSES)).clamp(frequencies[0], frequencies[-1])
    upper = torch.searchsorted(frequencies, wanted).clamp(1, len(frequencies) - 1)
    low, high = frequencies[upper - 1], frequencies[upper]
    weight = ((wanted - low) / (high - low))[:, None]
    return envelope + torch.lerp(partials[upper - 1], partials[upper], weight)


def measure_chroma(features: Float[Tensor, "bands frames"]) -> Float[Tensor, "12 frames"]:
    """Magnitude of each pitch class that stands out from its neighbours; A comes first.

    A band stands out by what it has above the mean of the half octave around it.

    Args:
        features: Tonal features: natural logarithms of the magnitudes of the bands.
    """
    magnitudes = features.float().exp()
    around = moving_mean(magnitudes.T, BANDS_PER_OCTAVE // 4).T
    semitones = (torch.arange(len(features)) * CLASSES / BANDS_PER_OCTAVE).round().long()
    chroma = torch.zeros(CLASSES, features.shape[1])
    return chroma.index_add_(0, semitones % CLASSES, (magnitudes - around).clamp(min=0))


def _triangles(
    edges: Float[Tensor, " points"], bins: int, sample_rate: int
) -> Float[Tensor, "bands bins"]:
    """One triangle around each point but the first and the last, up to its neighbours, in Hz."""
    width = sample_rate / 2 / (bins - 1)
    lower = torch.minimum(edges[:-2], edges[1:-1] - width)[:, None]
    upper = torch.maximum(edges[2:], edges[1:-1] + width)[:, None]
    middle = edges[1:-1, None]
    hertz = torch.arange(bins, dtype=torch.float64) * width
    rising, falling = (hertz - lower) / (middle - lower), (upper - hertz) / (upper - middle)
    weights = torch.minimum(rising, falling).clamp(min=0)
    return (weights / weights.sum(1, keepdim=True)).float()


class Bands(nn.Module):
    """Bands of a spectrum, and the gains that give a spectrum other band powers.

    A band covers few bins, so the matrices between them are nearly diagonal. They are multiplied in
    groups of columns, each with the rows that are not zero there.
    """

    weights: Tensor
    """Weights of the bins in each band (used, bands); those of a band add up to 1. The bins above
    the highest band are left out."""
    shares: Tensor
    """Weights of the bands in each bin (bands, used); those of a bin add up to 1, or to 0 for a bin
    that no band covers."""

    def __init__(self, filters: Float[Tensor, "bands bins"]) -> None:
        """Prepares the weights.

        Args:
            filters: Weights of the bins in each band.
        """
        super().__init__()
        self.count, self.bins = filters.shape
        self.used = int(filters.any(0).nonzero()[-1]) + 1
        """Number of bins up to the highest band."""
        filters = filters[:, : self.used]
        shares = filters / filters.sum(0).clamp(min=1e-9)
        self.register_buffer("weights", filters.T.contiguous(), persistent=False)
        self.register_buffer("shares", shares.contiguous(), persistent=False)
        groups = -(-self.count // _BANDS_PER_GROUP)
        self._band_groups = _find_groups(self.weights, groups)
        self._bin_groups = _find_groups(self.shares, groups)

    def at_bins(self, bins: int) -> "Bands":
        """The bands that lie within so many of the lowest bins, for a spectrum of a lower rate."""
        filters = functional.pad(self.weights.T, (0, max(0, bins - self.used)))
        within = filters[:, bins:].sum(1) == 0
        return Bands(filters[within][:, :bins])

    def frequencies(self, sample_rate: int) -> Float[Tensor, " bands"]:
        """Mean frequencies of the bands in Hz."""
        hertz = torch.linspace(0, sample_rate / 2, self.bins)
        return hertz[: self.used] @ self.weights

    def power(self, power: Float[Tensor, "*batch frames bins"]) -> Tensor:
        """Mean power of each band (*batch, frames, bands) of squared magnitudes."""
        return _multiply(power, self.weights, self._band_groups)

    def measure(self, power: Float[Tensor, "*batch frames bins"]) -> Tensor:
        """Natural logarithm of each band's root mean square magnitude (*batch, bands, frames)."""
        return (self.power(power).mT + FLOOR**2).log() / 2

    def gains(
        self,
        power: Float[Tensor, "*batch frames bins"],
        target: Float[Tensor, "*batch frames bands"],
    ) -> Float[Tensor, "*batch frames used"]:
        """Factors on the bins that bring the bands nearer to a target.

        The factor of a bin is the weighted mean over the bands that cover it. The bins above the
        highest band have none.

        Args:
            power: Squared magnitudes of the bins.
            target: Power that each band should have.
        """
        ratio = (target + _LEAST_POWER) / (self.power(power) + _LEAST_POWER)
        # twice as fast as a power
        gains = (ratio.clamp(1e-3, 1e3).log() * (_RELAXATION / 2)).exp()
        return _multiply(gains, self.shares, self._bin_groups)


def _find_groups(matrix: Float[Tensor, "rows columns"], count: int) -> list[tuple[slice, slice]]:
    """Groups of neighbouring columns: the rows that are not zero there, then the columns."""
    groups: list[tuple[slice, slice]] = []
    for columns in torch.arange(matrix.shape[1]).tensor_split(count):
        if len(columns):
            chosen = slice(int(columns[0]), int(columns[-1]) + 1)
            rows = matrix[:, chosen].any(1).nonzero()[:, 0].tolist() or [0]
            groups.append((slice(rows[0], rows[-1] + 1), chosen))
    return groups


def _multiply(
    values: Float[Tensor, "*batch rows_or_more"],
    matrix: Float[Tensor, "rows columns"],
    groups: list[tuple[slice, slice]],
) -> Float[Tensor, "*batch columns"]:
    """Product with a matrix whose groups are those of `_find_groups`. Values for which the matrix
    has no row are left out.
    """
    flat = values.flatten(0, -2)
    parts = [flat[:, rows] @ matrix[rows, columns] for rows, columns in groups]
    return torch.cat(parts, dim=1).reshape(*values.shape[:-1], matrix.shape[1])


def to_power(features: Float[Tensor, "*batch bands frames"]) -> Tensor:
    """Power of each band (*batch, frames, bands) of audio with these features."""
    return ((2 * features.mT).exp() - FLOOR**2).clamp(min=0)
