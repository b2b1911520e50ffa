"""Features of passages, extracted once and compared many times."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from jaxtyping import Float

from riffsmith.evaluation.embedders.cache import EmbeddingCache
from riffsmith.evaluation.embedders.embedder import Embedder
from riffsmith.evaluation.embedders.embedding import embed_audio
from riffsmith.evaluation.embedders.musicnn import MusicnnEmbedder
from riffsmith.evaluation.measures import (
    DISTANCES,
    STRONGEST_TAGS,
    TAG_MEASURES,
    Measures,
    measure_passage,
    measure_spread,
    window_tags,
)
from riffsmith.evaluation.passages import Passage


@dataclass(frozen=True)
class PassageFeatures:
    """All that the comparison of passages needs.

    Attributes:
        recording: Name of the recording that the passage is part of.
        vectors: Embeddings of its windows (windows, dimension), by the embedder's name.
        measures: Results of `measure_passage`, and the mean probability of each tag.
    """

    recording: str
    vectors: dict[str, Float[np.ndarray, "_ _"]]
    measures: Measures


def extract(
    passage: Passage, embedders: Sequence[Embedder], cache: EmbeddingCache | None = None
) -> PassageFeatures:
    """Embeds and measures a passage.

    Args:
        passage: Passage of 16 s or more.
        embedders: Embedders that compute vectors.
        cache: Cache for the vectors. `None`: they are computed anew.

    Raises:
        AudioError: The passage holds NaN or infinite samples.
        SettingsError: An embedder's result is not what it declares.
    """
    embed = cache.embed if cache else embed_audio
    vectors: dict[str, Float[np.ndarray, "_ _"]] = {}
    measures = measure_passage(passage)
    for embedder in embedders:
        found = embed(passage.audio, passage.sample_rate, embedder)
        vectors[embedder.name] = found
        if isinstance(embedder, MusicnnEmbedder):
            means = window_tags(embedder, [found]).mean(axis=0)
            measures |= zip(TAG_MEASURES, means.tolist(), strict=True)
    return PassageFeatures(passage.recording, vectors, measures)


def choose_measures(real: Sequence[PassageFeatures]) -> frozenset[str]:
    """Names of all measures of passages, without the tags of low probability in real music."""
    means = {name: _mean([each.measures[name] for each in real]) for name in real[0].measures}
    tags = [name for name in means if name.startswith("tag_")]
    weak = sorted(tags, key=lambda name: means[name] or 0.0, reverse=True)[STRONGEST_TAGS:]
    return frozenset(means) - frozenset(weak)


def compare(
    evaluated: Sequence[PassageFeatures], real: Sequence[PassageFeatures], names: frozenset[str]
) -> Measures:
    """Distances and spread of one set beside another, and the means of the first set's measures.

    Args:
        evaluated: Features of the set that is evaluated.
        real: Features of the reference set.
        names: Names of the passages' measures that are averaged.
    """
    result: Measures = {}
    for embedder in real[0].vectors:
        ours, theirs = (
            np.concatenate([each.vectors[embedder] for each in side]) for side in (evaluated, real)
        )
        for metric, distance in DISTANCES.items():
            result[f"{metric}_{embedder}"] = distance(ours, theirs)
        for name, value in measure_spread(ours, theirs, theirs).items():
            result[f"{name}_{embedder}"] = value
    for name in evaluated[0].measures:
        if name in names:
            result[name] = _mean([each.measures[name] for each in evaluated])
    return result


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
