"""Comparison of generated music with real music of the same corpus: one table of scores."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, computed_field

from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError
from riffsmith.evaluation.embedders.cache import EmbeddingCache
from riffsmith.evaluation.embedders.embedder import Embedder, build_embedders
from riffsmith.evaluation.embedders.embedding import embed_audio, mix_to_mono
from riffsmith.evaluation.embedders.musicnn import MusicnnEmbedder
from riffsmith.evaluation.measures import (
    DISTANCES,
    STRONGEST_TAGS,
    TAG_MEASURES,
    measure_passage,
    measure_spread,
    window_tags,
)
from riffsmith.evaluation.metrics.bootstrap import DistanceRatio, distance_ratio
from riffsmith.evaluation.metrics.coverage import NEIGHBOURS
from riffsmith.evaluation.metrics.note_f1 import note_f1
from riffsmith.evaluation.passages import (
    Passage,
    group,
    passage_seconds,
    read_passages,
    reconstruct as invert,
)
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.evaluation.summary import Summary, summarise
from riffsmith.parallel import map_ordered
from riffsmith.transcription.transcribe import transcribe

_RESAMPLES = 200
"""How often recordings are drawn for the intervals."""
CACHE_FOLDER = Path("cache") / "embeddings"
"""Folder below a corpus that keeps the embeddings of the corpus's own passages."""

OnProgress = Callable[[float, str], None]
"""Called with the fraction of the work that is done, from 0 to 1, and a name of what is next."""


class DistanceScore(BaseModel):
    """Distance to real music: 1 is as near to held-out music as the training recordings are."""

    model_config = ConfigDict(frozen=True)

    ratio: float
    """d(generated, held-out) / d(training, held-out)."""
    low: float
    """Lower end of the ratio's 95 % interval by bootstrap over recordings."""
    high: float
    """Upper end of that interval."""
    generated: float
    """d(generated, held-out)."""
    training: float
    """d(training, held-out)."""
    is_floored: bool
    """Whether the denominator was too near to zero and was replaced; the ratio is then too low."""
    ceiling: float
    """Ratio of the held-out music itself after the system's transform and inversion."""


class Measure(BaseModel):
    """A measure of generated music beside the same measure of real music."""

    model_config = ConfigDict(frozen=True)

    generated: float | None
    real: float | None
    low: float | None = None
    """5th percentile of single passages of real music; `None` where there is none."""
    high: float | None = None
    """95th percentile of single passages of real music; `None` where there is none."""


class Evaluation(BaseModel):
    """Scores of generated music; `riffsmith evaluate` prints them."""

    model_config = ConfigDict(frozen=True)

    name: str
    """Name of the model or folder that is evaluated."""
    corpus_hash: str
    seconds: float
    """Length of the generated music."""
    seed: int
    distances: dict[str, DistanceScore]
    """Distances to real music by name, such as `kad_musicnn`."""
    measures: dict[str, Measure]
    """Other measures by name."""
    codec_note_f1: float | None = None
    """Mean note F1 of the held-out passages after the system's transform and inversion: the ceiling
    for notes. `None`: they have no notes, or an earlier version made this."""
    remarks: tuple[Remark, ...] = ()
    """Remarks, such as why embeddings could not be stored."""

    @computed_field
    @property
    def summary(self) -> Summary:
        """One grade, and the aspect that decides it."""
        return summarise(self.distances, self.measures)


def evaluate(
    name: str,
    generated: Sequence[Passage],
    corpus: Corpus,
    *,
    seed: int = 0,
    embedders: Sequence[Embedder] | None = None,
    reconstruct: Callable[[Passage], Passage] | None = None,
    cache: Path | None = None,
    trained_on: str | None = None,
    on_progress: OnProgress = lambda fraction, stage: None,
) -> Evaluation:
    """Compares generated passages with the recordings of a corpus.

    As many seconds of training and of held-out recordings are read as there are of generated music,
    in passages of the same length, up to 30 s. Windows are embedded at equal loudness (see
    `embed_audio`).

    Args:
        name: Name of what is evaluated, for the result.
        generated: Clips of up to 30 s, each a group of its own in the bootstrap.
        corpus: Corpus with training and held-out recordings.
        seed: Seed of the resampling.
        embedders: Embedders for the distances. `None`: the built-in ones.
        reconstruct: Function that gives the best version of a real passage that the system can
            produce, for the ceiling; it is called in several threads at once. `None`: the corpus's
            transform and its inversion.
        cache: Folder for the embeddings of the corpus's passages. `None`: they are not stored. If
            the folder cannot be written to, a remark of the result says so.
        trained_on: Hash of the corpus that the model was trained on; a remark of the result says if
            it is another one. `None`: it is not known.
        on_progress: Called with the fraction that is done and the name of the next stage.

    Raises:
        CorpusError: The corpus has no training or no held-out recording of 5 s, or there is so
            little music that an embedder has five windows or fewer.
        AudioError: A passage holds NaN or infinite samples.
        SettingsError: An embedder's result is not what it declares.
    """
    lengths = [len(passage.audio) / passage.sample_rate for passage in generated]
    seconds, length = sum(lengths), min(passage_seconds(corpus), round(max(lengths), 1))
    on_progress(0.0, "reading")
    real = {
        "training": read_passages(corpus, "train", seconds, length),
        "held_out": read_passages(corpus, "held_out", seconds, length),
    }
    on_progress(0.05, "reconstructing held-out music for the ceiling")
    play = reconstruct or (lambda passage: invert(passage, corpus))
    made = {"generated": generated, "ceiling": list(map_ordered(play, real["held_out"]))}
    stored = EmbeddingCache(cache) if cache else None
    embedders, left_out = _select_fitting(embedders or build_embedders(), length)
    distances: dict[str, DistanceScore] = {}
    measures: dict[str, Measure] = {}
    for number, embedder in enumerate(embedders):
        on_progress(0.3 + 0.6 * number / len(embedders), f"embedding with {embedder.name}")
        groups = {key: _embed(passages, embedder, stored) for key, passages in real.items()}
        groups |= {key: _embed(passages, embedder, None) for key, passages in made.items()}
        _refuse_few_windows(embedder.name, groups)
        distances |= _score_distances(embedder.name, groups, seed)
        measures |= _measure_spread(embedder.name, groups, seed)
        if isinstance(embedder, MusicnnEmbedder):
            measures |= _measure_tags(embedder, groups)
    on_progress(0.9, "measuring rhythm, structure and sound")
    measures |= _measure_passages(made["generated"], real["training"] + real["held_out"])
    on_progress(1.0, "done")
    remarks, corpus_hash = left_out, corpus.manifest.corpus_hash()
    if trained_on not in (None, corpus_hash):
        found = {"found": corpus_hash, "expected": trained_on}
        remarks = [Remark.of(RemarkCode.OTHER_CORPUS, **found), *remarks]
    return Evaluation(
        name=name,
        corpus_hash=corpus_hash,
        seconds=round(seconds, 3),
        seed=seed,
        distances=distances,
        measures=measures,
        codec_note_f1=_compare_notes(made["ceiling"], real["held_out"]),
        remarks=(*remarks, *((stored.failure,) if stored and stored.failure else ())),
    )


