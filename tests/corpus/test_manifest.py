import json
import shutil
from pathlib import Path

import pytest
from conftest import tiny_settings
from safetensors import safe_open
from safetensors.torch import save_file

from riffsmith.config import load_preset
from riffsmith.corpus import (
    Corpus,
    Manifest,
    PreparedRecording,
    SurveyEntry,
    prepare_corpus,
    read_manifest,
)
from riffsmith.corpus.shards import shard_name
from riffsmith.errors import CorpusError
from riffsmith.files import parse_checked

TINY_CORPUS = tiny_settings().corpus


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


def test_the_music_has_the_name_that_was_given(songs: Path, tmp_path: Path):
    folder = tmp_path / "corpus"
    manifest = prepare_corpus(songs, folder, TINY_CORPUS, preset="report", name="Mine")
    assert (manifest.genre, manifest.genres) == ("Mine", {"Mine": 4})
    assert manifest.folder == str(songs)


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
    text = json.dumps(parse_checked((corpus.path / "manifest.json").read_bytes()))
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
    values = parse_checked(path.read_bytes())
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
    again = prepare_corpus(songs, tmp_path / "corpus", TINY_CORPUS, preset="report")
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
