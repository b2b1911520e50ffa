"""Creation of a run, and opening it again."""

import platform
from collections.abc import Mapping
from datetime import UTC, datetime

import torch

from riffsmith import __version__
from riffsmith.config import Settings
from riffsmith.corpus import Corpus, compare_manifests, is_corpus
from riffsmith.errors import CorpusError, RunError
from riffsmith.files import hold
from riffsmith.parallel import count_split_threads
from riffsmith.runs.folder import RunFolder
from riffsmith.runs.record import RunRecord
from riffsmith.terminal import quote_path


def create_run(
    run: RunFolder,
    corpus: Corpus,
    settings: Settings,
    preset: str,
    seed: int,
    minutes: float | None = None,
    credit: str | None = None,
) -> RunRecord:
    """Writes the record of a new run.

    Args:
        run: Folder of the run.
        corpus: Prepared corpus to train on.
        settings: Settings of the system.
        preset: Name of the preset that the settings come from.
        seed: Seed of all random draws.
        minutes: Time to train. `None`: as many epochs or steps as the settings say.
        credit: Who made the recordings, and under which licences. `None`: it is not stated.

    Raises:
        RunError: There is a run already, the settings are not the corpus's, or writing fails.
    """
    if run.exists():
        raise RunError(
            f"{run.path} already holds a run: add --resume to go on with it, or name another folder"
        )
    if settings.corpus != corpus.manifest.settings:
        raise RunError(
            f"{corpus.path} was prepared for other settings (preset {corpus.manifest.preset}): "
            f"prepare a corpus with --preset {preset} and the same --config.corpus values"
        )
    threads = settings.training.threads or count_split_threads()
    record = RunRecord(
        riffsmith=__version__,
        torch=torch.__version__,
        machine=f"{platform.system()} {platform.machine()}, {threads} threads",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        preset=preset,
        settings=settings,
        seed=seed,
        minutes=minutes,
        corpus=_path_of_corpus(corpus, run),
        corpus_hash=corpus.manifest.corpus_hash(),
        credit=credit,
    )
    run.write_record(record)
    return record


def open_run(
    run: RunFolder,
    *,
    training: Mapping[str, object] | None = None,
    minutes: float | None = None,
    corpus: Corpus | None = None,
    credit: str | None = None,
) -> tuple[RunRecord, Corpus]:
    """Reads the record of a run and opens its corpus.

    Args:
        run: Folder of the run.
        training: Training settings to change, such as `epochs`, `steps` or `monitor`; the record
            is changed too.
        minutes: New time to train. `None`: unchanged, unless a new number of epochs or steps is
            given, which replaces it.
        corpus: The corpus at its present path, if it was moved; the record is changed too.
        credit: New credit of the recordings. `None`: unchanged.

    Raises:
        RunError: There is no run, it is damaged, or `corpus` is not the one that it was started
            with.
        CorpusError: Its corpus is missing or damaged.
    """
    record = before = run.read_record()
    changes = dict(training or {})
    if changes:
        changed = record.settings.training.model_copy(update=changes)
        settings = record.settings.model_copy(update={"training": changed})
        record = record.model_copy(update={"settings": settings})
    if changes.keys() & {"epochs", "steps"}:
        record = record.model_copy(update={"minutes": None})
    if minutes is not None:
        record = record.model_copy(update={"minutes": minutes})
    if corpus is not None:
        _refuse_other_corpus(corpus, run, record)
        record = record.model_copy(update={"corpus": _path_of_corpus(corpus, run)})
    if credit is not None:
        record = record.model_copy(update={"credit": credit})
    if record != before:
        with hold(run.path, RunError):
            run.write_record(record)
    found = run.path / record.corpus
    if not found.exists():
        raise CorpusError(
            f"the corpus of {run.path}, {found}, is not there: if it has been moved, name its new "
            f"path with `riffsmith report {quote_path(run.path)} --corpus CORPUS`, or else prepare "
            "it again from the same recordings"
        )
    return record, Corpus(found)


def _refuse_other_corpus(corpus: Corpus, run: RunFolder, record: RunRecord) -> None:
    """Refuses a corpus that a run was not started with.

    Raises:
        RunError: It is another corpus, or has changed.
    """
    if corpus.manifest.corpus_hash() == record.corpus_hash:
        return
    anew = f"start a new run with it: riffsmith train {quote_path(corpus.path)} NEW_RUN"
    own = run.path / record.corpus
    if own.resolve() == corpus.path.resolve() or not is_corpus(own):
        raise RunError(
            f"{corpus.path} has changed since {run.path} was started, or is another corpus: prepare"
            f" it again from the recordings of then to go on with the run, or {anew}"
        )
    changes = compare_manifests(Corpus(own).manifest, corpus.manifest)
    found = changes.text or "its split or its settings differ"
    raise RunError(
        f"{corpus.path} is not the corpus that {run.path} was started with ({found}): name {own} "
        f"to go on with the run, or {anew}"
    )


def _path_of_corpus(corpus: Corpus, run: RunFolder) -> str:
    """Path of a corpus, relative where it lies within the run and moves with it."""
    home, path = run.path.resolve(), corpus.path.resolve()
    return str(path.relative_to(home) if path.is_relative_to(home) else path)
