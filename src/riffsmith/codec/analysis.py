"""Audio ↔ STFT ↔ log-mel features of mid and side.

Spectra are kept frame by frame, as transforms give and take them; features as convolutions do.
"""

from math import log

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn import functional

FLOOR = 1e-4
"""Added to magnitudes before the logarithm: 80 dB below a full-scale sine."""

_HIGHEST_HZ = 20_000.0
_RELAXATION = 1.2
"""Of gains: of what is asked for, spectra that no audio has keep only a part (over-relaxation)."""


def to_mid_side(audio: Float[Tensor, "batch 2 time"]) -> Float[Tensor, "batch 2 time"]:
    """Left and right to their half sum and half difference."""
    left, right = audio[:, 0], audio[:, 1]
    return torch.stack([(left + right) / 2, (left - right) / 2], dim=1)


def to_left_right(audio: Float[Tensor, "batch 2 time"]) -> Float[Tensor, "batch 2 time"]:
    """Undoes `to_mid_side`."""
    mid, side = audio[:, 0], audio[:, 1]
    return torch.stack([mid + side, mid - side], dim=1)


class Spectrum(nn.Module):
    """STFT with as many frames as hops, and its inverse; four frames overlap everywhere.

    Magnitudes are scaled so that a full-scale sine has about 1.
    """

    window: Tensor
    inverse_window: Tensor

    def __init__(self, hop_samples: int) -> None:
        super().__init__()
        self.hop_samples = hop_samples
        self.n_fft = 4 * hop_samples
        self.bins = self.n_fft // 2 + 1
        window, scale = torch.hann_window(self.n_fft), self.n_fft / 4
        self.register_buffer("window", window / scale, persistent=False)
        inverse = window * scale / 1.5  # Hann² at 75 % sums to 1.5
        self.register_buffer("inverse_window", inverse, persistent=False)

    def forward(self, audio: Float[Tensor, "... time"]) -> Complex[Tensor, "... frames bins"]:
        """Audio of whole hops to one frame a hop, silence beyond both ends."""
        lead = audio.shape[:-1]
        margin = (self.n_fft - self.hop_samples) // 2
        padded = functional.pad(audio.reshape(-1, audio.shape[-1]), (margin, margin))
        found = torch.stft(
            padded,
            self.n_fft,
            self.hop_samples,
            window=self.window,
            center=False,
            return_complex=True,
        )
        return found.reshape(*lead, *found.shape[-2:]).mT

    def inverse(self, spectrum: Complex[Tensor, "... frames bins"]) -> Float[Tensor, "... time"]:
        """Overlap-add of the windowed inverse transforms."""
        pieces = torch.fft.irfft(spectrum, n=self.n_fft)
        audio = overlap_add(pieces * self.inverse_window)
        margin = (self.n_fft - self.hop_samples) // 2
        return audio[..., margin : audio.shape[-1] - margin]


def overlap_add(pieces: Float[Tensor, "... frames size"]) -> Float[Tensor, "... time"]:
    """Adds frames that lie a quarter of their size apart."""
    frames, hop = pieces.shape[-2], pieces.shape[-1] // 4
    blocks = pieces.new_zeros(*pieces.shape[:-2], frames + 3, hop)
    for number, quarter in enumerate(pieces.unflatten(-1, (4, hop)).unbind(-2)):
        blocks[..., number : number + frames, :] += quarter
    return blocks.flatten(-2)


def mel_bands(bands: int, bins: int, sample_rate: int) -> Float[Tensor, "bands bins"]:
    """Triangles of unit sum on the HTK mel scale, each at least two bins wide."""
    top = _top_mel(sample_rate)
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
    """Weights that interpolate values at the bands' centres linearly over the bins."""
    top = _top_mel(sample_rate)
    hertz = torch.arange(bins, dtype=torch.float64) * sample_rate / 2 / (bins - 1)
    place = 2595 * torch.log10(1 + hertz / 700) / top * (bands + 1) - 1
    place = place.clamp(0, bands - 1)
    low = place.floor().long().clamp(max=bands - 2)
    share = (place - low)[:, None]
    eye = torch.eye(bands, dtype=torch.float64)
    return ((1 - share) * eye[low] + share * eye[low + 1]).float()


