"""Where an endless piece goes: its tempo, and from one style to the next."""

from math import pi

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Style
from riffsmith.features import Feel
from riffsmith.gan import clock
from riffsmith.seeds import derive_seed

KNOT_LATENTS = 192
"""Between one style and the next; the way goes along a cosine."""
_NEAR_SHARE = 1 / 8
"""Of the corpus's passages: those nearest to a piece's centre are its own."""


class Path:
    """What the generator is told at every frame of the piece of one seed."""

    def __init__(self, style: Style, seed: int, latent_seconds: float) -> None:
        self._style, self._seed = style, seed
        points = style.points
        centre = derive_seed(seed, "centre") % len(points)
        count = max(1, round(_NEAR_SHARE * len(points)))
        distances = (points - points[centre]).square().sum(1)
        self._near = distances.argsort(stable=True)[:count]
        tempo = Feel(*style.feel[centre].tolist()).tempo
        self._beats_per_frame = float(tempo) / 60 * latent_seconds

    def told(self, start: int, frames: int) -> Float[Tensor, "1 clock_and_style frames"]:
        """Clock and style of the frames [start, start + frames); start may be negative."""
        places = start + torch.arange(frames, dtype=torch.float64)
        first, last = start // KNOT_LATENTS, (start + frames - 1) // KNOT_LATENTS
        knots = torch.stack([self._knot(number) for number in range(first, last + 2)])
        number = places.div(KNOT_LATENTS, rounding_mode="floor").long() - first
        share = (places % KNOT_LATENTS / KNOT_LATENTS)[:, None]
        share = ((1 - (pi * share).cos()) / 2).float()
        style = torch.lerp(knots[number], knots[number + 1], share)
        return torch.cat([clock(places[None] * self._beats_per_frame), style.T[None]], dim=1)

    def _knot(self, number: int) -> Float[Tensor, " values"]:
        """One of the piece's own passages."""
        chosen = derive_seed(self._seed, "style", number) % len(self._near)
        return self._style.points[self._near[chosen]]
