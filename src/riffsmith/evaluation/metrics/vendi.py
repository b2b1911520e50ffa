"""Vendi score: the effective number of different windows in a set of embeddings."""

import numpy as np
from jaxtyping import Float

from riffsmith.seeds import derive_seed


def vendi_score(windows: Float[np.ndarray, "windows dimension"]) -> float:
    """exp(−Σ λ log λ) over the eigenvalues λ of K / n (Friedman & Dieng 2023, definition 3.1).

    K holds the cosine similarities, so that n equal windows score 1 and n orthogonal ones n. As
    K = U Uᵀ with unit rows, the eigenvalues are the squared singular values of U / √n, and K itself
    is not computed. A window of zeros counts as equal to other such windows and as orthogonal to
    all others.

    Args:
        windows: Embeddings (windows, dimension).

    Raises:
        ValueError: There are no windows.
    """
    if len(windows) == 0:
        raise ValueError("There are no windows, and at least one is needed; give longer audio.")
    exact = windows.astype(np.float64)
    lengths = np.linalg.norm(exact, axis=1, keepdims=True)
    is_zero = (lengths == 0).astype(np.float64)  # an additional dimension
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
    """Vendi score of generated windows divided by that of real ones.

    1 means as varied as real music; a value near 0 means that all windows are nearly equal.

    A score grows with the number of windows, so the larger set is thinned to the size of the
    smaller one, by a draw that depends on the seed and the sizes alone. The mean of all real
    windows is subtracted from both sets first, because it would make every cosine large.

    Args:
        generated: Embeddings (windows, dimension) of the set.
        real: Embeddings (windows, dimension) of the reference set.
        seed: Seed of the draw.

    Raises:
        ValueError: A set is empty.
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
