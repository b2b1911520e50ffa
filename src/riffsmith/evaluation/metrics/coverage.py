"""Density and coverage of a set of embeddings: its fidelity and its variety."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from riffsmith.evaluation.metrics.kad import squared_distances

NEIGHBOURS = 5
"""Usual number of neighbours; there must be more windows than that."""


@dataclass(frozen=True)
class DensityCoverage:
    """Fidelity and variety of a generated set.

    Attributes:
        density: About 1 for samples of the real distribution, above 1 for samples of its densest
            parts alone, 0 if no window is near a real one.
        coverage: Share of real windows with a generated one in their neighbourhood, from 0 to 1.
    """

    density: float
    coverage: float


def density_coverage(
    generated: Float[np.ndarray, "generated dimension"],
    real: Float[np.ndarray, "real dimension"],
    neighbours: int = NEIGHBOURS,
) -> DensityCoverage:
    """Density and coverage (Naeem et al. 2020, "Reliable fidelity and diversity metrics").

    The neighbourhood of a real window is a ball whose radius is the distance to its k-th nearest
    other real window; a window exactly at that distance is outside, as in the authors' program.
    With M generated and N real windows, density is the number of pairs of a generated window in a
    real window's neighbourhood, divided by k·M. Coverage is the share of the N real windows whose
    neighbourhood is not empty. For two large samples of equal size from one distribution it is
    about 1 − 2^−k (0.97 for k = 5).

    Args:
        generated: Embeddings (windows, dimension) of the set.
        real: Embeddings (windows, dimension) of the reference set.
        neighbours: Number k of neighbours, at least 1.

    Raises:
        ValueError: There are no generated windows, or k is not in 1…N − 1.
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
    # a window's distance to itself is the smallest of its row, so column k holds the k-th other's
    radii = np.partition(squared_distances(real, real), neighbours, axis=1)[:, neighbours]
    inside = squared_distances(real, generated) < radii[:, None]
    return DensityCoverage(
        density=float(inside.sum() / (neighbours * len(generated))),
        coverage=float(inside.any(axis=1).mean()),
    )
