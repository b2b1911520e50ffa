"""Which of the corpus's passages a piece goes about in."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import StyleEmbedding
from riffsmith.controls import Controls
from riffsmith.features import Descriptors
from riffsmith.seeds import derive_seed

ASKED_SHARE = 1 / 16
"""Of the corpus's passages: those that come nearest to what is asked."""


@dataclass(frozen=True)
class StyleNeighbours:
    """Passages of the corpus that a piece goes about in."""

    points: Float[Tensor, "count values"]
    tempo: float
    """Beats a minute, of the passage in the middle."""

    def passage(self, seed: int, number: int) -> Float[Tensor, " values"]:
        """One of them."""
        return self.points[derive_seed(seed, "style", number) % len(self.points)]


def choose_style_neighbours(
    style: StyleEmbedding,
    controls: Controls,
    seed: int,
    centre: Float[Tensor, " values"] | None = None,
) -> StyleNeighbours:
    """The passages around one that is drawn from those that come nearest to what is asked.

    Args:
        style: Of the corpus.
        controls: What is asked.
        seed: Of the draw.
        centre: A style to be near to, instead of a passage's that is drawn.
    """
    points = style.passages
    asked = _nearest_to_asked(style, controls)
    if centre is None:
        centre = points[asked[int(_spread(seed) * len(asked))]]
    distances = (points[asked] - centre).square().sum(1)
    count = min(len(asked), max(1, round(controls.variation**3 * len(points))))
    near = asked[distances.argsort(stable=True)[:count]]
    return StyleNeighbours(points[near], float(Descriptors(*style.descriptors[near[0]]).tempo))


def rank_passages(
    style: StyleEmbedding,
) -> tuple[Float[Tensor, " points"], Float[Tensor, " points"]]:
    """Intensity and brightness of each passage, as the share of the others below it."""
    descriptors = Descriptors(*style.descriptors.T)
    return _rank(_rank(descriptors.loudness) + _rank(descriptors.density)), _rank(
        descriptors.brightness
    )


def _nearest_to_asked(style: StyleEmbedding, controls: Controls) -> Tensor:
    """Numbers of passages."""
    wishes = zip((controls.intensity, controls.brightness), rank_passages(style), strict=True)
    errors = [(ranks - wanted).square() for wanted, ranks in wishes if wanted is not None]
    if not errors:
        return torch.arange(len(style.passages))
    count = max(1, round(ASKED_SHARE * len(style.passages)))
    return torch.stack(errors).sum(0).argsort(stable=True)[:count].sort().values


def _spread(seed: int) -> float:
    """From 0 to 1, as far from those of neighbouring seeds as can be (Fibonacci hashing).

    Passages lie in the order of the corpus: so a few seeds in a row visit all of it.
    """
    return (seed * 0x9E3779B97F4A7C15 % 2**64) / 2**64


def _rank(values: Float[Tensor, " points"]) -> Float[Tensor, " points"]:
    """Share of the others that are lower."""
    places = values.argsort(stable=True).argsort(stable=True)
    return places / max(1, len(values) - 1)
