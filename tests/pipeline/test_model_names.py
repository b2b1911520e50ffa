"""The name of a shipped model, and a folder of that name."""

from pathlib import Path

import pytest
from conftest import write_music

import riffsmith
from riffsmith.bundle import as_model
from riffsmith.config import LatentSettings, load_preset
from riffsmith.corpus import Corpus
from riffsmith.errors import ModelError
from riffsmith.pipeline import originality, subjects
from riffsmith.pipeline.model_list import list_models
from riffsmith.pipeline.models import find_bundle, open_model
from riffsmith.training.latent import base

NOTE = "metal is the shipped model; the folder of that name is ./metal"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with subfolders that are named as shipped models are."""
    for name in ("base", "metal"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refuse(*_: object) -> None:
    raise ModelError("the shipped one")


def test_a_name_is_the_shipped_model_and_a_path_the_folder():
    notes: list[str] = []
    with find_bundle("metal", on_notice=notes.append) as found:
        assert found.name == "metal"
        assert found.is_absolute()
    assert not notes  # the folder is no model, so nobody means it
    with pytest.raises(ModelError, match="metal is neither a run folder nor a bundle"):
        riffsmith.load(Path("metal"))
    Path("metal/card.json").write_text("{}")
    with find_bundle("metal", on_notice=notes.append) as found:
        assert found.is_absolute()
    assert notes == [NOTE]
    with find_bundle("./metal", on_notice=notes.append) as found:
        assert found == Path("metal")
    assert notes == [NOTE]
    assert [model.name for model in list_models(Path())][2:] == ["./metal"]
    assert as_model(Path("run")) == "run"
    with pytest.raises(ModelError, match="--snapshot needs a run folder, 'metal' is a shipped"):
        open_model("metal", 3)


def test_a_folder_of_songs_does_not_hide_a_model_from_evaluate(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    write_music(Path("metal/song.wav"), 1)
    monkeypatch.setattr(subjects, "open_model", refuse)
    notes: list[str] = []
    with pytest.raises(ModelError, match="the shipped one"):
        subjects.open_subject("metal", corpus, None, 0, on_notice=notes.append)
    assert notes == [NOTE]


def test_a_corpus_does_not_hide_a_model_from_the_search_for_copies(
    monkeypatch: pytest.MonkeyPatch,
):
    Path("metal/manifest.json").write_text("{}")
    monkeypatch.setattr(originality, "read_index", refuse)
    notes: list[str] = []
    with pytest.raises(ModelError, match="the shipped one"):
        originality.open_check_of("metal", on_notice=notes.append)
    assert notes == [NOTE]
    Path("metal/run.json").write_text("{}")  # now it is a run, which is not read
    with pytest.raises(ModelError, match="the shipped one"):
        originality.open_check("metal", on_notice=notes.append)
    assert notes == [NOTE, NOTE]


def test_a_folder_does_not_hide_the_base_of_a_training(monkeypatch: pytest.MonkeyPatch):
    Path("base/card.json").write_text("{}")
    monkeypatch.setattr(base, "load_shipped", refuse)
    settings = load_preset("latent")
    assert isinstance(settings, LatentSettings)
    with pytest.raises(ModelError, match="the shipped one"):
        base.open_base(settings)
