"""Positions in a corpus of neighbouring passages that do not overlap."""

from collections import Counter
from dataclasses import dataclass
from math import ceil

from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.errors import CorpusError
from riffsmith.evaluation.passages import (
    PASSAGE_SECONDS,
    Passage,
    read_passage,
    spread_evenly,
)
from riffsmith.evaluation.remarks import Remark, RemarkCode

FEWEST_PAIRS = 6
"""Number of pairs that a self-test needs at least."""


@dataclass(frozen=True)
class Position:
    """The position of a passage of 30 s, whose audio is read when it is needed."""

    corpus: Corpus
    recording: PreparedRecording
    start_seconds: float

    def read(self) -> Passage:
        """Reads the passage."""
        return read_passage(self.corpus, self.recording, self.start_seconds)


def find_pairs(corpus: Corpus, seconds: float) -> list[tuple[Position, Position]]:
    """Pairs of neighbouring passages, spread over all recordings of a minute or more.

    Args:
        corpus: Prepared corpus; training and held-out recordings are used alike.
        seconds: Length in seconds of all pairs' first passages together; a shorter corpus gives
            fewer pairs.

    Raises:
        CorpusError: There are fewer than six pairs.
    """
    room = {
        recording: int(recording.seconds / (2 * PASSAGE_SECONDS))
        for recording in corpus.manifest.recordings
    }
    requested = ceil(seconds / PASSAGE_SECONDS)
    if min(requested, sum(room.values())) < FEWEST_PAIRS:
        raise Remark.of(
            RemarkCode.NO_ROOM_FOR_PAIRS,
            path=str(corpus.path),
            room=sum(room.values()),
            seconds=PASSAGE_SECONDS,
            requested=requested,
            needed=FEWEST_PAIRS,
        ).to_error(CorpusError)
    rounds = [
        [recording for recording, most in room.items() if most > number]
        for number in range(max(room.values()))
    ]
    taken: Counter[PreparedRecording] = Counter()
    for recordings in rounds:
        taken.update(spread_evenly(recordings, requested - taken.total()))
    pairs: list[tuple[Position, Position]] = []
    for recording, count in taken.items():
        part = recording.seconds / (2 * count)
        positions = [
            Position(corpus, recording, part * (number + 0.5) - PASSAGE_SECONDS / 2)
            for number in range(2 * count)
        ]
        pairs += zip(positions[::2], positions[1::2], strict=True)
    return pairs
