"""Audio fingerprints: spectrograms in which each level is relative to the levels around it.

Bands are a quarter tone apart and frames a sixteenth of a second, so that a change of pitch shifts
a fingerprint along the bands, and a change of speed stretches it along the frames.
"""

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
_CONTEXT_FRAMES = 8  # on each side: the mean over a second is subtracted …
_CONTEXT_BANDS = 12  # … and that over an octave
_BLOCK_FRAMES = 512


def fingerprint_hop(sample_rate: int) -> int:
    """Samples from the centre of one frame of a fingerprint to the next.

    Args:
        sample_rate: Sample rate in Hz.
    """
    return round(sample_rate / FRAMES_PER_SECOND)


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
    n_fft = 128 * round(sample_rate * _WINDOW_SECONDS / 128)  # a length with small factors
    filters = _quarter_tone_filters(sample_rate, n_fft)
    window = torch.hann_window(n_fft)
    samples = torch.from_numpy(np.ascontiguousarray(audio, dtype=np.float32))
    hop = fingerprint_hop(sample_rate)
    count = (len(samples) + n_fft // 2 * 2 - n_fft) // hop + 1
    power: list[Tensor] = []
    for first in range(0, count, _BLOCK_FRAMES):  # only a block at a time is padded and so copied
        start = first * hop - n_fft // 2
        stop = start + (min(_BLOCK_FRAMES, count - first) - 1) * hop + n_fft
        part = samples[max(0, start) : stop]
        part = functional.pad(part, (max(0, -start), max(0, stop - len(samples))))
        frames = part.unfold(0, n_fft, hop)
        power.append(torch.fft.rfft(frames * window).abs().square() @ filters)
    level = torch.cat(power).T.clamp_min(1e-10).log()
    level = level.clamp_min(float(level.max()) - _RANGE_DB / _DB_PER_NEPER)
    level = level - moving_mean(level, _CONTEXT_FRAMES)
    level = level - moving_mean(level.T, _CONTEXT_BANDS).T
    return torch.tanh(level).contiguous()


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
