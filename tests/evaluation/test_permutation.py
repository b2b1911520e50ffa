"""The rows of a self-test, with embeddings and measures that are random numbers."""

import numpy as np
import pytest

from riffsmith.evaluation import Remark, RemarkCode
from riffsmith.evaluation.passage_features import PassageFeatures, choose_measures, compare
from riffsmith.evaluation.self_test.permutation import PermutationTest
from riffsmith.evaluation.self_test.trials import Trial

WINDOWS, DIMENSION = 12, 4
DAMAGE = Remark.of(RemarkCode.BACKWARDS)
GENRE = Remark.of(RemarkCode.OTHER_GENRE)


def draw_features(
    number: int, recording: str = "", *, shift: float = 0.0, relief: float = 0.0
) -> PassageFeatures:
    """Windows around a mean of the recording's own."""
    random = np.random.default_rng(number)
    recording = recording or f"song {number // 2}"
    centre = np.random.default_rng(sum(map(ord, recording))).normal(0, 0.5, DIMENSION)
    vectors = random.normal(centre + shift, 1, (WINDOWS, DIMENSION)).astype(np.float32)
    measures = {"relief": relief + random.normal(5, 0.1), "tag_rock": 0.5, "tag_jazz": 0.0}
    measures |= {"tag_metal": 0.9, "tag_pop": 0.3, "tempo_bpm": None}
    return PassageFeatures(recording, {"own": vectors}, measures)


PAIRS = [(draw_features(2 * number), draw_features(2 * number + 1)) for number in range(10)]


def trial(*must_detect: tuple[str, ...], no_distance: bool = False) -> Trial:
    return Trial(DAMAGE, must_detect, lambda passage, seed: passage, no_distance)


def same_songs(*, shift: float = 0.0, relief: float = 0.0) -> list[PassageFeatures]:
    return [draw_features(200 + n, f"song {n}", shift=shift, relief=relief) for n in range(10)]


@pytest.fixture(scope="module")
def permutation() -> PermutationTest:
    return PermutationTest.build(PAIRS, seed=0)


@pytest.mark.slow
def test_the_coins_split_every_pair(permutation: PermutationTest):
    for (first, second), one, other in zip(
        PAIRS, permutation.untouched, permutation.reference, strict=True
    ):
        assert {id(first), id(second)} == {id(one), id(other)}
    assert any(one is first for (first, _), one in zip(PAIRS, permutation.untouched, strict=True))
    assert any(one is second for (_, second), one in zip(PAIRS, permutation.untouched, strict=True))


@pytest.mark.slow
def test_nothing_is_detected_in_untouched_passages(permutation: PermutationTest):
    row = permutation.test_untouched()
    assert row.passed
    assert row.detected == ()
    assert set(row.must_not_detect) == set(row.measures) >= {"kad_own", "variety_own", "relief"}


def test_damage_is_detected_by_the_measures_that_it_changes(permutation: PermutationTest):
    far = same_songs(shift=3.0)
    row = permutation.test_damage(trial(("kad_own",), ("fad_own",)), far)
    assert row.passed
    assert "relief" not in row.detected
    kad = row.measures["kad_own"]
    assert kad.value is not None
    assert kad.value > kad.high
    assert kad.low is None

    higher = same_songs(relief=1.0)
    row = permutation.test_damage(trial(("relief",)), higher)
    assert row.passed
    assert row.detected[0] == "relief"
    assert not permutation.test_damage(trial(("relief",), ("kad_own",)), higher).passed
    assert permutation.test_damage(trial(("relief", "kad_own")), higher).passed
    assert not permutation.test_damage(trial(("fad_own", "kad_own")), higher).passed
    assert permutation.test_damage(trial(("relief",), no_distance=True), higher).passed


def test_a_distance_that_must_not_detect_fails_the_row(permutation: PermutationTest):
    far = same_songs(shift=3.0, relief=1.0)
    row = permutation.test_damage(trial(("relief",), no_distance=True), far)
    assert row.must_not_detect == ("kad_own", "fad_own")
    assert not row.passed


@pytest.mark.slow
def test_another_genre_must_differ_more_than_songs_differ(permutation: PermutationTest):
    other = [draw_features(100 + number, f"other {number}", shift=3.0) for number in range(10)]
    assert permutation.test_other_music(GENRE, (("kad_own",),), other, permutation.pool).passed
    alike = [draw_features(100 + number, f"new {number}") for number in range(10)]
    row = permutation.test_other_music(GENRE, (("kad_own",),), alike, permutation.pool)
    assert not row.passed
    # four recordings can only be halved in three ways
    few = permutation.test_other_music(GENRE, (("kad_own",),), other, permutation.pool[:8])
    assert few.passed


def test_only_the_strongest_tags_are_used(permutation: PermutationTest):
    assert choose_measures(permutation.pool) == {
        *("relief", "tempo_bpm", "tag_metal", "tag_rock", "tag_pop")
    }
    assert "tag_jazz" not in permutation.test_untouched().measures


def test_comparing_averages_the_known_values():
    ours = [draw_features(0), draw_features(1)]
    found = compare(ours, [draw_features(2), draw_features(3)], frozenset({"relief", "tempo_bpm"}))
    reliefs = [each.measures["relief"] or 0.0 for each in ours]
    assert found["relief"] == pytest.approx(np.mean(reliefs))
    assert found["tempo_bpm"] is None
    assert set(found) == {
        *("kad_own", "fad_own", "density_own", "coverage_own", "variety_own"),
        *("relief", "tempo_bpm"),
    }
