"""Generated against real music of the same corpus: one table of scores."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict

from riffsmith.corpus import Corpus
from riffsmith.evaluation.bootstrap import DistanceRatio, distance_ratio
from riffsmith.evaluation.coverage import density_coverage
from riffsmith.evaluation.embedding import (
    Embedder,
    EmbeddingCache,
    build_embedder,
    cut_windows,
    embed_audio,
)
from riffsmith.evaluation.fad import frechet_distance
from riffsmith.evaluation.kad import kernel_distance
from riffsmith.evaluation.musicnn import TAG_NAMES, MusicnnEmbedder
from riffsmith.evaluation.passages import Passage, group, read_passages, reconstruct
from riffsmith.evaluation.rhythm import measure_rhythm
from riffsmith.evaluation.sound import check_sound
from riffsmith.evaluation.structure import measure_structure
from riffsmith.evaluation.vendi import relative_variety

EMBEDDERS = ("musicnn", "aisfx")
_DISTANCES = {"kad": kernel_distance, "fad": frechet_distance}
_LONGEST_LAG_SECONDS = 15.0
_STRONGEST_TAGS = 3

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


def evaluate(
    name: str,
    generated: Sequence[Passage],
    corpus: Corpus,
    *,
    seed: int = 0,
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
        cache: Folder of embeddings; none: nothing is kept.
        on_share: Told about the progress.

    Raises:
        CorpusError: The corpus has no recording long enough on one side.
        AudioError: A passage holds samples that are not numbers.
    """
    seconds = sum(len(passage.audio) / passage.sample_rate for passage in generated)
    on_share(0.0, "reading")
    sets = {
        "generated": list(generated),
        "training": read_passages(corpus, "train", seconds),
        "held_out": read_passages(corpus, "held_out", seconds),
    }
    sets["ceiling"] = [reconstruct(passage, corpus) for passage in sets["held_out"]]
    distances: dict[str, DistanceScore] = {}
    measures: dict[str, Measure] = {}
    for number, embedder_name in enumerate(EMBEDDERS):
        on_share(0.1 + 0.4 * number, f"listening with {embedder_name}")
        embedder = build_embedder(embedder_name)
        groups = {key: _embed(passages, embedder, cache) for key, passages in sets.items()}
        for metric, distance in _DISTANCES.items():
            found = distance_ratio(
                distance,
                groups["generated"],
                groups["training"],
                groups["held_out"],
                seed=seed,
            )
            above = distance(np.concatenate(groups["ceiling"]), np.concatenate(groups["held_out"]))
            ceiling = above / max(found.training, found.floor)
            distances[f"{metric}_{embedder_name}"] = _score(found, ceiling)
        measures |= _spread_measures(embedder_name, groups, seed)
        if isinstance(embedder, MusicnnEmbedder):
            measures |= _tag_measures(embedder, sets)
    on_share(0.9, "measuring rhythm, structure and sound")
    measures |= _passage_measures(sets["generated"], sets["training"] + sets["held_out"])
    on_share(1.0, "done")
    return Evaluation(
        name=name,
        corpus_hash=corpus.manifest.corpus_hash(),
        seconds=round(seconds, 3),
        seed=seed,
        distances=distances,
        measures=measures,
    )


Groups = list[Float[np.ndarray, "_ dimension"]]


def _embed(passages: Sequence[Passage], embedder: Embedder, cache: Path | None) -> Groups:
    embed = EmbeddingCache(cache).embed if cache else embed_audio
    vectors = [embed(passage.audio, passage.sample_rate, embedder) for passage in passages]
    return group(passages, vectors)


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


def _tag_measures(embedder: MusicnnEmbedder, sets: dict[str, list[Passage]]) -> dict[str, Measure]:
    """The tags that the training recordings have most: a check of the genre, not of quality."""

    def tags(passages: Sequence[Passage]) -> Float[np.ndarray, "windows 50"]:
        with torch.inference_mode():
            found = [
                embedder.tags(cut_windows(p.audio, p.sample_rate, embedder).contiguous())
                for p in passages
            ]
        return torch.cat(found).numpy()

    generated, real = tags(sets["generated"]), tags(sets["training"])
    strongest = np.argsort(-real.mean(axis=0))[:_STRONGEST_TAGS]
    return {
        f"tag_{TAG_NAMES[index].replace(' ', '_')}": Measure(
            generated=float(generated[:, index].mean()),
            real=float(real[:, index].mean()),
            low=float(np.quantile(real[:, index], 0.05)),
            high=float(np.quantile(real[:, index], 0.95)),
        )
        for index in strongest.tolist()
    }


def _passage_measures(generated: Sequence[Passage], real: Sequence[Passage]) -> dict[str, Measure]:
    ours, theirs = [_figures(p) for p in generated], [_figures(p) for p in real]
    return {name: _measure([f[name] for f in ours], [f[name] for f in theirs]) for name in ours[0]}


def _measure(ours: list[float | None], theirs: list[float | None]) -> Measure:
    known, real = ([v for v in values if v is not None] for values in (ours, theirs))
    return Measure(
        generated=fmean(known) if known else None,
        real=fmean(real) if real else None,
        low=float(np.quantile(real, 0.05)) if real else None,
        high=float(np.quantile(real, 0.95)) if real else None,
    )


def _figures(passage: Passage) -> dict[str, float | None]:
    mono = passage.audio.mean(axis=1)
    rhythm = measure_rhythm(mono, passage.sample_rate)
    structure = measure_structure(mono, passage.sample_rate, _LONGEST_LAG_SECONDS)
    sound = check_sound(passage.audio, passage.sample_rate)
    return {
        "beat_strength": rhythm.beat_strength,
        "tempo_bpm": rhythm.tempo_bpm,
        "tempo_stability": rhythm.tempo_stability,
        "pulse_persistence": rhythm.pulse_persistence,
        "continuity": structure.continuity,
        "relief": structure.relief,
        "loudness_lufs": sound.loudness_lufs,
        "peak_db": sound.peak_db,
        "clipped_share": sound.clipped_share,
        "silence_share": sound.silence_share,
        "dc_offset": sound.dc_offset,
        "bandwidth_hz": sound.bandwidth_hz,
        "stereo_width": sound.stereo_width,
        "clicks": float(sound.clicks),
    }
