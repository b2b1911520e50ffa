from itertools import pairwise
from pathlib import Path

import pytest

from riffsmith.corpus import Corpus, Manifest, PreparedRecording, SurveyEntry
from riffsmith.errors import CorpusError
from riffsmith.evaluation.positions import find_pairs


def corpus_of(**seconds: float) -> Corpus:
    """A corpus that consists of a list of recordings alone."""
    corpus = object.__new__(Corpus)
    corpus.path = Path("songs")
    recordings = tuple(
        PreparedRecording.model_construct(
            source=SurveyEntry.model_construct(path=name, seconds=length)
        )
        for name, length in seconds.items()
    )
    corpus.manifest = Manifest.model_construct(recordings=recordings)
    return corpus


def start_seconds(corpus: Corpus, seconds: float) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for first, second in find_pairs(corpus, seconds):
        assert first.recording is second.recording
        positions = found.setdefault(first.recording.source.path, [])
        positions.append((first.start_seconds, second.start_seconds))
    return found


def test_pairs_are_spread_over_the_recordings_and_never_overlap():
    lengths = {"a": 400.0, "short": 59.0, "b": 60.0, "c": 200.0}
    found = start_seconds(corpus_of(**lengths), 6 * 30)
    # one for each, then one more for those that have room
    assert {name: len(pairs) for name, pairs in found.items()} == {"a": 2, "b": 1, "c": 3}
    assert found["b"] == [(0.0, 30.0)]
    assert found["a"] == [(35.0, 135.0), (235.0, 335.0)]  # in the middle of each quarter
    for name, pairs in found.items():
        positions = [position for pair in pairs for position in pair]
        assert all(later - earlier >= 30 for earlier, later in pairwise(positions))
        assert positions[0] >= 0
        assert positions[-1] + 30 <= lengths[name]


def test_fewer_pairs_than_recordings_skip_some_evenly():
    corpus = corpus_of(**{str(number): 60.0 for number in range(12)})
    assert list(start_seconds(corpus, 6 * 30)) == ["1", "3", "5", "7", "9", "11"]


def test_more_seconds_than_there_are_use_all():
    assert len(find_pairs(corpus_of(a=250.0, b=200.0), 9_000)) == 7


def test_too_little_music_is_an_error():
    with pytest.raises(CorpusError, match="songs has room for 5 pairs .* 10 are asked for; .* 6:"):
        find_pairs(corpus_of(a=310.0), 300)
    with pytest.raises(CorpusError, match="room for 16 pairs .* 5 are asked for"):
        find_pairs(corpus_of(a=1000.0), 150)
