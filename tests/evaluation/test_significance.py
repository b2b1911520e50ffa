import numpy as np
import pytest

from riffsmith.evaluation.self_test.significance import NullDistribution, find_limit

HALVINGS = [
    {"kad_own": 1.0, "relief": 1.0, "tempo_bpm": None, "stereo_width": None},
    {"kad_own": 3.0, "relief": 3.0, "tempo_bpm": 90.0, "stereo_width": None},
    {"kad_own": 2.0, "relief": 2.0, "tempo_bpm": 110.0, "stereo_width": None},
]
NULL = NullDistribution.of(HALVINGS)
SPREAD = (2 / 3) ** 0.5  # of 1, 2, 3


def test_the_deviation_counts_standard_deviations():
    assert NULL.deviation("relief", 4.0) == pytest.approx(2 / SPREAD)
    assert NULL.deviation("relief", 0.0) == pytest.approx(2 / SPREAD)
    assert NULL.deviation("tempo_bpm", 120.0) == pytest.approx(2.0)  # 100 ± 10, one unknown


def test_a_distance_cannot_be_too_small():
    assert NULL.deviation("kad_own", 4.0) == pytest.approx(2 / SPREAD)
    assert NULL.deviation("kad_own", 0.0) == 0
    low, high = NULL.band("kad_own", 2.0)
    assert low is None
    assert high == pytest.approx(2 + 2 * SPREAD)
    assert NULL.band("relief", 2.0) == pytest.approx((2 - 2 * SPREAD, 2 + 2 * SPREAD))


def test_an_unknown_value_is_not_significant():
    assert NULL.deviation("relief", None) == 0
    assert "stereo_width" not in NULL.centres
    assert NULL.significant({"stereo_width": 7.0, "relief": None}, 1.0) == ()


def test_the_largest_deviation_comes_first():
    found = {"relief": 4.0, "kad_own": 9.0, "tempo_bpm": 101.0}
    assert NULL.significant(found, 2.0) == ("kad_own", "relief")


def test_measures_that_never_vary_have_a_smallest_spread():
    null = NullDistribution.of([{"clicks": 0.0, "clipped_share": 0.0}] * 5)
    assert null.significant({"clicks": 0.1, "clipped_share": 1e-5}, 3.0) == ()
    assert null.significant({"clicks": 1.0, "clipped_share": 1e-3}, 3.0) == (
        "clipped_share",
        "clicks",
    )


@pytest.mark.slow
def test_the_limit_keeps_false_alarms_at_1_percent_for_all_measures_together():
    random = np.random.default_rng(0)

    def draw() -> dict[str, float | None]:
        return {f"measure {n}": float(value) for n, value in enumerate(random.standard_normal(20))}

    halvings = [draw() for _ in range(1000)]
    null = NullDistribution.of(halvings)
    limit = find_limit(null, halvings)
    # the largest of 20 normal values: P(all below z) = (2 Φ(z) − 1)^20 = 0.99 at z = 3.48
    assert limit == pytest.approx(3.48, abs=0.25)
    alarms = sum(bool(null.significant(draw(), limit)) for _ in range(1000))
    assert 1 <= alarms <= 30
