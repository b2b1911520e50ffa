"""What a clip is compared with: a corpus, the corpus of a run, or the index of a bundle."""

import shutil
from pathlib import Path

import pytest

from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError, ModelError
from riffsmith.pipeline import originality
from riffsmith.pipeline.originality import add_index, open_check, open_check_of
from riffsmith.runs import RunFolder, RunRecord


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The corpora and indexes that checks were opened with."""
    found: list[object] = []

    def open_(source: object, *_: object) -> None:
        found.append(source.path if isinstance(source, Corpus) else source)

    monkeypatch.setattr(originality, "OriginalityCheck", open_)
    monkeypatch.setattr(originality, "read_index", lambda folder: f"index of {folder.name}")
    return found


def test_a_run_has_its_corpus_and_a_bundle_its_index(
    started: tuple[RunFolder, RunRecord],
    corpus: Corpus,
    latent_bundle: Path,
    opened: list[object],
    monkeypatch: pytest.MonkeyPatch,
):
    run, record = started
    open_check(str(run.path))
    open_check_of(str(corpus.path))
    assert opened == [corpus.path, corpus.path]
    run.write_record(record.model_copy(update={"corpus_hash": "of then"}))
    notes: list[str] = []
    open_check(str(run.path), on_notice=notes.append)
    assert f"{corpus.path} has changed since this run was started" in notes[0]
    opened.pop()
    shutil.copytree(latent_bundle, run.snapshot(2))
    run.write_record(record.model_copy(update={"corpus": "/nowhere"}))
    open_check(str(run.path))
    open_check_of(str(latent_bundle))
    open_check_of("metal")
    assert opened[2:] == ["index of epoch-0002", f"index of {latent_bundle.name}", "index of metal"]
    with pytest.raises(ModelError, match="no run folder, bundle or shipped model 'nobody'"):
        open_check("nobody")
    with pytest.raises(CorpusError, match="nobody is missing"):
        open_check_of("nobody")


def test_why_a_bundle_gets_no_index(
    started: tuple[RunFolder, RunRecord], latent_bundle: Path, monkeypatch: pytest.MonkeyPatch
):
    run, _ = started
    assert add_index(str(latent_bundle), latent_bundle) == (
        "the recordings that it was trained on are not at hand"
    )

    def refuse(*_: object) -> None:
        raise CorpusError("too little is held out")

    monkeypatch.setattr(originality, "write_index", refuse)
    assert add_index(str(run.path), run.path) == "too little is held out"
    monkeypatch.setattr(originality, "has_index", lambda folder: True)
    assert add_index(str(run.path), run.path) is None
