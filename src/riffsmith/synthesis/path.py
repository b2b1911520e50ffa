"""Where an endless piece goes: its beats, and from one style to the next."""

from copy import copy
from dataclasses import dataclass, replace
from math import pi

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Style
from riffsmith.controls import Controls
from riffsmith.gan import clock
from riffsmith.synthesis.neighbourhood import Neighbourhood, choose_neighbourhood

KNOT_LATENTS = 192
"""Between one style and the next; the way goes along a cosine."""
_REMEMBERED_LATENTS = 4_096
"""A turn so long ago has no effect on what a stretch of latents is told."""
_TURN_LATENTS = 8
"""In which new controls take effect, so that they have at the turn."""


@dataclass(frozen=True)
class _Leg:
    """What holds from one turn on."""

    start: int
    seed: int
    own: Neighbourhood
    other: Neighbourhood | None
    """Where it turns to."""
    morph_latents: float
    beat: float
    """At its start."""
    pace: float
    other_pace: float
    """Beats a latent frame, before and after it has turned there."""

    def beats(self, places: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
        """The integral of the pace."""
        passed = places - self.start
        turning = passed.clamp(0, self.morph_latents)
        rise = (self.other_pace - self.pace) / max(self.morph_latents, 1e-9)
        after = (passed - self.morph_latents).clamp(min=0)
        before = passed.clamp(max=0)
        return (
            self.beat
            + self.pace * (before + turning)
            + rise * turning.square() / 2
            + self.other_pace * after
        )

    def styles(self, places: Float[Tensor, " frames"]) -> Float[Tensor, "frames values"]:
        found = _wander(self.own, self.seed, places)
        if self.other is None:
            return found
        share = ((places - self.start) / max(self.morph_latents, 1e-9)).clamp(0, 1)
        return torch.lerp(found, _wander(self.other, self.seed, places), share[:, None].float())


def _wander(
    within: Neighbourhood, seed: int, places: Float[Tensor, " frames"]
) -> Float[Tensor, "frames values"]:
    """From passage to passage."""
    numbers = places.div(KNOT_LATENTS, rounding_mode="floor").long()
    first = int(numbers.min())
    knots = [within.passage(seed, number) for number in range(first, int(numbers.max()) + 2)]
    share = _ease(places % KNOT_LATENTS / KNOT_LATENTS)
    table = torch.stack(knots)
    return torch.lerp(table[numbers - first], table[numbers - first + 1], share[:, None])


def _ease(share: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
    """From 0 to 1 along a cosine."""
    return ((1 - (pi * share.clamp(0, 1)).cos()) / 2).float()


class Path:
    """What the generator is told at every frame of a piece."""

    def __init__(
        self,
        style: Style,
        seed: int,
        latent_seconds: float,
        controls: Controls | None = None,
        centre: Float[Tensor, " values"] | None = None,
    ) -> None:
        """Begins a piece.

        Args:
            style: Of the corpus.
            seed: Of the piece.
            latent_seconds: Length of a frame.
            controls: What is asked of it.
            centre: A style to be near to.
        """
        self._style, self._seed, self._latent_seconds = style, seed, latent_seconds
        self._centre = centre
        self._legs = [self._leg(0, controls or Controls())]

    def turned(self, frame: int, controls: Controls) -> "Path":
        """The same piece, of which something else is asked from a frame on."""
        beat = float(self._beats(torch.tensor([frame], dtype=torch.float64)))
        leg = replace(self._leg(frame, controls), beat=beat)
        earlier = [leg for leg in self._legs if leg.start < frame]
        long_over = [leg for leg in earlier if leg.start < frame - _REMEMBERED_LATENTS]
        return self._with([*earlier[max(0, len(long_over) - 1) :], leg])

    def in_time(self, beat: float, pace: float) -> "Path":
        """The same piece with another clock from its beginning on.

        Args:
            beat: Where it is at frame 0.
            pace: Beats a latent frame.
        """
        leg = replace(self._legs[0], beat=beat, pace=pace, other_pace=pace)
        return self._with([leg, *self._legs[1:]])

    @property
    def pace(self) -> float:
        """Beats a latent frame at the beginning."""
        return self._legs[0].pace

    def told(self, start: int, frames: int) -> Float[Tensor, "1 clock_and_style frames"]:
        """Clock and style of the frames [start, start + frames); start may be negative."""
        places = start + torch.arange(frames, dtype=torch.float64)
        style = self._legs[0].styles(places)
        for leg in self._legs[1:]:
            share = _ease((places - leg.start) / _TURN_LATENTS + 1)[:, None]
            if share.any():
                style = torch.lerp(style, leg.styles(places), share)
        return torch.cat([clock(self._beats(places)[None]), style.T[None]], dim=1)

    def _with(self, legs: list[_Leg]) -> "Path":
        path = copy(self)
        path._legs = legs
        return path

    def _beats(self, places: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
        beats = self._legs[0].beats(places)
        for leg in self._legs[1:]:
            beats = torch.where(places >= leg.start, leg.beats(places), beats)
        return beats

    def _leg(self, start: int, controls: Controls) -> _Leg:
        own = choose_neighbourhood(self._style, controls, self._seed, self._centre)
        other = None
        if controls.morph_seed is not None:
            other = choose_neighbourhood(self._style, controls, controls.morph_seed)
        tempo = controls.tempo or own.tempo
        other_tempo = controls.tempo or (other or own).tempo
        return _Leg(
            start=start,
            seed=self._seed,
            own=own,
            other=other,
            morph_latents=controls.morph_seconds / self._latent_seconds,
            beat=0.0,
            pace=tempo / 60 * self._latent_seconds,
            other_pace=other_tempo / 60 * self._latent_seconds,
        )
