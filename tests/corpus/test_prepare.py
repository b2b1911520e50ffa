import json
import os
import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from conftest import as_ordinary_user, make_music, tiny_settings, write_music
from safetensors import safe_open
from safetensors.torch import save_file

from riffsmith.config import load_preset
from riffsmith.corpus import (
    Corpus,
    Manifest,
    PreparedRecording,
    SurveyEntry,
    estimate_training_segments,
    export_pt,
    is_corpus,
    prepare_corpus,
    read_manifest,
)
from riffsmith.corpus.shards import shard_name
from riffsmith.errors import CorpusError
from riffsmith.features import MelTransform

TINY_CORPUS = tiny_settings().corpus


def prepare(folder: Path, corpus: Path, settings=TINY_CORPUS, **options):
    return prepare_corpus(folder, corpus, settings, preset="report", **options)


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
    manifest = prepare(tmp_path / "in", tmp_path / "corpus")
    assert manifest.recordings[0].segments == segments


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


def test_the_manifest_records_where_everything_came_from(corpus: Corpus, songs: Path):
    manifest = read_manifest(corpus.path)
    assert manifest.folder == str(songs)
    assert manifest.genre == songs.name
    assert manifest.settings == TINY_CORPUS
    assert {r.source.encoding for r in manifest.recordings} == {
        "WAV PCM_16",
        "FLAC PCM_16",
        "OGG VORBIS",
    }
    assert len({r.source.content_hash for r in manifest.recordings}) == 4
    assert len(manifest.corpus_hash()) == 16


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


def test_an_unfinished_corpus_goes_on(songs: Path, corpus: Corpus, tmp_path: Path):
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


def test_a_damaged_manifest_is_made_anew(songs: Path, corpus: Corpus, tmp_path: Path):
    shutil.copytree(corpus.path, tmp_path / "corpus")
    (tmp_path / "corpus" / "manifest.json").write_text("{")
    (tmp_path / "corpus" / ".manifest.json.partial").write_text("{")
    again = prepare(songs, tmp_path / "corpus")
    assert again.corpus_hash() == corpus.manifest.corpus_hash()


def test_stereo_is_kept_when_asked(tmp_path: Path):
    audio = np.stack([make_music(3, 8000)[:, 0], make_music(3, 8000, seed=1)[:, 0]], axis=1)
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "a.wav", audio, 8000)
    settings = TINY_CORPUS.model_copy(update={"channels": "keep"})
    prepare(tmp_path / "in", tmp_path / "corpus", settings)
    corpus = Corpus(tmp_path / "corpus")
    assert corpus.train.batch([0]).shape == (1, 2, 16, 63)
    stored = corpus.audio(corpus.manifest.recordings[0], 0, 3).numpy()
    assert np.abs(stored - audio).max() < 1e-4


def test_audio_above_full_scale_is_turned_down_not_clipped(tmp_path: Path):
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


def test_the_layout_of_the_report(songs: Path, corpus: Corpus, tmp_path: Path):
    assert export_pt(corpus, tmp_path / "pt") == 16
    names = sorted(path.name for path in (tmp_path / "pt").iterdir())
    assert names[0] == f"{songs.name}.00000_000.pt"
    tensor = torch.load(tmp_path / "pt" / names[0], weights_only=True)
    assert tensor.shape == (16, 63)
    assert torch.equal(
        tensor, corpus.shard(corpus.manifest.recordings[0]).picture(0, augmented=False)[0]
    )


def test_equal_stems_get_names_of_their_own(tmp_path: Path):
    for seed, name in enumerate(("x/ex.00000.wav", "y/ex.00000.wav", "song.wav")):
        write_music(tmp_path / "ex" / name, 2.0, seed=seed)
    prepare(tmp_path / "ex", tmp_path / "corpus")
    assert export_pt(Corpus(tmp_path / "corpus"), tmp_path / "pt") == 6
    assert len(list((tmp_path / "pt").iterdir())) == 6


def test_gtzan_names_are_kept(tmp_path: Path):
    write_music(tmp_path / "metal" / "metal.00042.wav", 2.0)
    prepare(tmp_path / "metal", tmp_path / "corpus")
    export_pt(Corpus(tmp_path / "corpus"), tmp_path / "pt")
    names = sorted(path.name for path in (tmp_path / "pt").iterdir())
    assert names == ["metal.00042_000.pt", "metal.00042_001.pt"]


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"version": 1', '"version": 9'), "corpus format 9"),
        (lambda text: text[: len(text) // 2], "is damaged"),
        (lambda text: text.replace('"low_db"', '"lowest"'), "is damaged"),
        (lambda text: "[]", "corpus format None"),
    ],
)
def test_other_versions_and_damage_are_named(corpus: Corpus, tmp_path: Path, change, message: str):
    text = (corpus.path / "manifest.json").read_text()
    (tmp_path / "manifest.json").write_text(change(text))
    with pytest.raises(CorpusError, match=message):
        Corpus(tmp_path)


