"""Landmarks: the peaks of a fingerprint, by which the same music is known in another recording.

A peak survives another encoding, level or equalisation (Wang, 2003, "An industrial-strength audio
search algorithm"). A change of speed moves all of them together, in time and in pitch.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.features.fingerprint import (
    BANDS_PER_SEMITONE,
    CONTEXT_FRAMES,
    BandPowers,
    fingerprint_hop,
    level_floor,
    relate_levels,
)

_LEAST_VALUE = 0.5
_FRAMES_AROUND, _BANDS_AROUND = 4, 6
"""A landmark is the largest value among so many frames and bands on each side of it."""
_MARGIN_FRAMES = CONTEXT_FRAMES + _FRAMES_AROUND
"""Frames on each side that a landmark depends on."""
_PART_FRAMES = 4096
"""Length of the parts that landmarks are searched in."""


class LandmarkFinder:
    """Landmarks of a piece that is given block by block.

    It keeps the powers of the bands alone, which take 34 MB for an hour.
    """

    def __init__(self, sample_rate: int) -> None:
        """Begins without audio.

        Args:
            sample_rate: Sample rate in Hz.
        """
        self._sample_rate = sample_rate
        self._powers = BandPowers(sample_rate)

    def add(self, block: Float[np.ndarray, " time"]) -> None:
        """Adds mono samples (time,)."""
        self._powers.add(block)

    def finish(self) -> Float[Tensor, "landmarks 2"]:
        """Seconds and semitones of the landmarks in the order of time, some 18 a second."""
        powers = self._powers.finish()
        floor = level_floor(powers)
        frames = torch.cat(powers)
        parts = [_find_peaks(frames, first, floor) for first in range(0, len(frames), _PART_FRAMES)]
        bands, positions, band_offsets, frame_offsets = map(torch.cat, zip(*parts, strict=True))
        seconds = (positions + frame_offsets) * fingerprint_hop(self._sample_rate)
        seconds = seconds / self._sample_rate
        semitones = (bands + band_offsets) / BANDS_PER_SEMITONE
        found = torch.stack([seconds, semitones], dim=1)
        # At the same time: the lowest band first, and in it the earliest frame.
        order = (bands * len(frames) + positions).argsort()
        return found[order][seconds[order].argsort(stable=True)]


def find_landmarks(
    audio: Float[np.ndarray, " time"], sample_rate: int
) -> Float[Tensor, "landmarks 2"]:
    """Seconds and semitones of the landmarks in the order of time, some 18 a second.

    Args:
        audio: Mono samples (time,), at least one.
        sample_rate: Sample rate in Hz.
    """
    finder = LandmarkFinder(sample_rate)
    finder.add(audio)
    return finder.finish()


def _find_peaks(
    powers: Float[Tensor, "frames bands"], first: int, floor: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Landmarks of a part of a piece: bands, frames, and what is to be added to each of them.

    Args:
        powers: Powers of the whole piece.
        first: First frame of the part.
        floor: What `level_floor` gives.
    """
    start = max(0, first - _MARGIN_FRAMES)
    values = relate_levels(powers[start : first + _PART_FRAMES + _MARGIN_FRAMES], floor)
    around = (2 * _BANDS_AROUND + 1, 2 * _FRAMES_AROUND + 1)
    largest = functional.max_pool2d(values[None], around, 1, (_BANDS_AROUND, _FRAMES_AROUND))[0]
    is_peak = (values == largest) & (values > _LEAST_VALUE)
    is_peak[:, : first - start] = False
    is_peak[:, first - start + _PART_FRAMES :] = False
    bands, frames = is_peak.nonzero(as_tuple=True)
    padded = functional.pad(values[None], (1, 1, 1, 1), mode="replicate")[0]
    middle = values[bands, frames]
    below, above = padded[bands, frames + 1], padded[bands + 2, frames + 1]
    before, after = padded[bands + 1, frames], padded[bands + 1, frames + 2]
    offsets = _vertex(below, middle, above), _vertex(before, middle, after)
    return bands, frames + start, *offsets


def _vertex(left: Tensor, middle: Tensor, right: Tensor) -> Tensor:
    """Where a parabola through three values is largest, from -0.5 to 0.5 of a step."""
    bend = (left - 2 * middle + right).clamp_max(-1e-6)
    return (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
