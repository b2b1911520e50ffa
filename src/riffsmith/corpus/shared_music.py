"""Recordings that hold the same music: copies, excerpts, and passages in common.

Pairs of landmarks are hashed by their pitches and the time between them. Where two recordings hold
the same music, many equal hashes have the same distance in time (Wang, 2003, "An
industrial-strength audio search algorithm"). The search is repeated for several speeds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

_SPEEDS = (1.0, 0.99, 1.01, 0.98, 1.02, 0.97, 1.03)
_FRAMES_PER_SECOND = 16
_BANDS_PER_SEMITONE = 2
_BANDS_PER_OCTAVE = 12 * _BANDS_PER_SEMITONE
"""Steps by which times and pitches are hashed."""
_PAIRS = 3
"""Most pairs that begin at a landmark."""
_SHORTEST_PAIR, _LONGEST_PAIR = 2, 40
_WIDEST_PAIR = 36
"""Limits of a pair, in frames and in bands."""
_FOLLOWERS = 60
"""Landmarks after a landmark that may be the second one of a pair."""
_COARSE_FRAMES, _FINE_FRAMES = 8, 4
_LEAST_VOTES = 8
"""A pair of recordings is looked at where so many equal hashes have the same distance."""
_BLOCK_SECONDS = 5.0
_BLOCK_VOTES = 10
_BLOCK_FRACTION = 0.08
"""A block holds the same music where so many of its hashes, and at least this fraction, are equal.
In metal songs that have nothing in common it is up to 4 of some 225."""
_SPEED_TOLERANCE = 0.006


@dataclass(frozen=True)
class SharedMusic:
    """Music that two recordings have in common."""

    first: int
    """Number of the earlier recording in the list."""
    second: int
    """Number of the later recording in the list."""
    seconds: float
    """How long the common music is."""
    of_first: float
    """How much of the earlier recording it is, from 0 to 1."""
    of_second: float
    """How much of the later recording it is, from 0 to 1."""
    offset_seconds: float
    """Where the later recording begins in the earlier one; negative: before its start."""
    speed: float
    """Speed of the later recording relative to the earlier one."""


@dataclass(frozen=True)
class _Hashes:
    values: Int[np.ndarray, " hashes"]
    frames: Float[np.ndarray, " hashes"]
    """Time of the first landmark of each pair."""


@dataclass(frozen=True)
class _Candidate:
    """The best distance in time between a recording and an earlier one."""

    votes: int
    """Equal hashes within a second of that distance."""
    distance: float
    speed: float
    frames: Float[np.ndarray, " hits"]
    """Times of equal hashes in the later recording, at the speed of the earlier one."""
    distances: Float[np.ndarray, " hits"]
    """How much later each is in the earlier recording."""


def find_shared_music(landmarks: Sequence[Float[Tensor, "_ 2"]]) -> list[SharedMusic]:
    """Finds all pairs of recordings that have music in common, up to 3 % faster or slower.

    Args:
        landmarks: Landmarks of each recording, as `find_landmarks` gives them.
    """
    if len(landmarks) < 2:
        return []
    own = [_hash_pairs(found, 1.0) for found in landmarks]
    blocks = [_judged_blocks(hashes) for hashes in own]
    index = _Index(own)
    found: list[SharedMusic] = []
    for second, points in enumerate(landmarks[1:], 1):  # the first one has no earlier one
        best: dict[int, _Candidate] = {}
        for speed in _SPEEDS:
            hashes = own[second] if speed == 1 else _hash_pairs(points, speed)
            for first, candidate in index.search(hashes, second, speed):
                if first not in best or candidate.votes > best[first].votes:
                    best[first] = candidate
        for first, candidate in sorted(best.items()):
            same = _count_same_blocks(candidate, len(own[second].frames) / max(1, blocks[second]))
            if same:
                found.append(
                    SharedMusic(
                        first=first,
                        second=second,
                        seconds=same * _BLOCK_SECONDS,
                        of_first=min(1.0, same / max(1, blocks[first])),
                        of_second=min(1.0, same / max(1, blocks[second])),
                        offset_seconds=candidate.distance / _FRAMES_PER_SECOND,
                        speed=candidate.speed,
                    )
                )
    return found


class _Index:
    """The hashes of all recordings, in the order of their values."""

    def __init__(self, recordings: Sequence[_Hashes]) -> None:
        values = np.concatenate([hashes.values for hashes in recordings])
        order = values.argsort(kind="stable")
        self._values = values[order]
        self._frames = np.concatenate([hashes.frames for hashes in recordings])[order]
        counts = [len(hashes.values) for hashes in recordings]
        self._numbers = np.repeat(np.arange(len(recordings)), counts)[order]

    def search(
        self, hashes: _Hashes, second: int, speed: float
    ) -> Iterator[tuple[int, _Candidate]]:
        """The earlier recordings with enough equal hashes at one distance in time."""
        low = np.searchsorted(self._values, hashes.values)
        counts = np.searchsorted(self._values, hashes.values, "right") - low
        asked = np.repeat(np.arange(len(counts)), counts)
        hits = np.arange(len(asked)) + np.repeat(low - (counts.cumsum() - counts), counts)
        is_earlier = self._numbers[hits] < second
        asked, hits = asked[is_earlier], hits[is_earlier]
        if not len(hits):
            return
        numbers = self._numbers[hits]
        distances = self._frames[hits] - hashes.frames[asked]
        bins = np.floor(distances / _COARSE_FRAMES).astype(np.int64)
        lowest, width = bins.min(), np.ptp(bins) + 2
        votes = np.bincount(numbers * width + bins - lowest, minlength=second * width)
        votes = votes.reshape(second, width)
        votes = votes[:, :-1] + votes[:, 1:]
        for first in np.flatnonzero(votes.max(axis=1) >= _LEAST_VOTES):
            best = votes[first].argmax()
            is_first = numbers == first
            yield (
                int(first),
                _Candidate(
                    votes=int(votes[first, best]),
                    speed=speed,
                    frames=hashes.frames[asked[is_first]],
                    distances=distances[is_first],
                    distance=float((best + 1 + lowest) * _COARSE_FRAMES),
                ),
            )


def _hash_pairs(landmarks: Float[Tensor, "_ 2"], speed: float) -> _Hashes:
    """Hashes of pairs of landmarks, as they would be without a change of speed.

    Args:
        landmarks: Seconds and semitones.
        speed: Speed of the recording.
    """
    points = landmarks.numpy().astype(np.float64)
    frames = points[:, 0] * _FRAMES_PER_SECOND * speed
    bands = points[:, 1] * _BANDS_PER_SEMITONE - _BANDS_PER_OCTAVE * np.log2(speed)
    left = np.full(len(points), _PAIRS)
    values: list[Int[np.ndarray, " some"]] = []
    firsts: list[Int[np.ndarray, " some"]] = []
    for ahead in range(1, min(_FOLLOWERS, len(points) - 1) + 1):
        later = frames[ahead:] - frames[:-ahead]
        higher = bands[ahead:] - bands[:-ahead]
        is_near = (later >= _SHORTEST_PAIR) & (later < _LONGEST_PAIR)
        (chosen,) = np.nonzero(is_near & (np.abs(higher) < _WIDEST_PAIR) & (left[:-ahead] > 0))
        left[chosen] -= 1
        key = np.rint(bands[chosen]) * 2 * _WIDEST_PAIR + np.rint(higher[chosen]) + _WIDEST_PAIR
        values.append((key * (_LONGEST_PAIR + 1) + np.rint(later[chosen])).astype(np.int64))
        firsts.append(chosen)
    first = np.concatenate([*firsts, np.zeros(0, np.int64)])
    return _Hashes(np.concatenate([*values, np.zeros(0, np.int64)]), frames[first])


def _judged_blocks(hashes: _Hashes) -> int:
    """Number of blocks with enough hashes to be told from others."""
    counts = np.bincount(_block_numbers(hashes.frames)) if len(hashes.frames) else np.zeros(0)
    return int((counts >= 2 * _BLOCK_VOTES).sum())


def _block_numbers(frames: Float[np.ndarray, " hashes"]) -> Int[np.ndarray, " hashes"]:
    return (frames / (_BLOCK_SECONDS * _FRAMES_PER_SECOND)).astype(np.int64)


def _count_same_blocks(candidate: _Candidate, hashes_a_block: float) -> int:
    """Number of blocks in which enough hashes have the same distance within a quarter second.

    The distance may change slowly, because a speed lies between those that were searched.
    """
    away = np.abs(candidate.distances - candidate.distance)
    centre = candidate.frames[away < _COARSE_FRAMES].mean()
    reach = 2 * _COARSE_FRAMES + _SPEED_TOLERANCE * np.abs(candidate.frames - centre)
    is_near = away < reach
    blocks = _block_numbers(candidate.frames[is_near])
    fine = np.floor(candidate.distances[is_near] / _FINE_FRAMES).astype(np.int64)
    fine -= fine.min()
    width = fine.max() + 2
    votes = np.bincount(blocks * width + fine, minlength=(blocks.max() + 1) * width)
    votes = votes.reshape(-1, width)
    votes = (votes[:, :-1] + votes[:, 1:]).max(axis=1)
    return int((votes >= max(_BLOCK_VOTES, _BLOCK_FRACTION * hashes_a_block)).sum())
