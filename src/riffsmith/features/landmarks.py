"""Landmarks: the peaks of a fingerprint, by which the same music is known in another recording.

A peak survives another encoding, level or equalisation (Wang, 2003, "An industrial-strength audio
search algorithm"). A change of speed moves all of them together, in time and in pitch.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.features.fingerprint import BANDS_PER_SEMITONE, fingerprint, fingerprint_hop

_LEAST_VALUE = 0.5
_FRAMES_AROUND, _BANDS_AROUND = 4, 6
"""A landmark is the largest value among so many frames and bands on each side of it."""


def find_landmarks(
    audio: Float[np.ndarray, " time"], sample_rate: int
) -> Float[Tensor, "landmarks 2"]:
    """Seconds and semitones of the landmarks in the order of time, some 18 a second.

    Args:
        audio: Mono samples (time,), at least one.
        sample_rate: Sample rate in Hz.
    """
    values = fingerprint(audio, sample_rate)
    around = (2 * _BANDS_AROUND + 1, 2 * _FRAMES_AROUND + 1)
    largest = functional.max_pool2d(values[None], around, 1, (_BANDS_AROUND, _FRAMES_AROUND))[0]
    bands, frames = ((values == largest) & (values > _LEAST_VALUE)).nonzero(as_tuple=True)
    padded = functional.pad(values[None], (1, 1, 1, 1), mode="replicate")[0]
    middle = values[bands, frames]
    below, above = padded[bands, frames + 1], padded[bands + 2, frames + 1]
    before, after = padded[bands + 1, frames], padded[bands + 1, frames + 2]
    seconds = (frames + _vertex(before, middle, after)) * fingerprint_hop(sample_rate) / sample_rate
    semitones = (bands + _vertex(below, middle, above)) / BANDS_PER_SEMITONE
    return torch.stack([seconds, semitones], dim=1)[seconds.argsort(stable=True)]


def _vertex(left: Tensor, middle: Tensor, right: Tensor) -> Tensor:
    """Where a parabola through three values is largest, from -0.5 to 0.5 of a step."""
    bend = (left - 2 * middle + right).clamp_max(-1e-6)
    return (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
