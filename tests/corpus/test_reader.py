import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError
from riffsmith.files import parse_checked


def test_stored_audio_is_the_recording(corpus: Corpus, songs: Path):
    for recording in corpus.manifest.recordings:
        original, _ = soundfile.read(songs / recording.source.path, dtype="float32")
        stored = corpus.audio(recording, 0.5, 2.0)[:, 0].numpy()
        assert np.abs(stored - original[4_000:20_000]).max() <= 1 / 32767


def test_training_pictures_fill_the_range(corpus: Corpus):
    everything = corpus.train.batch(range(len(corpus.train)))
    assert everything.shape == (12, 1, 16, 63)
    assert everything.min() == pytest.approx(-1, abs=1e-5)
    assert everything.max() == pytest.approx(1, abs=1e-5)


def test_a_missing_or_damaged_shard_is_named(corpus: Corpus, tmp_path: Path):
    shutil.copytree(corpus.path, tmp_path / "corpus")
    for shard in (tmp_path / "corpus" / "shards").iterdir():
        shard.write_bytes(shard.read_bytes()[:5000])
    with pytest.raises(CorpusError, match="missing or damaged .*prepare the corpus again"):
        Corpus(tmp_path / "corpus").train.batch([0])


def test_an_hour_opens_at_once_and_reads_at_random(corpus: Corpus, tmp_path: Path):
    """Opening reads the manifest alone, and no shard."""
    manifest = parse_checked((corpus.path / "manifest.json").read_bytes())
    manifest["recordings"] *= 30  # 120 recordings
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    opened = Corpus(tmp_path)
    assert len(opened.train) == 360
    assert not (tmp_path / "shards").exists()
