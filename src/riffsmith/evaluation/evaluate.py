"""Generated against real music of the same corpus: one table of scores."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict

from riffsmith.corpus import Corpus
from riffsmith.evaluation.embedders.embedding import (
    Embedder,
    EmbeddingCache,
    build_embedders,
    embed_audio,
)
from riffsmith.evaluation.embedders.musicnn import MusicnnEmbedder
from riffsmith.evaluation.measures import (
    DISTANCES,
    STRONGEST_TAGS,
    TAG_MEASURES,
    passage_figures,
    window_tags,
)
from riffsmith.evaluation.metrics.bootstrap import DistanceRatio, distance_ratio
from riffsmith.evaluation.metrics.coverage import density_coverage
from riffsmith.evaluation.metrics.vendi import relative_variety
from riffsmith.evaluation.passages import Passage, group, read_passages, reconstruct as invert
from riffsmith.parallel import map_ordered

CACHE_FOLDER = Path("cache") / "embeddings"
"""Below a corpus: where the embeddings of its own passages are kept."""

OnShare = Callable[[float, str], None]
"""Called with the share done and what is being done."""


class DistanceScore(BaseModel):
    """Distance to real: 1 is as near to the held-out music as the training recordings are."""

    model_config = ConfigDict(frozen=True)

    ratio: float
    low: float
    high: float
    """95 % interval by bootstrap over recordings."""
    generated: float
    """d(generated, held-out)."""
    training: float
    """d(training recordings, held-out)."""
    is_floored: bool
    """The denominator was too small to be told from zero: the ratio understates."""
    ceiling: float
    """The ratio of the held-out music itself after the system's transform and inversion."""


class Measure(BaseModel):
    """A figure of generated music beside the same of real music."""

    model_config = ConfigDict(frozen=True)

    generated: float | None
    real: float | None
    low: float | None = None
    high: float | None = None
    """Where single passages of real music lie (5th to 95th percentile)."""


class Evaluation(BaseModel):
    """What `riffsmith evaluate` prints."""

    model_config = ConfigDict(frozen=True)

    name: str
    corpus_hash: str
    seconds: float
    seed: int
    distances: dict[str, DistanceScore]
    measures: dict[str, Measure]
    notes: tuple[str, ...] = ()
    """What else there is to say, such as why embeddings could not be kept."""


def evaluate(
    name: str,
    generated: Sequence[Passage],
    corpus: Corpus,
    *,
    seed: int = 0,
    embedders: Sequence[Embedder] | None = None,
    reconstruct: Callable[[Passage], Passage] | None = None,
    cache: Path | None = None,
    on_share: OnShare = lambda share, doing: None,
) -> Evaluation:
    """Scores generated passages against a corpus.

    As many seconds of training and of held-out recordings are taken as there are generated ones.
    Embeddings are of loudness-normalised windows (see `embed_audio`).

    Args:
        name: What is judged.
        generated: Clips of 30 s, each a group of its own in the bootstrap.
        corpus: With training and held-out recordings.
        seed: Of the resampling.
        embedders: Whose distances are taken; none: the built-in ones.
        reconstruct: What the system makes of a real passage at best, for the ceiling, called in
            several threads at once; none: the corpus's transform and its inversion.
        cache: Folder for the embeddings of the corpus's passages; none: nothing is kept. Where
            it cannot be written, the notes say so.
        on_share: Told about the progress.

    Raises:
        CorpusError: The corpus has no recording long enough on one side.
        AudioError: A passage holds samples that are not numbers.
        SettingsError: An embedder gives something else than it promises.
    """
    seconds = sum(len(passage.audio) / passage.sample_rate for passage in generated)
    on_share(0.0, "reading")
    real = {
        "training": read_passages(corpus, "train", seconds),
        "held_out": read_passages(corpus, "held_out", seconds),
    }
    on_share(0.05, "playing the held-out music for the ceiling")
    play = reconstruct or (lambda passage: invert(passage, corpus))
    made = {"generated": generated, "ceiling": list(map_ordered(play, real["held_out"]))}
    kept = EmbeddingCache(cache) if cache else None
    judges = embedders or build_embedders()
    distances: dict[str, DistanceScore] = {}
    measures: dict[str, Measure] = {}
    for number, embedder in enumerate(judges):
        on_share(0.3 + 0.6 * number / len(judges), f"listening with {embedder.name}")
        groups = {key: _embed(passages, embedder, kept) for key, passages in real.items()}
        groups |= {key: _embed(passages, embedder, None) for key, passages in made.items()}
        distances |= _distance_scores(embedder.name, groups, seed)
        measures |= _spread_measures(embedder.name, groups, seed)
        if isinstance(embedder, MusicnnEmbedder):
            measures |= _tag_measures(embedder, groups)
    on_share(0.9, "measuring rhythm, structure and sound")
    measures |= _passage_measures(made["generated"], real["training"] + real["held_out"])
    on_share(1.0, "done")
    return Evaluation(
        name=name,
        corpus_hash=corpus.manifest.corpus_hash(),
        seconds=round(seconds, 3),
        seed=seed,
        distances=distances,
        measures=measures,
        notes=(kept.failure,) if kept and kept.failure else (),
    )


