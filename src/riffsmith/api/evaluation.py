"""Evaluation of a model."""

from collections.abc import Callable, Sequence
from pathlib import Path

from riffsmith.api.model import Model
from riffsmith.bundle import as_model
from riffsmith.corpus import Corpus
from riffsmith.errors import SettingsError
from riffsmith.evaluation import (
    CACHE_FOLDER,
    Evaluation,
    evaluate as evaluate_passages,
    load_embedders,
)
from riffsmith.pipeline.subjects import open_subject, play_subject

_GENERATING = 0.3
"""About the fraction of the time that generating takes."""


def evaluate(
    model: str | Path | Model,
    corpus: str | Path | Corpus,
    *,
    seconds: float | None = None,
    seed: int = 0,
    snapshot: int | None = None,
    embedders: str | Sequence[str] = (),
    on_progress: Callable[[float], None] = lambda progress: None,
) -> Evaluation:
    """Compares a model, or a folder of audio files, with the held-out music of a corpus.

    Args:
        model: Run folder, bundle folder, name of a shipped model, folder of audio files, or a
            model that is open. The text `metal` is always the shipped model.
        corpus: Prepared corpus with held-out recordings.
        seconds: Audio to generate, in clips of 30 s, or shorter ones where the corpus's
            recordings are shorter. `None`: 300 s.
        seed: Seed of the generated clips and of the resampling.
        snapshot: Number of a run's snapshot. `None`: the best.
        embedders: Embedders of your own beside the built-in ones, as `package.module:name`.
        on_progress: Called with the progress from 0 to 1.

    Returns:
        The scores. `summary` has the grade and its reason; `distances` and `measures` have the
        numbers by name, with intervals; `model_dump_json` writes all of them.

    Raises:
        SettingsError: A value is out of range or belongs to another kind of subject.
        ModelError: There is no such model, or its sample rate or channels are not the corpus's.
        CorpusError: A side of the split has no recording of 5 s, or no file of the folder is so
            long.
        AudioError: A file of the folder cannot be read.
    """
    opened = corpus if isinstance(corpus, Corpus) else Corpus(Path(corpus))
    networks = load_embedders([embedders] if isinstance(embedders, str) else embedders)

    def on_generated(progress: float) -> None:
        on_progress(_GENERATING * progress)

    if isinstance(model, Model):
        if snapshot is not None:
            raise SettingsError("snapshot belongs to a run, and this model is open: leave it out")
        name = f"model of preset {model.card.preset}, {model.card.snapshot}"
        subject = play_subject(model.bundle, name, opened, seconds, seed, on_generated)
    else:
        name = as_model(model) if isinstance(model, Path) else model
        subject = open_subject(name, opened, seconds, seed, snapshot, on_generated)
    return evaluate_passages(
        name,
        subject.passages,
        opened,
        seed=seed,
        embedders=networks,
        cache=opened.path / CACHE_FOLDER,
        reconstruct=subject.reconstruct,
        trained_on=subject.trained_on,
        on_progress=lambda progress, _: on_progress(_GENERATING + (1 - _GENERATING) * progress),
    )
