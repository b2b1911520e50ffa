"""Passages as the measures see them: heard once, compared often."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from jaxtyping import Float

from riffsmith.evaluation.embedders.embedding import Embedder, EmbeddingCache, embed_audio
from riffsmith.evaluation.embedders.musicnn import MusicnnEmbedder
from riffsmith.evaluation.measures import (
    DISTANCES,
    STRONGEST_TAGS,
    TAG_MEASURES,
    Figures,
    passage_figures,
    spread_figures,
    window_tags,
)
from riffsmith.evaluation.passages import Passage


@dataclass(frozen=True)
class PassageFeatures:
    """What remains of a passage.

    Attributes:
        recording: Where it is from.
        vectors: Of its windows (windows, dimension), by embedder.
        figures: As `passage_figures`, and the mean probability of each tag.
    """

    recording: str
    vectors: dict[str, Float[np.ndarray, "_ _"]]
    figures: Figures


def extract(
    passage: Passage, embedders: Sequence[Embedder], cache: EmbeddingCache | None = None
) -> PassageFeatures:
    """Embeds and measures a passage.

    Raises:
        AudioError: It holds samples that are not numbers.
        SettingsError: An embedder gives something else than it promises.
    """
    embed = cache.embed if cache else embed_audio
    vectors: dict[str, Float[np.ndarray, "_ _"]] = {}
    figures = passage_figures(passage)
    for embedder in embedders:
        found = embed(passage.audio, passage.sample_rate, embedder)
        vectors[embedder.name] = found
        if isinstance(embedder, MusicnnEmbedder):
            means = window_tags(embedder, [found]).mean(axis=0)
            figures |= zip(TAG_MEASURES, means.tolist(), strict=True)
    return PassageFeatures(passage.recording, vectors, figures)


def strongest_figures(real: Sequence[PassageFeatures]) -> frozenset[str]:
    """The names of all figures but the tags that real music has little of."""
    means = {name: _mean([each.figures[name] for each in real]) for name in real[0].figures}
    tags = [name for name in means if name.startswith("tag_")]
    weak = sorted(tags, key=lambda name: means[name] or 0.0, reverse=True)[STRONGEST_TAGS:]
    return frozenset(means) - frozenset(weak)


def compare(
    found: Sequence[PassageFeatures], real: Sequence[PassageFeatures], names: frozenset[str]
) -> Figures:
    """Distances and spread of one set beside another, and the set's own mean figures.

    Args:
        found: What is judged.
        real: The reference set.
        names: Which of the passages' figures to average.
    """
    result: Figures = {}
    for embedder in real[0].vectors:
        ours, theirs = (
            np.concatenate([each.vectors[embedder] for each in side]) for side in (found, real)
        )
        for metric, distance in DISTANCES.items():
            result[f"{metric}_{embedder}"] = distance(ours, theirs)
        for name, value in spread_figures(ours, theirs).items():
            result[f"{name}_{embedder}"] = value
    for name in found[0].figures:
        if name in names:
            result[name] = _mean([each.figures[name] for each in found])
    return result


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
