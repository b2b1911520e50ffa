"""Where an endless piece goes: its beats, and from one style to the next."""

from copy import copy
from dataclasses import dataclass, replace
from math import pi

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import StyleEmbedding
from riffsmith.controls import Controls
from riffsmith.networks import clock
from riffsmith.synthesis.style_neighbours import StyleNeighbours, choose_style_neighbours

KEYFRAME_LATENTS = 192
"""Between one style and the next; the way goes along a cosine."""
_REMEMBERED_LATENTS = 4_096
"""A turn so long ago has no effect on what a stretch of latents is told."""
_TURN_LATENTS = 8
"""In which new controls take effect, so that they have at the turn."""


@dataclass(frozen=True)
class _Segment:
    """What holds from one turn on."""

    start: int
    seed: int
    own: StyleNeighbours
    other: StyleNeighbours | None
    """Where it turns to."""
    morph_latents: float
    beat: float
    """At its start."""
    beats_per_frame: float
    other_beats_per_frame: float
    """Beats a latent frame, before and after it has turned there."""

    def beats(self, places: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
        """The integral of the pace."""
        passed = places - self.start
        turning = passed.clamp(0, self.morph_latents)
        rise = (self.other_beats_per_frame - self.beats_per_frame) / max(self.morph_latents, 1e-9)
        after = (passed - self.morph_latents).clamp(min=0)
        before = passed.clamp(max=0)
        return (
            self.beat
            + self.beats_per_frame * (before + turning)
            + rise * turning.square() / 2
            + self.other_beats_per_frame * after
        )

    def styles(self, places: Float[Tensor, " frames"]) -> Float[Tensor, "frames values"]:
        found = _wander(self.own, self.seed, places)
        if self.other is None:
            return found
        share = ((places - self.start) / max(self.morph_latents, 1e-9)).clamp(0, 1)
        return torch.lerp(found, _wander(self.other, self.seed, places), share[:, None].float())


def _wander(
    within: StyleNeighbours, seed: int, places: Float[Tensor, " frames"]
) -> Float[Tensor, "frames values"]:
    """From passage to passage."""
    numbers = places.div(KEYFRAME_LATENTS, rounding_mode="floor").long()
    first = int(numbers.min())
    keyframes = [within.passage(seed, number) for number in range(first, int(numbers.max()) + 2)]
    share = _ease(places % KEYFRAME_LATENTS / KEYFRAME_LATENTS)
    table = torch.stack(keyframes)
    return torch.lerp(table[numbers - first], table[numbers - first + 1], share[:, None])


def _ease(share: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
    """From 0 to 1 along a cosine."""
    return ((1 - (pi * share.clamp(0, 1)).cos()) / 2).float()


class ConditioningSchedule:
    """What the generator is told at every frame of a piece."""

    def __init__(
        self,
        style: StyleEmbedding,
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
        self._segments = [self._segment(0, controls or Controls())]

    def with_controls(self, frame: int, controls: Controls) -> "ConditioningSchedule":
        """The same piece, of which something else is asked from a frame on."""
        beat = float(self._beats(torch.tensor([frame], dtype=torch.float64)))
        segment = replace(self._segment(frame, controls), beat=beat)
        earlier = [segment for segment in self._segments if segment.start < frame]
        long_over = [segment for segment in earlier if segment.start < frame - _REMEMBERED_LATENTS]
        return self._with([*earlier[max(0, len(long_over) - 1) :], segment])

    def in_time(self, beat: float, beats_per_frame: float) -> "ConditioningSchedule":
        """The same piece with another clock from its beginning on.

        Args:
            beat: Where it is at frame 0.
            beats_per_frame: Beats a latent frame.
        """
        segment = replace(
            self._segments[0],
            beat=beat,
            beats_per_frame=beats_per_frame,
            other_beats_per_frame=beats_per_frame,
        )
        return self._with([segment, *self._segments[1:]])

    @property
    def beats_per_frame(self) -> float:
        """Beats a latent frame at the beginning."""
        return self._segments[0].beats_per_frame

    def conditioning(self, start: int, frames: int) -> Float[Tensor, "1 clock_and_style frames"]:
        """Clock and style of the frames [start, start + frames); start may be negative."""
        places = start + torch.arange(frames, dtype=torch.float64)
        style = self._segments[0].styles(places)
        for segment in self._segments[1:]:
            share = _ease((places - segment.start) / _TURN_LATENTS + 1)[:, None]
            if share.any():
                style = torch.lerp(style, segment.styles(places), share)
        return torch.cat([clock(self._beats(places)[None]), style.T[None]], dim=1)

    def _with(self, segments: list[_Segment]) -> "ConditioningSchedule":
        path = copy(self)
        path._segments = segments
        return path

    def _beats(self, places: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
        beats = self._segments[0].beats(places)
        for segment in self._segments[1:]:
            beats = torch.where(places >= segment.start, segment.beats(places), beats)
        return beats

    def _segment(self, start: int, controls: Controls) -> _Segment:
        own = choose_style_neighbours(self._style, controls, self._seed, self._centre)
        other = None
        if controls.morph_seed is not None:
            other = choose_style_neighbours(self._style, controls, controls.morph_seed)
        tempo = controls.tempo or own.tempo
        other_tempo = controls.tempo or (other or own).tempo
        return _Segment(
            start=start,
            seed=self._seed,
            own=own,
            other=other,
            morph_latents=controls.morph_seconds / self._latent_seconds,
            beat=0.0,
            beats_per_frame=tempo / 60 * self._latent_seconds,
            other_beats_per_frame=other_tempo / 60 * self._latent_seconds,
        )
