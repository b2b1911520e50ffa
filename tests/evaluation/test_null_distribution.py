"""The rows of a self-test, on embeddings and figures that are drawn rather than heard."""

import numpy as np
import pytest

from riffsmith.evaluation.passage_features import PassageFeatures, compare, strongest_figures
from riffsmith.evaluation.self_test.null_distribution import NullDistribution
from riffsmith.evaluation.self_test.trials import Trial

WINDOWS, DIMENSION = 12, 4


def heard(
    number: int, recording: str = "", *, shift: float = 0.0, relief: float = 0.0
) -> PassageFeatures:
    """Windows around a place of the recording's own."""
    random = np.random.default_rng(number)
    recording = recording or f"song {number // 2}"
    place = np.random.default_rng(sum(map(ord, recording))).normal(0, 0.5, DIMENSION)
    vectors = random.normal(place + shift, 1, (WINDOWS, DIMENSION)).astype(np.float32)
    figures = {"relief": relief + random.normal(5, 0.1), "tag_rock": 0.5, "tag_jazz": 0.0}
    figures |= {"tag_metal": 0.9, "tag_pop": 0.3, "tempo_bpm": None}
    return PassageFeatures(recording, {"own": vectors}, figures)


PAIRS = [(heard(2 * number), heard(2 * number + 1)) for number in range(10)]


def trial(
    must_notice: tuple[str, ...], *, one_is_enough: bool = False, no_distance: bool = False
) -> Trial:
    return Trial("damage", must_notice, lambda passage, seed: passage, one_is_enough, no_distance)


def same_songs(*, shift: float = 0.0, relief: float = 0.0) -> list[PassageFeatures]:
    return [heard(200 + n, f"song {n}", shift=shift, relief=relief) for n in range(10)]


@pytest.fixture(scope="module")
def bench() -> NullDistribution:
    return NullDistribution.build(PAIRS, seed=0)


def test_the_coins_part_every_pair(bench: NullDistribution):
    for (first, second), one, other in zip(PAIRS, bench.untouched, bench.reference, strict=True):
        assert {id(first), id(second)} == {id(one), id(other)}
    assert any(one is first for (first, _), one in zip(PAIRS, bench.untouched, strict=True))
    assert any(one is second for (_, second), one in zip(PAIRS, bench.untouched, strict=True))


def test_nothing_notices_untouched_passages(bench: NullDistribution):
    row = bench.judge_untouched()
    assert row.passed
    assert row.noticed == ()
    assert set(row.must_ignore) == set(row.figures) >= {"kad_own", "variety_own", "relief"}


def test_damage_is_noticed_by_what_it_damages(bench: NullDistribution):
    far = same_songs(shift=3.0)
    row = bench.judge(trial(("kad_own", "fad_own")), far)
    assert row.passed
    assert "relief" not in row.noticed
    figure = row.figures["kad_own"]
    assert figure.value is not None
    assert figure.value > figure.high
    assert figure.low is None

    higher = same_songs(relief=1.0)
    row = bench.judge(trial(("relief",)), higher)
    assert row.passed
    assert row.noticed[0] == "relief"
    assert not bench.judge(trial(("relief", "kad_own")), higher).passed
    assert bench.judge(trial(("relief", "kad_own"), one_is_enough=True), higher).passed
    assert not bench.judge(trial(("fad_own", "kad_own"), one_is_enough=True), higher).passed
    assert bench.judge(trial(("relief",), no_distance=True), higher).passed


def test_a_distance_that_must_not_notice_fails_the_row(bench: NullDistribution):
    far = same_songs(shift=3.0, relief=1.0)
    row = bench.judge(trial(("relief",), no_distance=True), far)
    assert row.must_ignore == ("kad_own", "fad_own")
    assert not row.passed


def test_another_genre_must_be_farther_than_songs_are_from_each_other(bench: NullDistribution):
    other = [heard(100 + number, f"other {number}", shift=3.0) for number in range(10)]
    assert bench.judge_other("genre", ("kad_own",), other, bench.pool).passed
    alike = [heard(100 + number, f"new {number}") for number in range(10)]
    row = bench.judge_other("more of the same", ("kad_own",), alike, bench.pool)
    assert not row.passed
    # four recordings can only be halved in three ways
    few = bench.judge_other("genre", ("kad_own",), other, bench.pool[:8])
    assert few.passed


def test_only_the_strongest_tags_count(bench: NullDistribution):
    assert strongest_figures(bench.pool) == {
        *("relief", "tempo_bpm", "tag_metal", "tag_rock", "tag_pop")
    }
    assert "tag_jazz" not in bench.judge_untouched().figures


def test_comparing_averages_what_is_known():
    ours = [heard(0), heard(1)]
    found = compare(ours, [heard(2), heard(3)], frozenset({"relief", "tempo_bpm"}))
    reliefs = [each.figures["relief"] or 0.0 for each in ours]
    assert found["relief"] == pytest.approx(np.mean(reliefs))
    assert found["tempo_bpm"] is None
    assert set(found) == {
        *("kad_own", "fad_own", "density_own", "coverage_own", "variety_own"),
        *("relief", "tempo_bpm"),
    }
