"""The self-test: do the measures detect known damage to the corpus's music, and nothing else?"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from pydantic import BaseModel, ConfigDict

from riffsmith.corpus import Corpus
from riffsmith.evaluation.embedders.cache import EmbeddingCache
from riffsmith.evaluation.embedders.embedder import Embedder, build_embedders
from riffsmith.evaluation.passage_features import PassageFeatures, extract
from riffsmith.evaluation.passages import PASSAGE_SECONDS, Passage
from riffsmith.evaluation.positions import find_pairs
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.evaluation.scores import OnProgress
from riffsmith.evaluation.self_test.permutation import (
    FEWEST_RECORDINGS,
    PermutationTest,
    SelfTestRow,
    flip_coins,
)
from riffsmith.evaluation.self_test.trials import BOTH_DISTANCES, Trial, choose_trials
from riffsmith.parallel import map_ordered
from riffsmith.seeds import derive_seed


class SelfTest(BaseModel):
    """Result of a self-test; `riffsmith evaluate --self-test` prints it."""

    model_config = ConfigDict(frozen=True)

    corpus_hash: str
    seconds: float
    """Length of each set that was compared."""
    recordings: int
    """Number of recordings that the passages are from."""
    seed: int
    rule: Remark = Remark.of(RemarkCode.DETECTION_RULE)
    """When a measure counts as detecting a change."""
    limit: float
    """The rule's limit in standard deviations."""
    rows: tuple[SelfTestRow, ...]
    remarks: tuple[Remark, ...] = ()
    """Remarks, such as why embeddings could not be stored."""

    @property
    def passed(self) -> bool:
        """Whether no row failed."""
        return all(row.passed is not False for row in self.rows)


def run_self_test(
    corpus: Corpus,
    *,
    seconds: float = 300.0,
    contrast: Sequence[Passage] = (),
    embedders: Sequence[Embedder] | None = None,
    cache: Path | None = None,
    seed: int = 0,
    on_progress: OnProgress = lambda fraction, stage: None,
) -> SelfTest:
    """Damages passages of a corpus and reports which measures detect it.

    Neighbouring passages of 30 s are read in pairs from all recordings. A coin for each pair puts
    one passage into the reference and the other into the set that is damaged. Without damage the
    two are exchangeable: 200 repetitions of the coins give the distribution of each measure for an
    untouched set of that size, and the deviation (see `find_limit`) above which a measure counts
    as detecting a change.

    Another band (a top-level sub-folder of the corpus) and another genre differ from this music at
    least as much as its songs differ from each other. Their distribution is therefore that of
    halvings of the recordings rather than of the pairs; the limit is the same.

    Args:
        corpus: Prepared corpus; training and held-out recordings are used alike.
        seconds: Length of each set in seconds; a shorter corpus gives shorter sets.
        contrast: Passages of another genre; without any, that row is not tested.
        embedders: Embedders for the distances. `None`: the built-in ones.
        cache: Folder for the embeddings of the corpus's passages. `None`: they are not stored.
        seed: Seed of the coins and of the random damage.
        on_progress: Called with the fraction that is done and the name of the next stage.

    Raises:
        CorpusError: The corpus has fewer than six pairs of passages.
        SettingsError: An embedder's result is not what it declares.
    """
    pairs = find_pairs(corpus, seconds)
    networks = list(embedders or build_embedders())
    stored = EmbeddingCache(cache) if cache else None
    on_progress(0.0, "embedding the corpus")
    sides = [
        list(map_ordered(lambda position: extract(position.read(), networks, stored), side))
        for side in zip(*pairs, strict=True)
    ]
    features = list(zip(*sides, strict=True))
    on_progress(0.15, "halving the corpus")
    test = PermutationTest.build(features, seed)
    coins = zip(pairs, flip_coins(len(pairs), seed, 0), strict=True)
    positions = [first if coin else second for (first, second), coin in coins]

    trials = choose_trials(corpus, _falloff_hz(test.pool), positions[0].read())
    rows = [test.test_untouched()]
    for number, trial in enumerate(trials):
        on_progress(0.25 + 0.65 * number / len(trials), trial.treatment.text)

        def extract_damaged(count: int, trial: Trial = trial) -> PassageFeatures:
            damage_seed = derive_seed(seed, "damage", count)
            return extract(trial.damage(positions[count].read(), damage_seed), networks)

        damaged = list(map_ordered(extract_damaged, range(len(positions))))
        rows.append(test.test_damage(trial, damaged))
    on_progress(0.9, "embedding other music")
    rows.append(_test_other_band(test))
    other_genre = list(map_ordered(lambda passage: extract(passage, networks), contrast))
    rows.append(_test_other_genre(test, other_genre))
    on_progress(1.0, "done")
    return SelfTest(
        corpus_hash=corpus.manifest.corpus_hash(),
        seconds=PASSAGE_SECONDS * len(pairs),
        recordings=len({each.recording for each in test.pool}),
        seed=seed,
        limit=test.limit,
        rows=tuple(rows),
        remarks=(stored.failure,) if stored and stored.failure else (),
    )


def _falloff_hz(pool: Sequence[PassageFeatures]) -> float:
    found = [each.measures["falloff_hz"] for each in pool]
    return float(np.median([value for value in found if value is not None]))


def _test_other_band(test: PermutationTest) -> SelfTestRow:
    """All other sub-folders against the one with the most recordings."""
    treatment = Remark.of(RemarkCode.OTHER_BAND)
    recordings = dict.fromkeys(each.recording for each in test.pool)
    folders = Counter(map(_top_folder, recordings))
    if len(folders) < 2:
        return _untested(treatment, Remark.of(RemarkCode.NO_SUB_FOLDERS))
    ((largest, count),) = folders.most_common(1)
    if count < FEWEST_RECORDINGS:
        remark = Remark.of(RemarkCode.SMALL_SUB_FOLDER, needed=FEWEST_RECORDINGS, found=count)
        return _untested(treatment, remark)
    home = [each for each in test.pool if _top_folder(each.recording) == largest]
    others = [each for each in test.pool if _top_folder(each.recording) != largest]
    names = ", ".join(sorted(folder or "top" for folder in folders if folder != largest))
    remark = Remark.of(RemarkCode.BANDS, others=names, home=largest or "top")
    return test.test_other_music(treatment, BOTH_DISTANCES, others, home, remark=remark)


def _top_folder(recording: str) -> str:
    parts = PurePosixPath(recording).parts
    return parts[0] if len(parts) > 1 else ""


def _test_other_genre(test: PermutationTest, contrast: Sequence[PassageFeatures]) -> SelfTestRow:
    treatment = Remark.of(RemarkCode.OTHER_GENRE)
    count = len({each.recording for each in test.pool})
    if not contrast:
        return _untested(treatment, Remark.of(RemarkCode.NO_CONTRAST))
    if count < FEWEST_RECORDINGS:
        remark = Remark.of(RemarkCode.FEW_RECORDINGS, needed=FEWEST_RECORDINGS, found=count)
        return _untested(treatment, remark)
    return test.test_other_music(treatment, BOTH_DISTANCES, contrast, test.pool)


def _untested(treatment: Remark, remark: Remark) -> SelfTestRow:
    return SelfTestRow(treatment=treatment, must_detect=BOTH_DISTANCES, remark=remark)
