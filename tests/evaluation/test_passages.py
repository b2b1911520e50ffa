"""The length of passages follows the recordings of a corpus."""

from pathlib import Path

import pytest
from conftest import write_music

from riffsmith.corpus import Corpus, Manifest, PreparedRecording, SurveyEntry
from riffsmith.errors import CorpusError
from riffsmith.evaluation import passage_seconds
from riffsmith.evaluation.passages import read_folder


def corpus_of(**sides: list[float]) -> Corpus:
    """A corpus that consists of a list of recordings alone, by the side of the split."""
    corpus = object.__new__(Corpus)
    corpus.path = Path("songs")
    recordings = tuple(
        PreparedRecording.model_construct(
            source=SurveyEntry.model_construct(seconds=length), split=side
        )
        for side, lengths in sides.items()
        for length in lengths
    )
    corpus.manifest = Manifest.model_construct(recordings=recordings)
    return corpus


@pytest.mark.parametrize(
    ("train", "held_out", "length"),
    [([200, 5], [30], 30), ([30], [12, 29.99], 29.9), ([6.25, 5], [200], 6.2)],
)
def test_passages_are_as_long_as_the_recordings(train, held_out, length: float):
    assert passage_seconds(corpus_of(train=train, held_out=held_out)) == length


def test_recordings_without_a_passage_are_refused():
    with pytest.raises(CorpusError, match="no held-out recording of 5 s or more"):
        passage_seconds(corpus_of(train=[30], held_out=[4.9]))
    with pytest.raises(CorpusError, match="no training recording of 5 s or more"):
        passage_seconds(corpus_of(train=[1], held_out=[30]))
    with pytest.raises(CorpusError, match="holds out nothing"):
        passage_seconds(corpus_of(train=[30]))


def test_a_folder_of_short_files_is_read_in_short_passages(corpus: Corpus, tmp_path: Path):
    files = [write_music(tmp_path / f"{number}.wav", 5.5 + number) for number in range(2)]
    (passage,) = read_folder(files, corpus)
    assert (passage.recording, len(passage.audio)) == ("1.wav", 6.5 * 8_000)
    with pytest.raises(CorpusError, match="no file to evaluate is 5 s long"):
        read_folder([write_music(tmp_path / "short.wav", 4.9)], corpus)
