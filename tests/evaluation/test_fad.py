import numpy as np
import pytest
from hypothesis import given, strategies as st

from riffsmith.evaluation.metrics.fad import frechet_distance


def normal(seed: int, count: int, dimension: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dimension))


def root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def by_matrix_roots(generated: np.ndarray, real: np.ndarray) -> float:
    first, second = np.cov(generated.T), np.cov(real.T)
    overlap = root(root(first) @ second @ root(first))
    shift = generated.mean(0) - real.mean(0)
    return float(shift @ shift + np.trace(first) + np.trace(second) - 2 * np.trace(overlap))


def test_gaussians_on_a_line_by_hand():
    # mean 0 and variance 1 against mean 1 and variance 1, then against mean 1 and variance 9:
    # (μ1 − μ2)² + (σ1 − σ2)²
    unit = np.array([[-1.0], [0.0], [1.0]])
    assert frechet_distance(unit, unit + 1) == pytest.approx(1, abs=1e-12)
    assert frechet_distance(unit, 3 * unit + 1) == pytest.approx(1 + 4, abs=1e-12)


def test_diagonal_covariances_by_hand():
    # a cross has variance 2/3 · a² along each arm: with arms √1.5·σ the deviations are σ
    cross = np.sqrt(1.5) * np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    moved = cross * [2, 5] + [3, 4]
    assert frechet_distance(cross, moved) == pytest.approx(9 + 16 + 1 + 16, abs=1e-12)


@pytest.mark.parametrize(("generated", "real"), [(20, 30), (3, 30), (4, 3), (2, 2)])
def test_it_equals_the_formula_with_matrix_roots(generated: int, real: int):
    one, other = normal(0, generated, 8) * 2 + 1, normal(1, real, 8)
    expected = by_matrix_roots(one, other)  # whose roots lose half the digits if singular
    assert frechet_distance(one, other) == pytest.approx(expected, abs=1e-5)


@pytest.mark.slow
@given(seed=st.integers(0, 999), generated=st.integers(2, 9), real=st.integers(2, 9))
def test_symmetry_order_and_rotation(seed: int, generated: int, real: int):
    one, other = normal(seed, generated), normal(seed + 1, real)
    value = frechet_distance(one, other)
    assert value >= 0
    assert frechet_distance(other, one) == pytest.approx(value, abs=1e-9)
    assert frechet_distance(one[::-1], other) == pytest.approx(value, abs=1e-9)
    rotation = np.linalg.qr(normal(seed + 2, 3))[0]
    assert frechet_distance(one @ rotation, other @ rotation) == pytest.approx(value, abs=1e-9)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-9)


def test_large_samples_of_one_distribution_are_near():
    assert frechet_distance(normal(0, 20_000), normal(1, 20_000)) < 0.002


def test_one_window_has_no_covariance():
    with pytest.raises(
        ValueError, match="hold 5 and 1 windows, and a covariance needs two of each"
    ):
        frechet_distance(normal(0, 5), normal(1, 1))
