"""Sets of heard passages against the band of untouched ones: the rows of a self-test."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from pydantic import BaseModel, ConfigDict

from riffsmith.evaluation.measures import Figures, is_distance
from riffsmith.evaluation.passage_features import PassageFeatures, compare, strongest_figures
from riffsmith.evaluation.passages import spread_evenly
from riffsmith.evaluation.self_test.significance import Null, find_limit
from riffsmith.evaluation.self_test.trials import Trial
from riffsmith.seeds import derive_seed

FEWEST_RECORDINGS = 4
_HALVINGS = 200
_RECORDING_HALVINGS = 60

Pairs = Sequence[tuple[PassageFeatures, PassageFeatures]]


class Figure(BaseModel):
    """A measure of a set, and the band in which it is not noticed."""

    model_config = ConfigDict(frozen=True)

    value: float | None
    low: float | None
    """None for distances: nothing can be too near."""
    high: float


class SelfTestRow(BaseModel):
    """One kind of damage, or of other music."""

    model_config = ConfigDict(frozen=True)

    name: str
    must_notice: tuple[str, ...]
    one_is_enough: bool = False
    must_ignore: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    """The most certain first."""
    passed: bool | None = None
    """None: it could not be tested, and the note says why."""
    figures: dict[str, Figure] = {}
    note: str = ""

    def noticed_as_told(self) -> list[str]:
        """What did notice, those first that were expected to, or not to."""
        expected = {*self.must_notice, *self.must_ignore}
        return sorted(self.noticed, key=lambda name: name not in expected)


@dataclass(frozen=True)
class NullDistribution:
    """The untouched passages, and what their halvings give.

    Attributes:
        pool: All passages.
        reference: One of each pair.
        untouched: The other of each pair.
        names: Which figures of passages count.
        null: Of 200 throws of a coin for each pair, the one for `reference` among them.
        limit: Deviation beyond which a measure notices.
        seed: Of the coins.
    """

    pool: list[PassageFeatures]
    reference: list[PassageFeatures]
    untouched: list[PassageFeatures]
    names: frozenset[str]
    null: Null
    limit: float
    seed: int

    @classmethod
    def build(cls, pairs: Pairs, seed: int) -> "NullDistribution":
        """Throws the coins."""
        pool = [heard for pair in pairs for heard in pair]
        names = strongest_figures(pool)
        splits = [_split(pairs, throw_coins(len(pairs), seed, n)) for n in range(_HALVINGS)]
        halvings = [compare(found, reference, names) for found, reference in splits]
        null = Null.of(halvings)
        untouched, reference = splits[0]
        return cls(pool, reference, untouched, names, null, find_limit(null, halvings), seed)

    def judge_untouched(self) -> SelfTestRow:
        """Other passages of the same songs, which nothing may notice."""
        result = compare(self.untouched, self.reference, self.names)
        row = _row("same songs, untouched", (), result, self.null, self.limit)
        return row.model_copy(update={"must_ignore": tuple(row.figures), "passed": not row.noticed})

    def judge(self, trial: Trial, damaged: Sequence[PassageFeatures]) -> SelfTestRow:
        """What was made of the other passage of each pair."""
        result = compare(damaged, self.reference, self.names)
        row = _row(trial.name, trial.must_notice, result, self.null, self.limit, trial.note)
        ignored = tuple(filter(is_distance, result)) if trial.no_distance else ()
        met = set(trial.must_notice) & set(row.noticed)
        enough = bool(met) if trial.one_is_enough else met == set(trial.must_notice)
        return row.model_copy(
            update={
                "one_is_enough": trial.one_is_enough,
                "must_ignore": ignored,
                "passed": enough and not set(ignored) & set(row.noticed),
            }
        )

    def judge_other(
        self,
        name: str,
        must_notice: tuple[str, ...],
        found: Sequence[PassageFeatures],
        home: Sequence[PassageFeatures],
        *,
        note: str = "",
    ) -> SelfTestRow:
        """Other music beside recordings of this corpus, which have to be four at least.

        The band is that of halvings of these recordings; all sets are as large as the smallest.
        """
        recordings = list(dict.fromkeys(heard.recording for heard in home))
        halves = [set(recordings[::2]), *_halves(recordings, self.seed)]
        sides = [
            (
                [heard for heard in home if heard.recording not in half],
                [heard for heard in home if heard.recording in half],
            )
            for half in halves
        ]
        size = min(len(found), *(len(side) for pair in sides for side in pair))
        halvings = [
            compare(spread_evenly(one, size), spread_evenly(other, size), self.names)
            for one, other in sides
        ]
        reference = spread_evenly(sides[0][1], size)
        result = compare(spread_evenly(found, size), reference, self.names)
        return _row(name, must_notice, result, Null.of(halvings), self.limit, note)


def throw_coins(count: int, seed: int, throw: int) -> list[bool]:
    """For each pair, whether its first passage goes into the set that is judged."""
    random = np.random.default_rng(derive_seed(seed, "coins", throw))
    return [bool(coin) for coin in random.integers(2, size=count)]


def _split(
    pairs: Pairs, coins: Sequence[bool]
) -> tuple[list[PassageFeatures], list[PassageFeatures]]:
    thrown = list(zip(pairs, coins, strict=True))
    found = [first if coin else second for (first, second), coin in thrown]
    reference = [second if coin else first for (first, second), coin in thrown]
    return found, reference


def _halves(recordings: list[str], seed: int) -> list[set[str]]:
    """Halves of the recordings: all there are, or sixty of them at random."""
    size = len(recordings) // 2
    if len(recordings) <= 7:
        return [set(half) for half in combinations(recordings, size)]
    random = np.random.default_rng(derive_seed(seed, "recordings"))
    orders = [random.permutation(len(recordings)) for _ in range(_RECORDING_HALVINGS)]
    return [{recordings[index] for index in order[:size]} for order in orders]


def _row(
    name: str,
    must_notice: tuple[str, ...],
    result: Figures,
    null: Null,
    limit: float,
    note: str = "",
) -> SelfTestRow:
    noticed = null.noticed(result, limit)
    figures: dict[str, Figure] = {}
    for measure in null.centres:
        low, high = null.band(measure, limit)
        figures[measure] = Figure(value=result.get(measure), low=low, high=high)
    return SelfTestRow(
        name=name,
        must_notice=must_notice,
        noticed=noticed,
        passed=set(must_notice) <= set(noticed),
        figures=figures,
        note=note,
    )
