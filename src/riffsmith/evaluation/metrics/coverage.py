"""Density and coverage: are generated windows where real ones are, and is every real one met?"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from riffsmith.evaluation.metrics.kad import squared_distances


@dataclass(frozen=True)
class DensityCoverage:
    """Fidelity and variety of a generated set.

    Attributes:
        density: Around 1 for samples of the real distribution; above 1 where they crowd in its
            densest parts; 0 where none is near a real window.
        coverage: Share of real windows with a generated one in their neighbourhood, 0 to 1.
    """

    density: float
    coverage: float


def density_coverage(
    generated: Float[np.ndarray, "generated dimension"],
    real: Float[np.ndarray, "real dimension"],
    neighbours: int = 5,
) -> DensityCoverage:
    """Density and coverage (Naeem et al. 2020, "Reliable fidelity and diversity metrics").

    The neighbourhood of a real window reaches to its k-th nearest other real window; a window
    exactly at that distance is outside, as in the authors' program. With M generated and N real
    windows, density is the number of (generated, real) pairs with the one in the other's
    neighbourhood over k·M, and coverage the share of the N whose neighbourhood is not empty. For
    two large, equal samples of one distribution coverage is about 1 − 2^−k (0.97 for k = 5).

    Args:
        generated: One embedding a window.
        real: The reference set.
        neighbours: k, at least 1.

    Raises:
        ValueError: Without generated windows, or with k not in 1…N − 1.
    """
    if len(generated) == 0:
        raise ValueError(
            "There are no generated windows, and at least one is needed; generate some."
        )
    if not 1 <= neighbours < len(real):
        raise ValueError(
            f"There are {len(real)} real windows for {neighbours} neighbours, and there must be at "
            "least one neighbour and more windows than that; give longer audio."
        )
    # a window's distance to itself is the smallest of its row, so place k holds the k-th other
    radii = np.partition(squared_distances(real, real), neighbours, axis=1)[:, neighbours]
    inside = squared_distances(real, generated) < radii[:, None]
    return DensityCoverage(
        density=float(inside.sum() / (neighbours * len(generated))),
        coverage=float(inside.any(axis=1).mean()),
    )
