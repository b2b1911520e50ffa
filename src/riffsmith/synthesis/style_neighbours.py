"""Style neighbours: the passages of the corpus whose styles a piece has."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from riffsmith.codec import StyleEmbedding
from riffsmith.controls import Controls
from riffsmith.features import Descriptors
from riffsmith.seeds import derive_seed

NEAREST_FRACTION = 1 / 16
"""Fraction of the corpus's passages that fit intensity and brightness, where these are set."""


@dataclass(frozen=True)
class StyleNeighbours:
    """Style embeddings of neighbouring passages, and the tempo of the central one."""

    passages: Float[Tensor, "count dimensions"]
    """Style embeddings, nearest to the centre first."""
    numbers: Int[Tensor, " count"]
    """Numbers of the same passages in the corpus."""
    tempo: float
    """Tempo of the nearest passage in beats a minute."""

    def draw(self, seed: int, number: int) -> Float[Tensor, " dimensions"]:
        """The style embedding of a random passage.

        Args:
            seed: Seed of the piece.
            number: Number of the draw.
        """
        return self.passages[self._draw(seed, number)]

    def draw_number(self, seed: int, number: int) -> int:
        """The number in the corpus of the passage that `draw` chooses."""
        return int(self.numbers[self._draw(seed, number)])

    def _draw(self, seed: int, number: int) -> int:
        return derive_seed(seed, "style", number) % len(self.passages)


def choose_style_neighbours(
    style_embedding: StyleEmbedding,
    controls: Controls,
    seed: int,
    centre: Float[Tensor, " dimensions"] | None = None,
) -> StyleNeighbours:
    """The passages nearest to a centre, among those that fit intensity and brightness.

    `variation` decides how many they are.

    Args:
        style_embedding: Style embedding with the passages of the corpus.
        controls: Intensity, brightness and variation.
        seed: Seed that chooses the centre.
        centre: Style embedding of the centre. `None`: that of a passage which the seed chooses.
    """
    passages = style_embedding.passages
    candidates = _fitting_passages(style_embedding, controls)
    if centre is None:
        centre = passages[candidates[int(_spread(seed) * len(candidates))]]
    distances = (passages[candidates] - centre).square().sum(1)
    count = min(len(candidates), max(1, round(controls.variation**3 * len(passages))))
    nearest = candidates[distances.argsort(stable=True)[:count]]
    tempo = Descriptors(*style_embedding.descriptors[nearest[0]]).tempo
    return StyleNeighbours(passages[nearest], nearest, float(tempo))


def rank_passages(
    style_embedding: StyleEmbedding,
) -> tuple[Float[Tensor, " passages"], Float[Tensor, " passages"]]:
    """Intensity and brightness of each passage as ranks from 0 (lowest) to 1 (highest)."""
    descriptors = Descriptors(*style_embedding.descriptors.T)
    intensity = _rank(_rank(descriptors.loudness) + _rank(descriptors.density))
    return intensity, _rank(descriptors.brightness)


def _fitting_passages(style_embedding: StyleEmbedding, controls: Controls) -> Tensor:
    """Numbers of the passages nearest to the given intensity and brightness, or of all."""
    ranks = rank_passages(style_embedding)
    targets = (controls.intensity, controls.brightness)
    errors = [
        (ranked - target).square()
        for target, ranked in zip(targets, ranks, strict=True)
        if target is not None
    ]
    if not errors:
        return torch.arange(len(style_embedding.passages))
    count = max(1, round(NEAREST_FRACTION * len(style_embedding.passages)))
    return torch.stack(errors).sum(0).argsort(stable=True)[:count].sort().values


def _spread(seed: int) -> float:
    """A number from 0 to 1, far from those of neighbouring seeds (Fibonacci hashing).

    Passages are in the order of the corpus, so a few consecutive seeds visit all parts of it.
    """
    return (seed * 0x9E3779B97F4A7C15 % 2**64) / 2**64


def _rank(values: Float[Tensor, " passages"]) -> Float[Tensor, " passages"]:
    """Fraction of the other values that are lower."""
    ranks = values.argsort(stable=True).argsort(stable=True)
    return ranks / max(1, len(values) - 1)
