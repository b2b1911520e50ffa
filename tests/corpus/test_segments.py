from pathlib import Path

import pytest
import torch
from conftest import tiny_settings, write_music

from riffsmith.corpus import Corpus, Survey, SurveyEntry, prepare_corpus
from riffsmith.features import MelTransform

TINY_CORPUS = tiny_settings().corpus


def test_segments_lie_back_to_back(corpus: Corpus):
    manifest = corpus.manifest
    assert [recording.segments for recording in manifest.recordings] == [4, 4, 4, 4]
    assert (manifest.segment_count("train"), manifest.segment_count("held_out")) == (12, 4)
    recording = manifest.recordings[0]
    shard = corpus.shard(recording)
    transform = MelTransform.of(TINY_CORPUS)
    for index in range(4):
        expected = transform.to_db(corpus.audio(recording, index, 1.0).T)
        assert torch.allclose(shard.picture(index, augmented=False), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("seconds", "segments"), [(3.0, 3), (2.96, 3), (2.951, 3), (2.94, 2), (3.9, 3), (3.96, 4)]
)
def test_a_segment_that_lacks_little_is_padded(tmp_path: Path, seconds: float, segments: int):
    write_music(tmp_path / "in" / "a.wav", seconds)
    manifest = prepare_corpus(tmp_path / "in", tmp_path / "corpus", TINY_CORPUS, preset="report")
    assert manifest.recordings[0].segments == segments


def test_plans_are_what_the_preparation_makes(corpus: Corpus):
    entries = tuple(recording.source for recording in corpus.manifest.recordings)
    survey = Survey(folder="a", genre=None, entries=entries)
    plan = survey.plan(TINY_CORPUS)
    assert plan.training_segments == len(corpus.train)

    def held_out(*named: str) -> list[SurveyEntry]:
        return [one.source for one in survey.plan(TINY_CORPUS, named).of_split("held_out")]

    assert held_out() == [r.source for r in corpus.manifest.of_split("held_out")]
    assert held_out("none") == []
    assert held_out("song 1") == [entries[1]]
    short = entries[0].model_copy(update={"seconds": 0.5, "content_hash": "0"})
    for few, segments in ((entries[:1], 4), ((short,), 0), ((), 0), ((short, entries[1]), 4)):
        plan = Survey(folder="a", genre=None, entries=few).plan(TINY_CORPUS)
        assert (plan.training_segments, plan.of_split("held_out")) == (segments, [])
