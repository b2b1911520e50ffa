import json
from pathlib import Path

import pytest
import torch
from conftest import tiny_settings, write_music

from riffsmith.corpus import Corpus, export_pt, prepare_corpus
from riffsmith.errors import CorpusError
from riffsmith.files import parse_checked

TINY_CORPUS = tiny_settings().corpus


def prepare(folder: Path, corpus: Path, settings=TINY_CORPUS, **options):
    return prepare_corpus(folder, corpus, settings, preset="report", **options)


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


def test_a_corpus_of_audio_has_no_pictures_to_export(corpus: Corpus, tmp_path: Path):
    values = parse_checked((corpus.path / "manifest.json").read_bytes())
    values["settings"]["store"] = "audio"
    (tmp_path / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(CorpusError, match="stores audio and no pictures: prepare the recordings"):
        export_pt(Corpus(tmp_path), tmp_path / "pt")
