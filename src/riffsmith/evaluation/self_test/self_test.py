"""The judge judged: does it notice known damage to the corpus's own music, and nothing else?"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from pydantic import BaseModel, ConfigDict

from riffsmith.corpus import Corpus
from riffsmith.evaluation.embedders.embedding import (
    Embedder,
    EmbeddingCache,
    build_embedders,
)
from riffsmith.evaluation.passage_features import PassageFeatures, extract
from riffsmith.evaluation.passages import PASSAGE_SECONDS, Passage
from riffsmith.evaluation.positions import find_pairs
from riffsmith.evaluation.self_test.null_distribution import (
    FEWEST_RECORDINGS,
    NullDistribution,
    SelfTestRow,
    throw_coins,
)
from riffsmith.evaluation.self_test.trials import BOTH_DISTANCES, Trial, choose_trials
from riffsmith.parallel import map_ordered
from riffsmith.seeds import derive_seed

RULE = (
    "A measure notices what lies further from the mean of untouched halves of this music, in "
    "standard deviations, than any measure does in 99 of 100 halvings."
)
OnShare = Callable[[float, str], None]
"""Called with the share done and what is being done."""


class SelfTest(BaseModel):
    """What `riffsmith evaluate --self-test` prints."""

    model_config = ConfigDict(frozen=True)

    corpus_hash: str
    seconds: float
    """Of each set that was compared."""
    recordings: int
    seed: int
    rule: str = RULE
    limit: float
    """In standard deviations."""
    rows: tuple[SelfTestRow, ...]
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no row failed."""
        return all(row.passed is not False for row in self.rows)


def self_test(
    corpus: Corpus,
    *,
    seconds: float = 300.0,
    contrast: Sequence[Passage] = (),
    embedders: Sequence[Embedder] | None = None,
    cache: Path | None = None,
    seed: int = 0,
    on_share: OnShare = lambda share, doing: None,
) -> SelfTest:
    """Damages passages of a corpus and tells which measures notice.

    Passages of 30 s are taken in neighbouring pairs from all recordings. A coin for each pair
    puts one passage into the reference and the other into the set that is damaged. Without
    damage the two are exchangeable: 200 throws of the coins give the band in which each measure
    of an untouched set of that size lies, and the limit (see `find_limit`) beyond which it counts
    as noticing.

    Another band (a top-level sub-folder of the corpus) and another genre differ from this music
    as its songs differ from each other, at the least. Their band is therefore that of halvings of
    the recordings rather than of the pairs; the limit is the same.

    Args:
        corpus: Any prepared one; training and held-out recordings are used alike.
        seconds: Of each set; fewer where the corpus has less.
        contrast: Passages of another genre.
        embedders: Whose distances are taken; none: the built-in ones.
        cache: Folder for the embeddings of the corpus's passages; none: nothing is kept.
        seed: Of the coins and of the random damage.
        on_share: Told about the progress.

    Raises:
        CorpusError: The corpus has fewer than six pairs of passages.
        SettingsError: An embedder gives something else than it promises.
    """
    pairs = find_pairs(corpus, seconds)
    judges = embedders or build_embedders()
    kept = EmbeddingCache(cache) if cache else None
    on_share(0.0, "listening to the corpus")
    sides = [
        list(map_ordered(lambda place: extract(place.read(), judges, kept), side))
        for side in zip(*pairs, strict=True)
    ]
    heard = list(zip(*sides, strict=True))
    on_share(0.15, "halving the corpus")
    bench = NullDistribution.build(heard, seed)
    coins = zip(pairs, throw_coins(len(pairs), seed, 0), strict=True)
    places = [first if coin else second for (first, second), coin in coins]

    trials = choose_trials(corpus, _falloff_hz(bench.pool))
    rows = [bench.judge_untouched()]
    for number, trial in enumerate(trials):
        on_share(0.25 + 0.65 * number / len(trials), trial.name)

        def hear_damaged(count: int, trial: Trial = trial) -> PassageFeatures:
            seed_here = derive_seed(seed, "damage", count)
            return extract(trial.damage(places[count].read(), seed_here), judges)

        damaged = list(map_ordered(hear_damaged, range(len(places))))
        rows.append(bench.judge(trial, damaged))
    on_share(0.9, "listening to other music")
    rows.append(_other_band(bench))
    other = list(map_ordered(lambda passage: extract(passage, judges), contrast))
    rows.append(_other_genre(bench, other))
    on_share(1.0, "done")
    return SelfTest(
        corpus_hash=corpus.manifest.corpus_hash(),
        seconds=PASSAGE_SECONDS * len(pairs),
        recordings=len({heard.recording for heard in bench.pool}),
        seed=seed,
        limit=bench.limit,
        rows=tuple(rows),
        notes=(kept.failure,) if kept and kept.failure else (),
    )


def _falloff_hz(pool: Sequence[PassageFeatures]) -> float:
    found = [heard.figures["falloff_hz"] for heard in pool]
    return float(np.median([value for value in found if value is not None]))


def _other_band(bench: NullDistribution) -> SelfTestRow:
    """The largest sub-folder against all others."""
    name = "another band"
    recordings = dict.fromkeys(heard.recording for heard in bench.pool)
    folders = Counter(map(_top_folder, recordings))
    if len(folders) < 2:
        note = "not testable: needs recordings in sub-folders, one for each band"
        return SelfTestRow(name=name, must_notice=BOTH_DISTANCES, note=note)
    ((largest, count),) = folders.most_common(1)
    if count < FEWEST_RECORDINGS:
        note = (
            f"not testable: needs {FEWEST_RECORDINGS} recordings of one sub-folder, found {count}"
        )
        return SelfTestRow(name=name, must_notice=BOTH_DISTANCES, note=note)
    home = [heard for heard in bench.pool if _top_folder(heard.recording) == largest]
    others = [heard for heard in bench.pool if _top_folder(heard.recording) != largest]
    names = ", ".join(sorted(folder or "top" for folder in folders if folder != largest))
    note = f"{names} against {largest or 'top'}"
    return bench.judge_other(name, BOTH_DISTANCES, others, home, note=note)


def _top_folder(recording: str) -> str:
    parts = PurePosixPath(recording).parts
    return parts[0] if len(parts) > 1 else ""


def _other_genre(bench: NullDistribution, contrast: Sequence[PassageFeatures]) -> SelfTestRow:
    name = "another genre"
    count = len({heard.recording for heard in bench.pool})
    if not contrast:
        note = "not tested: name a folder of other music with --contrast"
        return SelfTestRow(name=name, must_notice=BOTH_DISTANCES, note=note)
    if count < FEWEST_RECORDINGS:
        note = f"not testable: needs {FEWEST_RECORDINGS} recordings, found {count}"
        return SelfTestRow(name=name, must_notice=BOTH_DISTANCES, note=note)
    return bench.judge_other(name, BOTH_DISTANCES, contrast, bench.pool)
