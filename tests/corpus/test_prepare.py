import os
import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from conftest import as_ordinary_user, make_music, tiny_latents, tiny_settings, write_music

from riffsmith.codec import build_analysis, measure_recording
from riffsmith.corpus import (
    Corpus,
    is_corpus,
    prepare_corpus,
)
from riffsmith.errors import CorpusError
from riffsmith.features import scale

TINY_CORPUS = tiny_settings().corpus


def prepare(folder: Path, corpus: Path, settings=TINY_CORPUS, **options):
    return prepare_corpus(folder, corpus, settings, preset="report", **options)


def test_preparing_twice_gives_the_same_corpus_and_decodes_nothing(
    songs: Path, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(corpus.path, tmp_path / "corpus")

    def refuse(*_):
        raise AssertionError("decoded again")

    monkeypatch.setattr("riffsmith.corpus.prepare.describe", refuse)
    again = prepare(songs, tmp_path / "corpus")
    assert again.corpus_hash() == corpus.manifest.corpus_hash()
    assert again.recordings == corpus.manifest.recordings


def test_an_unfinished_corpus_is_continued(songs: Path, corpus: Corpus, tmp_path: Path):
    shutil.copytree(corpus.path, tmp_path / "corpus")
    (tmp_path / "corpus" / "manifest.json").unlink()
    next((tmp_path / "corpus" / "shards").iterdir()).write_bytes(b"damaged")
    assert not is_corpus(tmp_path / "corpus")
    with pytest.raises(CorpusError, match="not a finished corpus"):
        Corpus(tmp_path / "corpus")
    again = prepare(songs, tmp_path / "corpus")
    assert again.corpus_hash() == corpus.manifest.corpus_hash()


def test_a_grown_folder_keeps_its_shards(tmp_path: Path):
    write_music(tmp_path / "in" / "a.wav", seed=1)
    before = prepare(tmp_path / "in", tmp_path / "corpus")
    write_music(tmp_path / "in" / "b.wav", seed=2)
    after = prepare(tmp_path / "in", tmp_path / "corpus")
    assert len(after.recordings) == 2
    assert before.corpus_hash() != after.corpus_hash()
    (tmp_path / "in" / "a.wav").unlink()
    prepare(tmp_path / "in", tmp_path / "corpus")
    assert len(list((tmp_path / "corpus" / "shards").iterdir())) == 1


def test_bad_files_are_skipped_by_name_and_the_rest_is_used(tmp_path: Path):
    folder = tmp_path / "in"
    write_music(folder / "good.wav", seed=1)
    write_music(folder / "short.wav", 0.5, seed=2)
    shutil.copy(folder / "good.wav", folder / "twice.wav")
    (folder / "text.wav").write_text("no")
    soundfile.write(folder / "silent.wav", np.zeros(16_000), 8_000)
    manifest = prepare(folder, tmp_path / "corpus")
    assert [r.source.path for r in manifest.recordings] == ["good.wav"]
    assert {entry.path: str(entry.reason).split(" (")[0] for entry in manifest.skipped} == {
        "short.wav": "too short: 0.5 s, a segment needs at least 0.9 s",
        "silent.wav": "silent",
        "text.wav": "not readable as audio",
        "twice.wav": "same audio as good.wav",
    }


def test_nothing_usable_is_an_error_with_reasons(tmp_path: Path):
    write_music(tmp_path / "in" / "short.wav", 0.5)
    with pytest.raises(CorpusError, match=r"nothing in .* can be used \(short.wav: too short"):
        prepare(tmp_path / "in", tmp_path / "corpus")


def test_many_equal_files_are_no_race(tmp_path: Path):
    whole = write_music(tmp_path / "in" / "0.wav", 20.0)
    for number in range(1, 8):
        shutil.copy(whole, tmp_path / "in" / f"{number}.wav")
    manifest = prepare(tmp_path / "in", tmp_path / "corpus", workers=4)
    assert len(manifest.recordings) == 1
    assert len(manifest.skipped) == 7


def test_pipes_and_odd_names_stop_nothing(tmp_path: Path):
    write_music(tmp_path / "in" / "a.wav", seed=1)
    write_music(tmp_path / "in" / "b.wav", seed=2).rename(
        tmp_path / "in" / os.fsdecode(b"\xff.wav")
    )
    for name in ("pipe.wav", "pipe.txt"):
        os.mkfifo(tmp_path / "in" / name)
    manifest = prepare(tmp_path / "in", tmp_path / "corpus")
    assert [r.source.path for r in manifest.recordings] == ["a.wav", "\\xff.wav"]
    assert len(Corpus(tmp_path / "corpus").train) == 4


def test_files_of_others_are_never_removed(songs: Path, tmp_path: Path):
    (tmp_path / "corpus" / "shards" / "mine").mkdir(parents=True)
    (tmp_path / "corpus" / "shards" / "mine" / "thesis.txt").write_text("x")
    prepare(songs, tmp_path / "corpus")
    assert (tmp_path / "corpus" / "shards" / "mine" / "thesis.txt").exists()
    write_music(tmp_path / "other" / "a.wav")
    with pytest.raises(CorpusError, match="was prepared from .*choose another folder"):
        prepare(tmp_path / "other", tmp_path / "corpus")


def test_a_damaged_manifest_is_made_again(songs: Path, corpus: Corpus, tmp_path: Path):
    shutil.copytree(corpus.path, tmp_path / "corpus")
    (tmp_path / "corpus" / "manifest.json").write_text("{")
    (tmp_path / "corpus" / ".manifest.json.0123abcd-7-0123abcd.partial").write_text("{")
    again = prepare(songs, tmp_path / "corpus")
    assert again.corpus_hash() == corpus.manifest.corpus_hash()


def test_stereo_is_kept_if_the_settings_say_so(tmp_path: Path):
    audio = np.stack([make_music(3, 8000)[:, 0], make_music(3, 8000, seed=1)[:, 0]], axis=1)
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "a.wav", audio, 8000)
    settings = TINY_CORPUS.model_copy(update={"channels": "keep"})
    prepare(tmp_path / "in", tmp_path / "corpus", settings)
    corpus = Corpus(tmp_path / "corpus")
    assert corpus.train.batch([0]).shape == (1, 2, 16, 63)
    stored = corpus.audio(corpus.manifest.recordings[0], 0, 3).numpy()
    assert np.abs(stored - audio).max() < 1e-4


