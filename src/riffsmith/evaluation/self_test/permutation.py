"""Permutation test of sets of passages against untouched ones: the rows of a self-test."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np
from pydantic import BaseModel, ConfigDict

from riffsmith.evaluation.measures import Measures, is_distance
from riffsmith.evaluation.passage_features import PassageFeatures, choose_measures, compare
from riffsmith.evaluation.passages import spread_evenly
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.evaluation.self_test.significance import NullDistribution, find_limit
from riffsmith.evaluation.self_test.trials import Trial
from riffsmith.seeds import derive_seed

FEWEST_RECORDINGS = 4
"""Number of recordings that a comparison with other music needs at least."""
_HALVINGS = 200
_RECORDING_HALVINGS = 60

Pairs = Sequence[tuple[PassageFeatures, PassageFeatures]]
"""Features of neighbouring passages."""


class BandedValue(BaseModel):
    """A measure of a set, and the band of values that are not significant."""

    model_config = ConfigDict(frozen=True)

    value: float | None
    low: float | None
    """Lower end of the band; None for distances, of which no value is too low."""
    high: float
    """Upper end of the band."""


class SelfTestRow(BaseModel):
    """Result for one kind of damage, or of other music."""

    model_config = ConfigDict(frozen=True)

    treatment: Remark
    """What was done to the music, or what it was compared with."""
    must_detect: tuple[tuple[str, ...], ...]
    """Groups of measures; one measure or more of each group must detect it."""
    must_not_detect: tuple[str, ...] = ()
    """Names of the measures that must not detect it."""
    detected: tuple[str, ...] = ()
    """Names of the measures that detected it, the largest deviation first."""
    passed: bool | None = None
    """Whether the result is as it must be; `None`: it could not be tested, as the remark says."""
    measures: dict[str, BandedValue] = {}
    """Values and bands of all measures by name."""
    remark: Remark | None = None
    """Remark on the treatment; `None` where there is nothing to say."""

    @property
    def name(self) -> str:
        """The treatment in English."""
        return self.treatment.text

    def detected_expected_first(self) -> list[str]:
        """Names of the measures that detected it; first those with a requirement for this row."""
        expected = {*chain.from_iterable(self.must_detect), *self.must_not_detect}
        return sorted(self.detected, key=lambda name: name not in expected)


@dataclass(frozen=True)
class PermutationTest:
    """Untouched passages in two sets, and the distribution of the measures when they are permuted.

    Attributes:
        pool: Features of all passages.
        reference: One passage of each pair.
        untouched: The other passage of each pair.
        names: Names of the passages' measures that are used.
        null: Distribution over 200 random exchanges within the pairs, with the one that gave
            `reference` among them.
        limit: Deviation in standard deviations above which a measure is significant.
        seed: Seed of the exchanges.
    """

    pool: list[PassageFeatures]
    reference: list[PassageFeatures]
    untouched: list[PassageFeatures]
    names: frozenset[str]
    null: NullDistribution
    limit: float
    seed: int

    @classmethod
    def build(cls, pairs: Pairs, seed: int) -> "PermutationTest":
        """Exchanges the passages within the pairs at random, and measures each outcome.

        Args:
            pairs: Features of neighbouring passages.
            seed: Seed of the exchanges.
        """
        pool = [features for pair in pairs for features in pair]
        names = choose_measures(pool)
        splits = [_split(pairs, flip_coins(len(pairs), seed, n)) for n in range(_HALVINGS)]
        halvings = [compare(evaluated, reference, names) for evaluated, reference in splits]
        null = NullDistribution.of(halvings)
        untouched, reference = splits[0]
        return cls(pool, reference, untouched, names, null, find_limit(null, halvings), seed)

    def test_untouched(self) -> SelfTestRow:
        """The row of other passages of the same songs, which no measure may detect."""
        result = compare(self.untouched, self.reference, self.names)
        treatment = Remark.of(RemarkCode.UNTOUCHED)
        row = _build_row(treatment, (), result, self.null, self.limit, None)
        updates = {"must_not_detect": tuple(row.measures), "passed": not row.detected}
        return row.model_copy(update=updates)

    def test_damage(self, trial: Trial, damaged: Sequence[PassageFeatures]) -> SelfTestRow:
        """The row of one kind of damage.

        Args:
            trial: Kind of damage.
            damaged: Features of the damaged versions of `untouched`.
        """
        result = compare(damaged, self.reference, self.names)
        row = _build_row(
            trial.treatment, trial.must_detect, result, self.null, self.limit, trial.remark
        )
        excluded = tuple(filter(is_distance, result)) if trial.no_distance else ()
        return row.model_copy(
            update={
                "must_not_detect": excluded,
                "passed": bool(row.passed) and not set(excluded) & set(row.detected),
            }
        )

    def test_other_music(
        self,
        treatment: Remark,
        must_detect: tuple[tuple[str, ...], ...],
        others: Sequence[PassageFeatures],
        home: Sequence[PassageFeatures],
        *,
        remark: Remark | None = None,
    ) -> SelfTestRow:
        """The row of other music beside recordings of this corpus.

        The bands come from halvings of these recordings. All sets are thinned to the size of the
        smallest.

        Args:
            treatment: Name of the comparison for the table.
            must_detect: Groups of measures, of which each must detect the difference.
            others: Features of passages of the other music.
            home: Features of passages of at least four recordings of this corpus.
            remark: Remark on the comparison. `None`: there is nothing to say.
        """
        recordings = list(dict.fromkeys(features.recording for features in home))
        halves = [set(recordings[::2]), *_halves(recordings, self.seed)]
        sides = [
            (
                [features for features in home if features.recording not in half],
                [features for features in home if features.recording in half],
            )
            for half in halves
        ]
        size = min(len(others), *(len(side) for pair in sides for side in pair))
        halvings = [
            compare(spread_evenly(one, size), spread_evenly(other, size), self.names)
            for one, other in sides
        ]
        reference = spread_evenly(sides[0][1], size)
        result = compare(spread_evenly(others, size), reference, self.names)
        null = NullDistribution.of(halvings)
        return _build_row(treatment, must_detect, result, null, self.limit, remark)


def flip_coins(count: int, seed: int, number: int) -> list[bool]:
    """For each pair, whether its first passage goes into the set that is evaluated.

    Args:
        count: Number of pairs.
        seed: Seed of the coins.
        number: Number of the permutation.
    """
    random = np.random.default_rng(derive_seed(seed, "coins", number))
    return [bool(coin) for coin in random.integers(2, size=count)]


def _split(
    pairs: Pairs, coins: Sequence[bool]
) -> tuple[list[PassageFeatures], list[PassageFeatures]]:
    flipped = list(zip(pairs, coins, strict=True))
    evaluated = [first if coin else second for (first, second), coin in flipped]
    reference = [second if coin else first for (first, second), coin in flipped]
    return evaluated, reference


def _halves(recordings: list[str], seed: int) -> list[set[str]]:
    """Halves of the recordings: all that exist, or sixty random ones of more than 7 recordings."""
    size = len(recordings) // 2
    if len(recordings) <= 7:
        return [set(half) for half in combinations(recordings, size)]
    random = np.random.default_rng(derive_seed(seed, "recordings"))
    orders = [random.permutation(len(recordings)) for _ in range(_RECORDING_HALVINGS)]
    return [{recordings[index] for index in order[:size]} for order in orders]


def _build_row(
    treatment: Remark,
    must_detect: tuple[tuple[str, ...], ...],
    result: Measures,
    null: NullDistribution,
    limit: float,
    remark: Remark | None,
) -> SelfTestRow:
    detected = null.significant(result, limit)
    measures: dict[str, BandedValue] = {}
    for measure in null.centres:
        low, high = null.band(measure, limit)
        measures[measure] = BandedValue(value=result.get(measure), low=low, high=high)
    return SelfTestRow(
        treatment=treatment,
        must_detect=must_detect,
        detected=detected,
        passed=all(set(group) & set(detected) for group in must_detect),
        measures=measures,
        remark=remark,
    )