Groups = list[Float[np.ndarray, "_ dimension"]]


def _embed(passages: Sequence[Passage], embedder: Embedder, cache: EmbeddingCache | None) -> Groups:
    embed = cache.embed if cache else embed_audio
    vectors = map_ordered(lambda p: embed(p.audio, p.sample_rate, embedder), passages)
    return group(passages, list(vectors))


def _distance_scores(
    embedder: str, groups: dict[str, Groups], seed: int
) -> dict[str, DistanceScore]:
    generated, training, held_out = (groups[key] for key in ("generated", "training", "held_out"))
    scores: dict[str, DistanceScore] = {}
    for metric, distance in DISTANCES.items():
        found = distance_ratio(distance, generated, training, held_out, seed=seed)
        above = distance(np.concatenate(groups["ceiling"]), np.concatenate(held_out))
        ceiling = above / max(found.training, found.floor)
        scores[f"{metric}_{embedder}"] = _score(found, ceiling)
    return scores


def _score(found: DistanceRatio, ceiling: float) -> DistanceScore:
    return DistanceScore(
        ratio=found.ratio.value,
        low=found.ratio.low,
        high=found.ratio.high,
        generated=found.generated,
        training=found.training,
        is_floored=found.is_floored,
        ceiling=ceiling,
    )


def _spread_measures(embedder: str, groups: dict[str, Groups], seed: int) -> dict[str, Measure]:
    generated, training, held_out = (
        np.concatenate(groups[key]) for key in ("generated", "training", "held_out")
    )
    ours = density_coverage(generated, held_out)
    theirs = density_coverage(training, held_out)
    return {
        f"density_{embedder}": Measure(generated=ours.density, real=theirs.density),
        f"coverage_{embedder}": Measure(generated=ours.coverage, real=theirs.coverage),
        f"variety_{embedder}": Measure(
            generated=relative_variety(generated, training, seed), real=1.0
        ),
    }


def _tag_measures(embedder: MusicnnEmbedder, groups: dict[str, Groups]) -> dict[str, Measure]:
    """The tags that the training recordings have most: a check of the genre, not of quality."""
    generated, real = (window_tags(embedder, groups[key]) for key in ("generated", "training"))
    strongest = np.argsort(-real.mean(axis=0))[:STRONGEST_TAGS]
    return {
        TAG_MEASURES[index]: Measure(
            generated=float(generated[:, index].mean()),
            real=float(real[:, index].mean()),
            low=float(np.quantile(real[:, index], 0.05)),
            high=float(np.quantile(real[:, index], 0.95)),
        )
        for index in strongest.tolist()
    }


def _passage_measures(generated: Sequence[Passage], real: Sequence[Passage]) -> dict[str, Measure]:
    ours, theirs = (list(map_ordered(passage_figures, passages)) for passages in (generated, real))
    return {name: _measure([f[name] for f in ours], [f[name] for f in theirs]) for name in ours[0]}


def _measure(ours: list[float | None], theirs: list[float | None]) -> Measure:
    known, real = ([v for v in values if v is not None] for values in (ours, theirs))
    return Measure(
        generated=fmean(known) if known else None,
        real=fmean(real) if real else None,
        low=float(np.quantile(real, 0.05)) if real else None,
        high=float(np.quantile(real, 0.95)) if real else None,
    )
