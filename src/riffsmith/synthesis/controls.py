"""What a player can ask of an endless piece."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Style
from riffsmith.errors import SettingsError
from riffsmith.features import Feel
from riffsmith.seeds import derive_seed

SLOWEST_BPM, FASTEST_BPM = 40.0, 320.0
_ASKED_SHARE = 1 / 16
"""Of the corpus's passages: those that come nearest to what is asked."""


@dataclass(frozen=True)
class Controls:
    """None leaves a thing to the seed."""

    intensity: float | None = None
    """0: the calmest passages of the corpus; 1: the loudest and busiest."""
    brightness: float | None = None
    """0: its darkest passages; 1: its brightest."""
    tempo: float | None = None
    """Beats a minute."""
    variation: float = 0.5
    """0 holds one kind of passage, 1 wanders through all of them."""
    morph_seed: int | None = None
    """Another seed, whose kind of passages the piece turns to."""
    morph_seconds: float = 30.0
    """How long that takes."""

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            SettingsError: One is out of its range.
        """
        for name in ("intensity", "brightness", "variation"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise SettingsError(f"{name} must be from 0 to 1, found {value:g}")
        if self.tempo is not None and not SLOWEST_BPM <= self.tempo <= FASTEST_BPM:
            raise SettingsError(
                f"tempo must be from {SLOWEST_BPM:g} to {FASTEST_BPM:g} BPM, found {self.tempo:g}"
            )
        if not 0 <= self.morph_seconds <= 3600:
            raise SettingsError(
                f"morph_seconds must be from 0 to 3600, found {self.morph_seconds:g}"
            )


@dataclass(frozen=True)
class Neighbourhood:
    """Passages of the corpus that a piece goes about in."""

    points: Float[Tensor, "count values"]
    tempo: float
    """Beats a minute, of the passage in the middle."""

    def passage(self, seed: int, number: int) -> Float[Tensor, " values"]:
        """One of them."""
        return self.points[derive_seed(seed, "style", number) % len(self.points)]


def choose_neighbourhood(
    style: Style, controls: Controls, seed: int, centre: Float[Tensor, " values"] | None = None
) -> Neighbourhood:
    """The passages around one that is drawn from those that come nearest to what is asked.

    Args:
        style: Of the corpus.
        controls: What is asked.
        seed: Of the draw.
        centre: A style to be near to, instead of a passage's that is drawn.
    """
    points = style.points
    asked = _nearest_to_asked(style, controls)
    if centre is None:
        centre = points[asked[int(_spread(seed) * len(asked))]]
    distances = (points[asked] - centre).square().sum(1)
    count = min(len(asked), max(1, round(controls.variation**3 * len(points))))
    near = asked[distances.argsort(stable=True)[:count]]
    return Neighbourhood(points[near], float(Feel(*style.feel[near[0]]).tempo))


def _nearest_to_asked(style: Style, controls: Controls) -> Tensor:
    """Numbers of passages."""
    feel = Feel(*style.feel.T)
    intensity = _rank(_rank(feel.loudness) + _rank(feel.density))
    asked = ((controls.intensity, intensity), (controls.brightness, _rank(feel.brightness)))
    errors = [(ranks - wanted).square() for wanted, ranks in asked if wanted is not None]
    if not errors:
        return torch.arange(len(style.points))
    count = max(1, round(_ASKED_SHARE * len(style.points)))
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