def _top_mel(sample_rate: int) -> float:
    """HTK mels of the highest frequency that is looked at."""
    return 2595 * log(1 + min(_HIGHEST_HZ, sample_rate / 2) / 700, 10)


class Analysis(nn.Module):
    """Stereo audio to log-mel features: all bands of the mid, fewer of the side."""

    mid_bands: Tensor
    side_bands: Tensor
    mid_envelope: Tensor
    side_envelope: Tensor
    mid_shares: Tensor
    side_shares: Tensor

    def __init__(self, sample_rate: int, hop_samples: int, mid: int, side: int) -> None:
        super().__init__()
        self.sample_rate, self.mid, self.side = sample_rate, mid, side
        self.features = mid + side
        self.spectrum = Spectrum(hop_samples)
        bins = self.spectrum.bins
        for name, count in (("mid", mid), ("side", side)):
            bands, envelope = (
                make(count, bins, sample_rate) for make in (mel_bands, band_envelope)
            )
            shares = bands / bands.sum(0).clamp(min=1e-9)
            tables = {"bands": bands.T, "shares": shares, "envelope": envelope.T}
            for table, weights in tables.items():
                self.register_buffer(f"{name}_{table}", weights.contiguous(), persistent=False)

    @property
    def mid_frequencies(self) -> Float[Tensor, " bands"]:
        """Middles of the mid's bands in Hz."""
        return torch.linspace(0, self.sample_rate / 2, self.spectrum.bins) @ self.mid_bands

    def forward(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> Float[Tensor, "batch features frames"]:
        """Natural logarithm of each band's root mean square magnitude."""
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
        wanted: Float[Tensor, "batch frames features"],
    ) -> Complex[Tensor, "batch 2 frames bins"]:
        """Scales bins smoothly so that their bands come near to those asked for; phases stay.

        Args:
            spectra: Of mid and side.
            wanted: Power of each band, as `wanted_power` tells it.
        """
        return spectra * self.gains(spectra.real.square() + spectra.imag.square(), wanted)

    def gains(
        self,
        power: Float[Tensor, "batch 2 frames bins"],
        wanted: Float[Tensor, "batch frames features"],
    ) -> Float[Tensor, "batch 2 frames bins"]:
        """What `match` multiplies spectra of such a power with.

        Each bin's is the mean of those of its bands; what no band hears is silenced.
        """
        ratio = wanted / (self._band_power(power) + FLOOR**2)
        gains = ratio.clamp(1e-3, 1e3) ** (_RELAXATION / 2)
        return self._over_bins(gains, self.mid_shares, self.side_shares)

    def wanted_power(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch frames features"]:
        """The power of each band that has these features."""
        return (2 * features.mT).exp()

    def _band_power(
        self, power: Float[Tensor, "batch 2 frames bins"]
    ) -> Float[Tensor, "batch frames features"]:
        """Means over each band: those of the mid, then those of the side."""
        return torch.cat([power[:, 0] @ self.mid_bands, power[:, 1] @ self.side_bands], dim=-1)

    def _over_bins(
        self,
        values: Float[Tensor, "batch frames features"],
        mid: Float[Tensor, "mid bins"],
        side: Float[Tensor, "side bins"],
    ) -> Float[Tensor, "batch 2 frames bins"]:
        """Values of the bands, each laid over the bins by its weights."""
        return torch.stack([values[..., : self.mid] @ mid, values[..., self.mid :] @ side], dim=1)

    def envelope(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch 2 frames bins"]:
        """Smooth magnitudes that would have these features."""
        with torch.autocast(features.device.type, enabled=False):  # logarithms need their digits
            frames = features.mT.float()
            bins = self._over_bins(frames, self.mid_envelope, self.side_envelope)
            return bins.clamp(max=3.0).exp()
