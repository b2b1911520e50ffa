"""Vendi score: the effective number of different windows in a set."""

import numpy as np
from jaxtyping import Float

from riffsmith.seeds import derive_seed


def vendi_score(windows: Float[np.ndarray, "windows dimension"]) -> float:
    """exp(−Σ λ log λ) over the eigenvalues λ of K / n (Friedman & Dieng 2023, definition 3.1).

    K holds the cosine similarities, so that n equal windows score 1 and n orthogonal ones n. The
    similarities are a product U Uᵀ of unit rows; the eigenvalues are the squared singular values
    of U / √n, found without forming K. A window of zeros counts as equal to other such windows
    and as orthogonal to the rest.

    Args:
        windows: One embedding a window.

    Raises:
        ValueError: Without windows.
    """
    if len(windows) == 0:
        raise ValueError("There are no windows, and at least one is needed; give longer audio.")
    exact = windows.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    is_zero = (lengths == 0).astype(np.float64)  # a dimension of their own
    unit = np.concatenate([exact / (lengths + is_zero), is_zero], axis=1)
    if len(unit) > unit.shape[1]:
        unit = np.asarray(np.linalg.qr(unit, mode="r"))
    eigenvalues = np.square(np.linalg.svd(unit, compute_uv=False)) / len(windows)
    eigenvalues = eigenvalues[eigenvalues > 0]
    return float(np.exp(-(eigenvalues * np.log(eigenvalues)).sum()))


def relative_variety(
    generated: Float[np.ndarray, "generated dimension"],
    real: Float[np.ndarray, "real dimension"],
    seed: int = 0,
) -> float:
    """Vendi score of generated over that of real windows: 1 is as varied, near 0 collapsed.

    A score grows with the number of windows, so the larger set is thinned to the smaller one's
    size, by a draw that depends on the seed and the sizes alone. Both sets are first shifted by
    the mean of all real windows: what all music has in common would make every cosine large.

    Args:
        generated: One embedding a window.
        real: The reference set.
        seed: Chooses the windows that stay.

    Raises:
        ValueError: If either set is empty.
    """
    if min(len(generated), len(real)) == 0:
        raise ValueError(
            f"The sets hold {len(generated)} and {len(real)} windows, and at least one of each is "
            "needed; give longer audio."
        )
    centre = real.astype(np.float64).mean(0)
    count = min(len(generated), len(real))
    generated_score = vendi_score(_thin(generated, count, derive_seed(seed, "variety", 0)) - centre)
    real_score = vendi_score(_thin(real, count, derive_seed(seed, "variety", 1)) - centre)
    return generated_score / real_score


def _thin(
    windows: Float[np.ndarray, "windows dimension"], count: int, seed: int
) -> Float[np.ndarray, "count dimension"]:
    if len(windows) == count:
        return windows
    return windows[np.random.default_rng(seed).choice(len(windows), count, replace=False)]
