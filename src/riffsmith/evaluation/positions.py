"""Where in a corpus neighbouring passages lie, none over another."""

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

FEWEST_PAIRS = 6


@dataclass(frozen=True)
class Place:
    """A passage that is not read yet."""

    corpus: Corpus
    recording: PreparedRecording
    start_seconds: float

    def read(self) -> Passage:
        """Its audio."""
        return read_passage(self.corpus, self.recording, self.start_seconds)


def find_pairs(corpus: Corpus, seconds: float) -> list[tuple[Place, Place]]:
    """Pairs of neighbouring passages, spread over all recordings of a minute or more.

    Args:
        corpus: Training and held-out recordings are taken alike.
        seconds: Of one side of all pairs; fewer where the corpus has less.

    Raises:
        CorpusError: There are fewer than six pairs.
    """
    room = {
        recording: int(recording.source.seconds / (2 * PASSAGE_SECONDS))
        for recording in corpus.manifest.recordings
    }
    wanted = ceil(seconds / PASSAGE_SECONDS)
    if min(wanted, sum(room.values())) < FEWEST_PAIRS:
        raise CorpusError(
            f"{corpus.path} has room for {sum(room.values())} pairs of passages of "
            f"{PASSAGE_SECONDS:g} s and {wanted} are asked for; a self-test needs {FEWEST_PAIRS}: "
            "prepare more music of a minute or more, or give more --seconds"
        )
    turns = [
        [recording for recording, most in room.items() if most > turn]
        for turn in range(max(room.values()))
    ]
    taken: Counter[PreparedRecording] = Counter()
    for recordings in turns:
        taken.update(spread_evenly(recordings, wanted - taken.total()))
    pairs: list[tuple[Place, Place]] = []
    for recording, count in taken.items():
        part = recording.source.seconds / (2 * count)
        places = [
            Place(corpus, recording, part * (number + 0.5) - PASSAGE_SECONDS / 2)
            for number in range(2 * count)
        ]
        pairs += zip(places[::2], places[1::2], strict=True)
    return pairs
