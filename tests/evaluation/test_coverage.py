import numpy as np
import pytest
from hypothesis import given, strategies as st

from riffsmith.evaluation.metrics.coverage import DensityCoverage, density_coverage


def line(*points: float) -> np.ndarray:
    return np.array(points, dtype=np.float64)[:, None]


def test_a_line_by_hand():
    # with k = 1 the radii are 1, 1, 2 and 6
    real = line(0, 1, 3, 9)
    # 0.5 is in the neighbourhoods of 0 and 1; 4 in those of 3 and 9; 20 in none
    assert density_coverage(line(0.5, 4, 20), real, 1) == DensityCoverage(4 / 3, 1.0)
    assert density_coverage(line(-0.5), real, 1) == DensityCoverage(1.0, 0.25)
    # with k = 2 the radii are 3, 2, 3 and 8, so 2.5 is in all neighbourhoods; 20 still in none
    assert density_coverage(line(2.5, 20), real, 2) == DensityCoverage(4 / 4, 1.0)


def test_the_edge_of_a_neighbourhood_is_outside():
    assert density_coverage(line(-1), line(0, 1), 1) == DensityCoverage(0.0, 0.0)


def test_far_away_and_collapsed():
    real = np.random.default_rng(0).standard_normal((100, 4))
    assert density_coverage(real + 50, real) == DensityCoverage(0.0, 0.0)
    collapsed = density_coverage(np.zeros((100, 4)), real)
    assert collapsed.density > 1
    assert collapsed.coverage < 0.5


def test_samples_of_one_distribution_have_the_values_that_theory_gives():
    random = np.random.default_rng(1)
    found = [
        density_coverage(random.standard_normal((200, 3)), random.standard_normal((200, 3)))
        for _ in range(20)
    ]
    # lemma 2 of the paper; the deviation of the mean is below 0.005
    assert np.mean([one.coverage for one in found]) == pytest.approx(1 - 2**-5, abs=0.015)
    assert np.mean([one.density for one in found]) == pytest.approx(1, abs=0.05)


@pytest.mark.slow
@given(seed=st.integers(0, 999))
def test_the_order_of_windows_does_not_matter(seed: int):
    random = np.random.default_rng(seed)
    generated, real = random.standard_normal((2, 12, 2))
    expected = density_coverage(generated, real)
    assert density_coverage(random.permutation(generated), random.permutation(real)) == expected
    assert 0 <= expected.coverage <= 1


def test_empty_sets_and_wrong_numbers_of_neighbours():
    with pytest.raises(ValueError, match="no generated windows, and at least one is needed"):
        density_coverage(np.zeros((0, 1)), line(0, 1, 2), 1)
    for neighbours in (0, 3):
        with pytest.raises(ValueError, match=f"3 real windows for {neighbours} neighbours"):
            density_coverage(line(0), line(0, 1, 2), neighbours)
