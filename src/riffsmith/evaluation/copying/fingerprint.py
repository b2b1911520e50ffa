"""What a passage is recognised by: where its spectrum rises above what surrounds it.

Bands are spaced by quarter tones and frames by a sixteenth of a second, so that another pitch is a
shift along the bands and another speed a stretch along the frames.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

BANDS_PER_SEMITONE = 2
_BANDS_PER_OCTAVE = 12 * BANDS_PER_SEMITONE
_FRAMES_PER_SECOND = 16
_WINDOW_SECONDS = 0.186
_LOWEST_HZ, _HIGHEST_HZ = 120.0, 8000.0
_NYQUIST_SHARE = 0.9  # what lies above is the resampler's slope
_RANGE_DB = 70.0  # what lies deeper under the loudest band is treated as silence
_DB_PER_NEPER = 10 / np.log(10)
_AROUND_FRAMES = 8  # each side: the mean of a second is taken away …
_AROUND_BANDS = 12  # … and of an octave
_BLOCK_FRAMES = 512
_FARTHEST_SEMITONES = 2


def hop_samples(sample_rate: int) -> int:
    """Samples from frame to frame."""
    return round(sample_rate / _FRAMES_PER_SECOND)


def fingerprint(
    audio: Float[np.ndarray, " time"], sample_rate: int
) -> Float[Tensor, "bands frames"]:
    """Relief of a spectrogram, from −1 to 1; frame i is centred at i · hop.

    Log power less its mean over the second and the octave around, through tanh: loudness, an
    equaliser and the colour of a mix fall out, and neither a loud partial nor a hole outweighs
    all others. Silence is flat: 0.

    Args:
        audio: Mono samples, at least one.
        sample_rate: In Hz.
    """
    n_fft = 128 * round(sample_rate * _WINDOW_SECONDS / 128)  # a length with small factors
    filters = _quarter_tones(sample_rate, n_fft)
    window = torch.hann_window(n_fft)
    samples = torch.from_numpy(np.ascontiguousarray(audio, dtype=np.float32))
    frames = functional.pad(samples, (n_fft // 2, n_fft // 2)).unfold(
        0, n_fft, hop_samples(sample_rate)
    )
    power = [
        torch.fft.rfft(block * window).abs().square() @ filters
        for block in frames.split(_BLOCK_FRAMES)
    ]
    level = torch.cat(power).T.clamp_min(1e-10).log()
    level = level.clamp_min(float(level.max()) - _RANGE_DB / _DB_PER_NEPER)
    level = level - _mean_around(level, _AROUND_FRAMES)
    level = level - _mean_around(level.T, _AROUND_BANDS).T
    return torch.tanh(level).contiguous()


def _quarter_tones(sample_rate: int, n_fft: int) -> Float[Tensor, "bins bands"]:
    """Triangles a quarter tone apart and as wide, or a bin if that is wider; each sums to 1."""
    top = min(_HIGHEST_HZ, _NYQUIST_SHARE * sample_rate / 2)
    count = int(_BANDS_PER_OCTAVE * log2(top / _LOWEST_HZ))
    centres = _LOWEST_HZ * 2 ** (torch.arange(count, dtype=torch.float64) / _BANDS_PER_OCTAVE)
    bins = torch.arange(n_fft // 2 + 1, dtype=torch.float64) * sample_rate / n_fft
    widths = (centres * (2 ** (1 / _BANDS_PER_OCTAVE) - 1)).clamp_min(sample_rate / n_fft)
    triangles = (1 - (bins[:, None] - centres).abs() / widths).clamp_min(0)
    return (triangles / triangles.sum(dim=0)).float()


def _mean_around(level: Float[Tensor, "rows columns"], reach: int) -> Float[Tensor, "rows columns"]:
    padded = functional.pad(level[None], (reach, reach), mode="replicate")
    return functional.avg_pool1d(padded, 2 * reach + 1, stride=1)[0]


@dataclass(frozen=True)
class Alteration:
    """How a copy may differ from its original."""

    semitones: float
    """By how much it is higher."""
    speed: float
    """How many times faster it is."""

    def undo(
        self, prints: Float[Tensor, "windows bands longer"], frames: int
    ) -> Float[Tensor, "windows bands frames"]:
        """Fingerprints of copies → those of the originals' middle `frames` frames."""
        centre = (prints.shape[2] - 1) / 2
        places = (torch.arange(frames) - (frames - 1) / 2) / self.speed + centre
        before = places.floor().clamp(0, prints.shape[2] - 2).long()
        share = (places - before).float()
        found = torch.lerp(prints[:, :, before], prints[:, :, before + 1], share)
        shift = round(self.semitones * BANDS_PER_SEMITONE)
        if shift == 0:
            return found
        moved = torch.zeros_like(found)  # bands that were never heard tell nothing
        if shift > 0:
            moved[:, :-shift] = found[:, shift:]
        else:
            moved[:, -shift:] = found[:, :shift]
        return moved


def alterations() -> Iterator[Alteration]:
    """Up to two semitones either way in half semitones, at the same tempo and resampled.

    What lies between two of them is found by both, a little less clearly.
    """
    steps = _FARTHEST_SEMITONES * BANDS_PER_SEMITONE
    for step in range(-steps, steps + 1):
        semitones = step / BANDS_PER_SEMITONE
        yield Alteration(semitones, 1.0)
        if step:
            yield Alteration(semitones, 2 ** (semitones / 12))


def cut_windows(
    relief: Float[Tensor, "bands _"], starts: Sequence[int], frames: int
) -> Float[Tensor, "windows bands longer"]:
    """Windows of `frames` frames, longer at both ends by what a slower copy needs; 0 beyond."""
    margin = int(frames * (2 ** (_FARTHEST_SEMITONES / 12) - 1) / 2) + 2
    padded = functional.pad(relief, (margin, margin))
    return torch.stack([padded[:, start : start + frames + 2 * margin] for start in starts])
