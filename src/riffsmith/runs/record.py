"""Beginning a run, or taking one up again."""

import platform
from datetime import UTC, datetime
from pathlib import Path

import torch

from riffsmith import __version__
from riffsmith.config import Settings
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.files import hold
from riffsmith.runs.folder import RunFolder, RunRecord


def create_run(
    run: RunFolder,
    corpus: Corpus,
    settings: Settings,
    preset: str,
    seed: int,
    minutes: float | None = None,
) -> RunRecord:
    """Writes the record of a new run.

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
    record = RunRecord(
        riffsmith=__version__,
        torch=torch.__version__,
        machine=f"{platform.system()} {platform.machine()}, {torch.get_num_threads()} threads",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        preset=preset,
        settings=settings,
        seed=seed,
        minutes=minutes,
        corpus=_place(corpus, run),
        corpus_hash=corpus.manifest.corpus_hash(),
    )
    run.write_record(record)
    return record


def open_run(
    run: RunFolder,
    *,
    epochs: int | None = None,
    minutes: float | None = None,
    corpus: Corpus | None = None,
    monitor: bool | None = None,
) -> tuple[RunRecord, Corpus]:
    """Reads the record of a run and opens its corpus.

    Args:
        run: The run.
        epochs: A new end; the record is changed to it.
        minutes: The same as a time.
        corpus: Where the corpus lies now, if it was moved; the record is changed to it.
        monitor: Whether the watch is on from now; the record is changed to it.

    Raises:
        RunError: There is no run, or it is damaged.
        CorpusError: Its corpus is missing or damaged.
    """
    record = before = run.read_record()
    changes = {"epochs": epochs, "watch": monitor}
    changes = {name: value for name, value in changes.items() if value is not None}
    training = record.settings.training.model_copy(update=changes)
    settings = record.settings.model_copy(update={"training": training})
    record = record.model_copy(update={"settings": settings})
    if epochs is not None:
        record = record.model_copy(update={"minutes": None})
    if minutes is not None:
        record = record.model_copy(update={"minutes": minutes})
    if corpus is not None and corpus.manifest.corpus_hash() == record.corpus_hash:
        record = record.model_copy(update={"corpus": _place(corpus, run)})
    if record != before:
        with hold(run.path, RunError):
            run.write_record(record)
    return record, Corpus(run.path / Path(record.corpus))


def _place(corpus: Corpus, run: RunFolder) -> str:
    """Path of a corpus, relative where it lies within the run and moves with it."""
    home, place = run.path.resolve(), corpus.path.resolve()
    return str(place.relative_to(home) if place.is_relative_to(home) else place)
