"""Fréchet distance between Gaussians fitted to two sets of embeddings."""

import numpy as np
from jaxtyping import Float


def frechet_distance(
    generated: Float[np.ndarray, "generated dimension"],
    real: Float[np.ndarray, "real dimension"],
) -> float:
    """Squared Fréchet distance of the fitted Gaussians (Dowson & Landau 1982, eq. 4).

        |μ₁ − μ₂|² + tr S₁ + tr S₂ − 2 tr (S₁^½ S₂ S₁^½)^½

    This is FAD (Kilgour et al. 2019) with unbiased covariances (n − 1). The last trace is the sum
    of the singular values of A Bᵀ for any factors AᵀA = S₁ and BᵀB = S₂. The centred windows are
    such factors, so no matrix root is computed, and singular covariances (fewer windows than
    dimensions) need no regularisation. The estimate is too high by about dimension / windows:
    compare only distances of sets of equal size.

    Args:
        generated: Embeddings (windows, dimension) of the set.
        real: Embeddings (windows, dimension) of the reference set.

    Raises:
        ValueError: A set has fewer than two windows.
    """
    if min(len(generated), len(real)) < 2:
        raise ValueError(
            f"The sets hold {len(generated)} and {len(real)} windows, and a covariance needs two "
            "of each; give longer audio."
        )
    mean_generated, factor_generated = _fit(generated)
    mean_real, factor_real = _fit(real)
    shift = np.square(mean_generated - mean_real).sum()
    traces = np.square(factor_generated).sum() + np.square(factor_real).sum()
    overlap = np.linalg.svd(factor_generated @ factor_real.T, compute_uv=False).sum()
    return float(max(shift + traces - 2 * overlap, 0))


def _fit(
    windows: Float[np.ndarray, "windows dimension"],
) -> tuple[Float[np.ndarray, " dimension"], Float[np.ndarray, "rank dimension"]]:
    """The mean, and a factor F of as few rows as possible with FᵀF equal to the covariance."""
    exact = windows.astype(np.float64)
    mean = exact.mean(0)
    factor = (exact - mean) / np.sqrt(len(exact) - 1)
    if len(factor) > factor.shape[1]:
        factor = np.asarray(np.linalg.qr(factor, mode="r"))
    return mean, factor