def _select_fitting(
    embedders: Sequence[Embedder], length: float
) -> tuple[list[Embedder], list[Remark]]:
    """The embedders whose windows fit into passages, or all of them where none does.

    Args:
        embedders: Embedders for the distances.
        length: Length of a passage in seconds.

    Returns:
        The embedders, and a remark on each that is left out.
    """
    fitting = [one for one in embedders if one.window_seconds <= length] or list(embedders)
    return fitting, [
        Remark.of(
            RemarkCode.EMBEDDER_LEFT_OUT,
            embedder=one.name,
            needed=round(one.window_seconds, 2),
            seconds=length,
        )
        for one in embedders
        if one not in fitting
    ]


def _compare_notes(restored: Sequence[Passage], originals: Sequence[Passage]) -> float | None:
    """Mean note F1 of passages and their originals."""

    def compare(pair: tuple[Passage, Passage]) -> float | None:
        monos = [mix_to_mono(each.audio) for each in pair]
        found, expected = (
            transcribe(mono, each.sample_rate).roll()
            for mono, each in zip(monos, pair, strict=True)
        )
        return note_f1(found, expected)

    pairs = zip(restored, originals, strict=True)
    scores = [score for score in map_ordered(compare, pairs) if score is not None]
    return fmean(scores) if scores else None


Groups = list[Float[np.ndarray, "_ dimension"]]
"""Embeddings (windows, dimension) of each recording."""


def _embed(passages: Sequence[Passage], embedder: Embedder, cache: EmbeddingCache | None) -> Groups:
    embed = cache.embed if cache else embed_audio
    vectors = list(map_ordered(lambda p: embed(p.audio, p.sample_rate, embedder), passages))
    return group(passages, vectors)


def _score_distances(
    embedder: str, groups: dict[str, Groups], seed: int
) -> dict[str, DistanceScore]:
    generated, training, held_out = (groups[key] for key in ("generated", "training", "held_out"))
    scores: dict[str, DistanceScore] = {}
    for metric, distance in DISTANCES.items():
        found = distance_ratio(
            distance, generated, training, held_out, resamples=_RESAMPLES, seed=seed
        )
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


def _refuse_few_windows(embedder: str, groups: dict[str, Groups]) -> None:
    """Checks that there are enough held-out windows for a neighbourhood.

    Raises:
        CorpusError: There are too few.
    """
    found = sum(map(len, groups["held_out"]))
    if found <= NEIGHBOURS:
        raise Remark.of(
            RemarkCode.FEW_WINDOWS, found=found, embedder=embedder, needed=NEIGHBOURS + 1
        ).to_error(CorpusError)


def _measure_spread(embedder: str, groups: dict[str, Groups], seed: int) -> dict[str, Measure]:
    generated, training, held_out = (
        np.concatenate(groups[key]) for key in ("generated", "training", "held_out")
    )
    ours = measure_spread(generated, held_out, training, seed)
    theirs = measure_spread(training, held_out, training, seed)
    return {f"{name}_{embedder}": Measure(generated=ours[name], real=theirs[name]) for name in ours}


def _measure_tags(embedder: MusicnnEmbedder, groups: dict[str, Groups]) -> dict[str, Measure]:
    """The most probable tags of the training recordings, which show the genre, not the quality."""
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


def _measure_passages(generated: Sequence[Passage], real: Sequence[Passage]) -> dict[str, Measure]:
    ours, theirs = (list(map_ordered(measure_passage, passages)) for passages in (generated, real))
    return {
        name: _summarise([each[name] for each in ours], [each[name] for each in theirs])
        for name in ours[0]
    }


def _summarise(ours: list[float | None], theirs: list[float | None]) -> Measure:
    generated, real = ([v for v in values if v is not None] for values in (ours, theirs))
    return Measure(
        generated=fmean(generated) if generated else None,
        real=fmean(real) if real else None,
        low=float(np.quantile(real, 0.05)) if real else None,
        high=float(np.quantile(real, 0.95)) if real else None,
    )