def without_codes(entry: dict[str, object]) -> dict[str, object]:
    """An entry as it was written before there were codes."""
    kept = {key: value for key, value in entry.items() if key not in ("refusal", "flaws")}
    return {**kept, "reason": entry["reason"] or ""}


def test_a_corpus_from_before_there_were_codes_opens(songs: Path, corpus: Corpus, tmp_path: Path):
    shutil.copytree(corpus.path, tmp_path / "corpus")
    path = tmp_path / "corpus" / "manifest.json"
    values = json.loads(path.read_text())
    for recording in values["recordings"]:
        recording["source"] = without_codes(recording["source"]) | {"warnings": ["clipped: a lot"]}
        shard = tmp_path / "corpus" / "shards" / recording["shard"]
        with safe_open(shard, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        save_file(tensors, shard, metadata={"entry": json.dumps(recording["source"])})
    values["skipped"] = [{"path": "b.wav", "usable": False, "reason": "silent", "warnings": []}]
    path.write_text(json.dumps(values))
    opened = Corpus(tmp_path / "corpus")
    assert opened.manifest.corpus_hash() == corpus.manifest.corpus_hash()
    assert [entry.reason for entry in opened.manifest.skipped] == ["silent"]
    for recording in opened.manifest.recordings:
        assert recording.source.warnings == ("clipped: a lot",)
        assert opened.shard(recording).entry == recording.source
    again = prepare(songs, tmp_path / "corpus")
    assert again.recordings == opened.manifest.recordings


def test_names_of_shards_and_hashes_of_corpora_are_a_format(tmp_path: Path):
    (tmp_path / "a.wav").write_bytes(b"any bytes")
    report, latent = (load_preset(name).corpus for name in ("report", "latent"))
    assert shard_name(tmp_path / "a.wav", report) == "d7543d74e8dacddc64f66b1e.safetensors"
    assert shard_name(tmp_path / "a.wav", latent) == "823c6d60233cfbd64f1639c2.safetensors"
    entry = SurveyEntry(path="a.wav", content_hash="00ff")
    recording = PreparedRecording(source=entry, shard="a", segments=1, split="train")
    values = {"riffsmith": "", "created": "", "folder": "", "genre": "", "genres": {}, "preset": ""}
    manifest = Manifest(
        **values, settings=report, low_db=0, high_db=0, recordings=(recording,), skipped=()
    )
    assert manifest.corpus_hash() == "9b41596cdcf1fbb7"


def test_a_corpus_of_audio_has_no_pictures_to_export(corpus: Corpus, tmp_path: Path):
    values = json.loads((corpus.path / "manifest.json").read_text())
    values["settings"]["store"] = "audio"
    (tmp_path / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(CorpusError, match="stores audio and no pictures: prepare the recordings"):
        export_pt(Corpus(tmp_path), tmp_path / "pt")


def test_a_missing_or_damaged_shard_is_named(corpus: Corpus, tmp_path: Path):
    shutil.copytree(corpus.path, tmp_path / "corpus")
    for shard in (tmp_path / "corpus" / "shards").iterdir():
        shard.write_bytes(shard.read_bytes()[:5000])
    with pytest.raises(CorpusError, match="missing or damaged .*prepare the corpus again"):
        Corpus(tmp_path / "corpus").train.batch([0])


def test_a_full_disk_loses_nothing(songs: Path, tmp_path: Path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        with pytest.raises(CorpusError, match="file too large"):
            prepare(songs, tmp_path / "corpus")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list((tmp_path / "corpus" / "shards").iterdir())
    assert len(prepare(songs, tmp_path / "corpus").recordings) == 4


def test_a_read_only_target_is_explained(songs: Path):
    with as_ordinary_user() as folder:
        write_music(folder / "in" / "a.wav")
        (folder / "out").mkdir()
        (folder / "out").chmod(0o555)
        with pytest.raises(CorpusError, match=r"permission denied.*choose another folder"):
            prepare(folder / "in", folder / "out" / "corpus")


def test_an_hour_opens_at_once_and_reads_at_random(corpus: Corpus, tmp_path: Path):
    """Opening reads the manifest alone: no shard is touched before it is asked for."""
    manifest = json.loads((corpus.path / "manifest.json").read_text())
    manifest["recordings"] *= 30  # 120 recordings
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    opened = Corpus(tmp_path)
    assert len(opened.train) == 360
    assert not (tmp_path / "shards").exists()


def test_plans_count_like_the_preparation(corpus: Corpus):
    lengths = [recording.source.seconds for recording in corpus.manifest.recordings]
    assert estimate_training_segments(lengths, TINY_CORPUS) == len(corpus.train)
    assert estimate_training_segments(lengths[:1], TINY_CORPUS) == 4
    assert estimate_training_segments([0.5], TINY_CORPUS) == 0
