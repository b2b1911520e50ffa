import numpy as np
import pytest
from hypothesis import given, strategies as st

from riffsmith.evaluation.metrics.vendi import relative_variety, vendi_score


def normal(seed: int, count: int, dimension: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dimension))


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_equal_windows_count_once_and_orthogonal_ones_each(count: int):
    assert vendi_score(np.tile([[1.0, 2.0, -3.0]], (count, 1))) == pytest.approx(1)
    assert vendi_score(7 * np.eye(count)) == pytest.approx(count)


def test_two_windows_at_60_degrees_by_hand():
    # K / 2 has the eigenvalues (1 ± ½) / 2
    windows = np.array([[1.0, 0.0], [0.5, np.sqrt(0.75)]])
    expected = np.exp(-0.75 * np.log(0.75) - 0.25 * np.log(0.25))
    assert vendi_score(windows) == pytest.approx(expected)


def test_it_equals_the_eigenvalues_of_the_kernel_matrix():
    for windows in (normal(0, 30), normal(1, 3, 10)):
        unit = windows / np.linalg.norm(windows, axis=1, keepdims=True)
        values = np.linalg.eigvalsh(unit @ unit.T / len(unit))
        values = values[values > 1e-12]
        assert vendi_score(windows) == pytest.approx(np.exp(-(values * np.log(values)).sum()))


def test_zeros_are_alike_and_unlike_the_rest():
    assert vendi_score(np.zeros((4, 3))) == pytest.approx(1)
    assert vendi_score(np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.0]])) == pytest.approx(
        2
    )


@pytest.mark.slow
@given(seed=st.integers(0, 999), count=st.integers(1, 12))
def test_bounds_order_and_scale(seed: int, count: int):
    windows = normal(seed, count)
    score = vendi_score(windows)
    assert 1 - 1e-9 <= score <= min(count, 4) + 1e-9
    assert vendi_score(windows[::-1] * 5) == pytest.approx(score)


def test_relative_variety_is_one_for_the_same_and_small_for_a_collapse():
    real = normal(0, 200, 6) + 20
    assert relative_variety(real, real) == pytest.approx(1)
    assert relative_variety(normal(1, 200, 6) + 20, real) == pytest.approx(1, abs=0.02)
    collapsed = real[:1] + 0.01 * normal(2, 200, 6)
    assert relative_variety(collapsed, real) == pytest.approx(
        1 / vendi_score(real - real.mean(0)), 0.01
    )


def test_unequal_sets_are_thinned_by_the_seed():
    few, many = normal(0, 5, 30), normal(1, 300, 30)
    # five windows can score 5 at most, so the 300 must have been thinned
    assert relative_variety(few, many, seed=3) > 0.8
    assert relative_variety(many, few, seed=3) < 1.5
    assert relative_variety(few, many, seed=3) == relative_variety(few, many, seed=3)
    assert relative_variety(few, many, seed=3) != relative_variety(few, many, seed=4)


def test_empty_sets():
    with pytest.raises(ValueError, match="There are no windows, and at least one is needed"):
        vendi_score(np.zeros((0, 3)))
    with pytest.raises(ValueError, match="hold 3 and 0 windows, and at least one of each"):
        relative_variety(np.zeros((3, 2)), np.zeros((0, 2)))
