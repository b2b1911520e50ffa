from pathlib import Path

import pytest
import torch
from conftest import tiny_settings, write_music

from riffsmith.corpus import Corpus, estimate_training_segments, prepare_corpus
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


def test_plans_count_like_the_preparation(corpus: Corpus):
    lengths = [recording.source.seconds for recording in corpus.manifest.recordings]
    assert estimate_training_segments(lengths, TINY_CORPUS) == len(corpus.train)
    assert estimate_training_segments(lengths[:1], TINY_CORPUS) == 4
    assert estimate_training_segments([0.5], TINY_CORPUS) == 0
    assert estimate_training_segments([], TINY_CORPUS) == 0
    most_held_out = TINY_CORPUS.model_copy(update={"held_out_fraction": 0.9})
    assert estimate_training_segments(lengths[:2], most_held_out) == 4
