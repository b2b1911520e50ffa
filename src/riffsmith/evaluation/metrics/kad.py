"""Kernel distance between two sets of embeddings: the unbiased squared maximum mean discrepancy."""

import numpy as np
from jaxtyping import Float


def kernel_distance(
    generated: Float[np.ndarray, "generated dimension"],
    real: Float[np.ndarray, "real dimension"],
    bandwidth: float | None = None,
) -> float:
    """Squared maximum mean discrepancy, unbiased (Gretton et al. 2012, eq. 3), without scaling.

        Σ_{i≠j} k(x_i, x_j) / m(m−1) + Σ_{i≠j} k(y_i, y_j) / n(n−1) − 2 Σ_{i,j} k(x_i, y_j) / mn

    with k(x, y) = exp(−|x − y|² / 2σ²). As in the kernel audio distance (Chung et al. 2025), σ is
    the median Euclidean distance over all pairs of different windows of the real set alone. The
    published distance is multiplied by a constant, this one is not. For two samples of one
    distribution its expected value is 0, so about half of such values are negative; the largest
    possible value is 2.

    Args:
        generated: Embeddings (windows, dimension) of the set.
        real: Embeddings (windows, dimension) of the reference set, which also gives the bandwidth.
        bandwidth: σ in the unit of the embeddings. `None`: the median distance.

    Raises:
        ValueError: A set has fewer than two windows, or the bandwidth is not positive.
    """
    if min(len(generated), len(real)) < 2:
        raise ValueError(
            f"The sets hold {len(generated)} and {len(real)} windows, and the distance needs two "
            "of each; give longer audio."
        )
    within_real = squared_distances(real, real)
    if bandwidth is None:
        bandwidth = float(np.median(np.sqrt(within_real[np.triu_indices(len(real), 1)])))
    if not bandwidth > 0:
        raise ValueError(
            f"The bandwidth is {bandwidth:g} and must be positive; the median is zero where most "
            "real windows are alike, so give other windows or a bandwidth."
        )

    def kernel(squared: Float[np.ndarray, "rows columns"]) -> Float[np.ndarray, "rows columns"]:
        return np.exp(squared / (-2 * bandwidth**2))

    m, n = len(generated), len(real)
    # k(x, x) = 1, so the diagonals sum to m and to n
    among_generated = (kernel(squared_distances(generated, generated)).sum() - m) / (m * (m - 1))
    among_real = (kernel(within_real).sum() - n) / (n * (n - 1))
    between = kernel(squared_distances(generated, real)).mean()
    return float(among_generated + among_real - 2 * between)


def squared_distances(
    first: Float[np.ndarray, "first dimension"], second: Float[np.ndarray, "second dimension"]
) -> Float[np.ndarray, "first second"]:
    """Squared Euclidean distances (first, second) of all pairs of rows, in double precision.

    If both arguments are the same array, the distance of a row to itself is exactly 0.
    """
    one, other = first.astype(np.float64), second.astype(np.float64)
    lengths = np.square(one).sum(1)[:, None] + np.square(other).sum(1)[None, :]
    squared = np.maximum(lengths - 2 * one @ other.T, 0)
    if first is second:
        np.fill_diagonal(squared, 0)
    return squared
