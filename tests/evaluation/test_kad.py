import numpy as np
import pytest
from hypothesis import given, strategies as st

from riffsmith.evaluation.metrics.kad import kernel_distance, squared_distances


def normal(seed: int, count: int, dimension: int = 3, mean: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dimension)) + mean


def by_double_loops(generated: np.ndarray, real: np.ndarray, sigma: float) -> float:
    def mean_kernel(first, second, pairs):
        values = [np.exp(-np.sum((first[i] - second[j]) ** 2) / (2 * sigma**2)) for i, j in pairs]
        return sum(values) / len(values)

    m, n = len(generated), len(real)
    within = mean_kernel(
        generated, generated, [(i, j) for i in range(m) for j in range(m) if i != j]
    )
    within += mean_kernel(real, real, [(i, j) for i in range(n) for j in range(n) if i != j])
    return within - 2 * mean_kernel(generated, real, [(i, j) for i in range(m) for j in range(n)])


def test_it_equals_the_formula_written_as_loops():
    generated, real = normal(0, 7, mean=0.5), normal(1, 9)
    distances = [np.linalg.norm(real[i] - real[j]) for i in range(9) for j in range(i)]
    expected = by_double_loops(generated, real, float(np.median(distances)))
    assert kernel_distance(generated, real) == pytest.approx(expected, abs=1e-12)
    assert kernel_distance(generated, real, 2.0) == pytest.approx(
        by_double_loops(generated, real, 2.0), abs=1e-12
    )


def test_four_points_by_hand():
    # the real pair is 1 apart, so σ = 1; k(0) = 1, k(1) = e^-½, k(2) = e^-2, k(3) = e^-4.5
    real, generated = np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]])
    between = (np.exp(-2) + np.exp(-4.5) + np.exp(-0.5) + np.exp(-2)) / 4
    expected = 2 * np.exp(-0.5) - 2 * between
    assert kernel_distance(generated, real) == pytest.approx(expected)


@pytest.mark.slow
def test_it_is_zero_in_expectation_for_one_distribution_and_grows_with_the_shift():
    values = [kernel_distance(normal(s, 30), normal(s + 500, 30)) for s in range(200)]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 3 * error
    assert min(values) < 0
    shifted = [kernel_distance(normal(0, 60, mean=m), normal(1, 60)) for m in (0, 0.5, 1, 2)]
    assert shifted == sorted(shifted)


@pytest.mark.slow
@given(seed=st.integers(0, 999), generated=st.integers(2, 8), real=st.integers(2, 8))
def test_symmetry_order_and_precision(seed: int, generated: int, real: int):
    one, other = normal(seed, generated), normal(seed + 1, real)
    value = kernel_distance(one, other, 1.5)
    assert kernel_distance(other, one, 1.5) == pytest.approx(value, abs=1e-12)
    shuffled = np.random.default_rng(seed).permutation(one)
    assert kernel_distance(shuffled, other[::-1], 1.5) == pytest.approx(value, abs=1e-12)
    single = kernel_distance(one.astype(np.float32), other.astype(np.float32), 1.5)
    assert single == pytest.approx(value, abs=1e-5)
    assert value <= 2


def test_squared_distances_by_hand():
    points = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert squared_distances(points, points).tolist() == [[0, 25], [25, 0]]


def test_sets_too_small_and_bandwidths_of_zero():
    with pytest.raises(
        ValueError, match="hold 1 and 4 windows, and the distance needs two of each"
    ):
        kernel_distance(normal(0, 1), normal(1, 4))
    with pytest.raises(ValueError, match="The bandwidth is 0 and must be positive"):
        kernel_distance(normal(0, 4), np.ones((4, 3)))