def test_audio_above_full_scale_is_scaled_down_not_clipped(tmp_path: Path):
    (tmp_path / "in").mkdir()
    loud = make_music(3, 8000) * 10
    soundfile.write(tmp_path / "in" / "a.wav", loud, 8000, "FLOAT")
    prepare(tmp_path / "in", tmp_path / "corpus")
    corpus = Corpus(tmp_path / "corpus")
    stored = corpus.audio(corpus.manifest.recordings[0], 0, 3).numpy()
    assert np.abs(stored).max() == pytest.approx(1)
    assert np.corrcoef(stored[:, 0], loud[:, 0])[0, 1] > 0.9999


def test_each_segment_by_its_own_range_and_augmented_for_training_alone(
    songs: Path, tmp_path: Path
):
    settings = tiny_settings("report-wgan").corpus
    manifest = prepare_corpus(songs, tmp_path / "corpus", settings, preset="report-wgan")
    corpus = Corpus(tmp_path / "corpus")
    train = corpus.train.batch(range(len(corpus.train)))
    assert train.shape == (12, 1, 16, 16)
    held_out = corpus.held_out.batch(range(len(corpus.held_out)))
    assert (held_out.flatten(1).amax(1) > 0.5).all()
    shard = corpus.shard(manifest.of_split("held_out")[0])
    plain, changed = (shard.picture(0, augmented=flag) for flag in (False, True))
    assert not torch.allclose(plain, changed)
    low, high = shard.ranges(augmented=False)[0].tolist()
    expected = (plain - low) * 2 / (high - low) - 1
    assert torch.allclose(held_out[0], expected, atol=1e-5)


def test_hold_out_by_name_and_by_fraction(songs: Path, tmp_path: Path):
    manifest = prepare(songs, tmp_path / "named", hold_out=["song 2", "song 3"])
    assert [r.source.path for r in manifest.of_split("held_out")] == ["song 2.ogg", "song 3.wav"]
    ranges = [manifest.low_db, manifest.high_db]
    other = prepare(songs, tmp_path / "fraction")
    assert len(other.of_split("held_out")) == 1
    assert ranges != [other.low_db, other.high_db]


def test_a_single_recording_is_cut_and_nothing_is_on_both_sides(tmp_path: Path):
    whole = make_music(40, 8000)
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "a.wav", whole, 8000)
    manifest = prepare(tmp_path / "in", tmp_path / "corpus")
    corpus = Corpus(tmp_path / "corpus")
    training, held_out = manifest.recordings
    assert (training.split, held_out.split, manifest.recording_count) == ("train", "held_out", 1)
    assert corpus.sample_range(training) == range(20 * 8000)
    assert corpus.sample_range(held_out) == range(30 * 8000, 40 * 8000)
    for part, start, seconds in ((training, 0, 20), (held_out, 30, 10)):
        stored = corpus.audio(part, 1.0, 60.0).numpy()
        expected = whole[(start + 1) * 8000 : (start + seconds) * 8000]
        assert np.abs(stored - expected).max() < 1e-4
    assert (len(corpus.train), len(corpus.held_out)) == (20, 10)
    shard = corpus.shard(held_out)
    picture = scale(shard.picture(30, augmented=False), manifest.low_db, manifest.high_db)
    assert torch.equal(corpus.held_out.batch([0])[0], picture)
    features = measure_recording(corpus, held_out, build_analysis(tiny_latents()))
    assert features.shape[1] == 10 * 8000 // 64
    undivided = prepare(tmp_path / "in", tmp_path / "corpus", hold_out=["none"])
    assert undivided.corpus_hash() != manifest.corpus_hash()


def test_other_settings_or_foreign_folders_are_refused(songs: Path, corpus: Corpus, tmp_path: Path):
    other = TINY_CORPUS.model_copy(update={"n_mels": 12})
    with pytest.raises(CorpusError, match="prepared with other settings"):
        prepare(songs, corpus.path, other)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(CorpusError, match="not empty and not a corpus"):
        prepare(songs, tmp_path / "mine")
    (tmp_path / "file").write_text("x")
    with pytest.raises(CorpusError, match="is a file"):
        prepare(songs, tmp_path / "file")
    with pytest.raises(CorpusError, match="lies inside"):
        prepare(songs, songs / "corpus")


def test_a_full_disk_loses_nothing(songs: Path, tmp_path: Path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        with pytest.raises(CorpusError, match="file too large"):
            prepare(songs, tmp_path / "corpus")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list((tmp_path / "corpus").rglob("*.safetensors*"))
    assert len(prepare(songs, tmp_path / "corpus").recordings) == 4


def test_a_read_only_target_is_explained(songs: Path):
    with as_ordinary_user() as folder:
        write_music(folder / "in" / "a.wav")
        (folder / "out").mkdir()
        (folder / "out").chmod(0o555)
        with pytest.raises(CorpusError, match=r"permission denied.*choose another folder"):
            prepare(folder / "in", folder / "out" / "corpus")
