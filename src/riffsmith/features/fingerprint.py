"""Audio fingerprints: spectrograms in which each level is relative to the levels around it.

Bands are a quarter tone apart and frames a sixteenth of a second, so that a change of pitch shifts
a fingerprint along the bands, and a change of speed stretches it along the frames.
"""

from collections.abc import Sequence
from math import log2

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.features.grid import moving_mean

BANDS_PER_SEMITONE = 2
FRAMES_PER_SECOND = 16
_BANDS_PER_OCTAVE = 12 * BANDS_PER_SEMITONE
_WINDOW_SECONDS = 0.186
_LOWEST_HZ, _HIGHEST_HZ = 120.0, 8000.0
_NYQUIST_FRACTION = 0.9  # above it the resampler's low-pass falls off
_RANGE_DB = 70.0  # levels further below the loudest one are treated as silence
_DB_PER_NEPER = 10 / np.log(10)
CONTEXT_FRAMES = 8  # on each side: the mean over a second is subtracted …
_CONTEXT_BANDS = 12  # … and that over an octave
_BLOCK_FRAMES = 512
_STORE_FRAMES = 16 * _BLOCK_FRAMES
_ADDED_SAMPLES = 1 << 20
"""Most samples that are copied at a time."""


def fingerprint_hop(sample_rate: int) -> int:
    """Samples from the centre of one frame of a fingerprint to the next.

    Args:
        sample_rate: Sample rate in Hz.
    """
    return round(sample_rate / FRAMES_PER_SECOND)


class BandPowers:
    """Powers of the quarter-tone bands of a piece that is given block by block."""

    def __init__(self, sample_rate: int) -> None:
        """Begins without audio.

        Args:
            sample_rate: Sample rate in Hz.
        """
        self._hop = fingerprint_hop(sample_rate)
        self._n_fft = 128 * round(sample_rate * _WINDOW_SECONDS / 128)  # with small factors
        self._filters = _quarter_tone_filters(sample_rate, self._n_fft)
        self._window = torch.hann_window(self._n_fft)
        self._samples = 0
        self._waiting = torch.zeros(self._n_fft // 2)  # the first frame is centred at sample 0
        self._count = 0
        # Few large tensors: small ones between those of each block would keep their memory in use.
        self._stores: list[Tensor] = []

    def add(self, block: Float[np.ndarray, " time"]) -> None:
        """Adds mono samples (time,)."""
        whole = torch.from_numpy(np.ascontiguousarray(block, dtype=np.float32))
        for samples in whole.split(_ADDED_SAMPLES):
            self._samples += len(samples)
            self._waiting = torch.cat([self._waiting, samples])
            while len(self._waiting) >= (_BLOCK_FRAMES - 1) * self._hop + self._n_fft:
                self._measure(_BLOCK_FRAMES)

    def finish(self) -> list[Float[Tensor, "_ bands"]]:
        """The powers of all frames, in several parts. Frame i is centred at sample i · hop."""
        left = self._samples // self._hop + 1 - self._count
        self._waiting = functional.pad(self._waiting, (0, self._n_fft // 2))
        while left > 0:
            count = min(left, _BLOCK_FRAMES)
            self._measure(count)
            left -= count
        whole, rest = divmod(self._count, _STORE_FRAMES)
        return [*self._stores[:whole], *(store[:rest] for store in self._stores[whole:])]

    def _measure(self, count: int) -> None:
        """Measures so many frames, which need fewer samples than are waiting."""
        part = self._waiting[: (count - 1) * self._hop + self._n_fft]
        frames = part.unfold(0, self._n_fft, self._hop)
        start = self._count % _STORE_FRAMES
        if start == 0:
            self._stores.append(torch.empty(_STORE_FRAMES, self._filters.shape[1]))
        spectra = torch.fft.rfft(frames * self._window)
        powers = spectra.abs().square_()
        torch.matmul(powers, self._filters, out=self._stores[-1][start : start + count])
        self._count += count
        self._waiting = self._waiting[count * self._hop :].clone()


def level_floor(powers: Sequence[Float[Tensor, "_ bands"]]) -> float:
    """The logarithmic level below which everything is treated as silence.

    Args:
        powers: What `BandPowers.finish` gives.
    """
    loudest = max(float(_to_level(part).max()) for part in powers)
    return loudest - _RANGE_DB / _DB_PER_NEPER


def relate_levels(
    powers: Float[Tensor, "frames bands"], floor: float
) -> Float[Tensor, "bands frames"]:
    """The values of a fingerprint; the ones of the first and last frames know nothing beyond.

    Args:
        powers: Powers of consecutive frames.
        floor: What `level_floor` gives.
    """
    level = _to_level(powers.T).clamp_min(floor)
    level = level - moving_mean(level, CONTEXT_FRAMES)
    level = level - moving_mean(level.T, _CONTEXT_BANDS).T
    return torch.tanh(level).contiguous()


def fingerprint(
    audio: Float[np.ndarray, " time"], sample_rate: int
) -> Float[Tensor, "bands frames"]:
    """Fingerprint of a piece, with values from −1 to 1; frame i is centred at sample i · hop.

    The values are tanh of the log power after its mean over the surrounding second and octave is
    subtracted. This removes loudness, equalisation and the spectral balance of a mix, and limits
    the weight of a loud partial and of a gap. Silence gives 0.

    Args:
        audio: Mono samples (time,), at least one.
        sample_rate: Sample rate in Hz.
    """
    bands = BandPowers(sample_rate)
    bands.add(audio)
    powers = bands.finish()
    return relate_levels(torch.cat(powers), level_floor(powers))


def _to_level(powers: Tensor) -> Tensor:
    return powers.clamp_min(1e-10).log()


def _quarter_tone_filters(sample_rate: int, n_fft: int) -> Float[Tensor, "bins bands"]:
    """Triangular filters a quarter tone apart, each normalised to sum 1.

    A triangle reaches a quarter tone to each side, or one frequency bin where that is more.
    """
    top = min(_HIGHEST_HZ, _NYQUIST_FRACTION * sample_rate / 2)
    count = int(_BANDS_PER_OCTAVE * log2(top / _LOWEST_HZ))
    centres = _LOWEST_HZ * 2 ** (torch.arange(count, dtype=torch.float64) / _BANDS_PER_OCTAVE)
    bins = torch.arange(n_fft // 2 + 1, dtype=torch.float64) * sample_rate / n_fft
    widths = (centres * (2 ** (1 / _BANDS_PER_OCTAVE) - 1)).clamp_min(sample_rate / n_fft)
    triangles = (1 - (bins[:, None] - centres).abs() / widths).clamp_min(0)
    return (triangles / triangles.sum(dim=0)).float()
