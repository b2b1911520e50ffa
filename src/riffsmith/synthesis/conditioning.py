"""Conditioning schedule of an endless piece: clock, style, notes and noise of every frame."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from math import ceil, pi

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import StyleEmbedding
from riffsmith.controls import SLOWEST_BPM, Controls, parse_key
from riffsmith.networks import BAR_BEATS, NoiseSource, PianoRollModel, clock
from riffsmith.synthesis.form import SECTION_BARS, Form, shape_noise
from riffsmith.synthesis.piece_roll import PieceRoll
from riffsmith.synthesis.style_neighbours import StyleNeighbours, choose_style_neighbours

KEYFRAME_LATENTS = 192
"""Latent frames from one keyframe of the style to the next; between them it follows a cosine."""
_REMEMBERED_LATENTS = 4_096
"""Latent frames after which a control change no longer affects the latents that are generated."""
_CHANGE_LATENTS = 8
"""Latent frames over which the style of new controls replaces the old one, before the change."""
_SECTION_CHANGE_BEATS = 4
"""Beats over which the style of a section replaces that of the last one, around its beginning."""


@dataclass(frozen=True)
class _Segment:
    """The schedule from one control change to the next."""

    start: int
    """First latent frame."""
    seed: int
    own: StyleNeighbours
    morph: StyleNeighbours | None
    """Style neighbours that the piece changes to. `None`: it does not morph."""
    morph_latents: float
    """Length of the morph in latent frames, from the start on."""
    beat: float
    """Position in beats at the start."""
    beats_per_frame: float
    """Tempo in beats for each latent frame, before the morph."""
    morph_beats_per_frame: float
    """The same after the morph."""
    form: Form
    roll: PieceRoll | None
    """Notes of the piece. `None`: the generator is given none."""
    morph_roll: PieceRoll | None
    """Notes after the morph."""

    def beats(self, frames: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
        """Position of frames in beats: the integral of a tempo that is linear during the morph."""
        passed = frames - self.start
        during = passed.clamp(0, self.morph_latents)
        rise = (self.morph_beats_per_frame - self.beats_per_frame) / max(self.morph_latents, 1e-9)
        after = (passed - self.morph_latents).clamp(min=0)
        before = passed.clamp(max=0)
        return (
            self.beat
            + self.beats_per_frame * (before + during)
            + rise * during.square() / 2
            + self.morph_beats_per_frame * after
        )

    def styles(self, frames: Float[Tensor, " frames"]) -> Float[Tensor, "frames dimensions"]:
        """Style embedding at frames."""
        own = self._styles_among(self.own, frames)
        if self.morph is None:
            return own
        weight = ((frames - self.start) / max(self.morph_latents, 1e-9)).clamp(0, 1)
        other = self._styles_among(self.morph, frames)
        return torch.lerp(own, other, weight[:, None].float())

    def notes(
        self, frames: Float[Tensor, " frames"], beats: Float[Tensor, " frames"]
    ) -> Float[Tensor, "rows frames"]:
        """Piano roll at frames; without one it has no pitches. A morph changes it in its middle.

        Args:
            frames: Numbers of the frames.
            beats: Their positions in beats.
        """
        if self.roll is None:
            return torch.zeros(0, len(frames))
        roll = self.roll.at(beats)
        if self.morph_roll is None:
            return roll
        is_later = frames - self.start > self.morph_latents / 2
        return torch.where(is_later, self.morph_roll.at(beats), roll)

    def _styles_among(
        self, neighbours: StyleNeighbours, frames: Float[Tensor, " frames"]
    ) -> Float[Tensor, "frames dimensions"]:
        """Style embeddings that change between random neighbours.

        With a form they change from section to section, and a section that returns has the style
        that it had. Without one they change slowly all the time.
        """
        if self.form.amount == 0:
            return _interpolate(
                lambda number: neighbours.draw(self.seed, number),
                frames / KEYFRAME_LATENTS,
                frames % KEYFRAME_LATENTS / KEYFRAME_LATENTS,
            )
        length = SECTION_BARS * BAR_BEATS
        beats = self.beats(frames) + _SECTION_CHANGE_BEATS / 2
        return _interpolate(
            lambda number: neighbours.draw(self.seed, self.form.section(number - 1)),
            beats / length,
            beats % length / _SECTION_CHANGE_BEATS,
        )


def _interpolate(
    keyframe: Callable[[int], Tensor],
    places: Float[Tensor, " frames"],
    fractions: Float[Tensor, " frames"],
) -> Float[Tensor, "frames dimensions"]:
    """Values between each place's keyframe and the next one.

    Args:
        keyframe: Function from the number of a keyframe to its value.
        places: Places in keyframes; whole numbers are the keyframes.
        fractions: How far each value has gone to the next keyframe; all above 1 count as 1.
    """
    numbers = places.floor().long()
    first = int(numbers.min())
    table = torch.stack([keyframe(number) for number in range(first, int(numbers.max()) + 2)])
    weight = _ease(fractions)
    return torch.lerp(table[numbers - first], table[numbers - first + 1], weight[:, None])


def _ease(fraction: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
    """A weight that rises from 0 to 1 along a cosine."""
    return ((1 - (pi * fraction.clamp(0, 1)).cos()) / 2).float()


class ConditioningSchedule:
    """Conditioning of the generator at every frame of a piece."""

    def __init__(
        self,
        style_embedding: StyleEmbedding,
        seed: int,
        latent_seconds: float,
        controls: Controls | None = None,
        centre: Float[Tensor, " dimensions"] | None = None,
        form: float = 0.0,
        piano_roll_model: PianoRollModel | None = None,
        profile: Float[Tensor, " 13"] | None = None,
    ) -> None:
        """Begins the schedule of a piece.

        Args:
            style_embedding: Style embedding with the passages of the corpus.
            seed: Seed of the piece.
            latent_seconds: Length of a latent frame in seconds.
            controls: Controls from the beginning on. `None`: their defaults.
            centre: Style embedding to stay near. `None`: that of a passage which the seed chooses.
            form: Form of the piece where the controls leave it out.
            piano_roll_model: Model that writes the notes. `None`: there are none.
            profile: Profile whose key the piece has. `None`: that of the central passage.
        """
        self._piano_roll_model, self._profile = piano_roll_model, profile
        self._period_beats: float | None = None
        self._style_embedding, self._seed = style_embedding, seed
        self._latent_seconds, self._centre = latent_seconds, centre
        self._usual_form = form
        self._segments = [self._segment(0, controls or Controls())]

    def with_controls(self, frame: int, controls: Controls) -> "ConditioningSchedule":
        """The same schedule with other controls from a frame on."""
        beat = float(self._beats(torch.tensor([frame], dtype=torch.float64)))
        segment = replace(self._segment(frame, controls), beat=beat)
        earlier = [segment for segment in self._segments if segment.start < frame]
        long_over = [segment for segment in earlier if segment.start < frame - _REMEMBERED_LATENTS]
        return self._with([*earlier[max(0, len(long_over) - 1) :], segment])

    def with_beats(
        self, beat: float, beats_per_frame: float, period: float | None = None
    ) -> "ConditioningSchedule":
        """The same schedule with another beat clock in its first segment.

        Args:
            beat: Position in beats at frame 0.
            beats_per_frame: Tempo in beats for each latent frame.
            period: Beats after which the notes repeat. `None`: they never do.
        """
        segment = replace(
            self._segments[0],
            beat=beat,
            beats_per_frame=beats_per_frame,
            morph_beats_per_frame=beats_per_frame,
        )
        schedule = self._with([segment, *self._segments[1:]])
        schedule._period_beats = period
        return schedule

    @property
    def beats_per_frame(self) -> float:
        """Tempo at the beginning in beats for each latent frame."""
        return self._segments[0].beats_per_frame

    def conditioning(self, start: int, frames: int) -> Float[Tensor, "1 conditioning frames"]:
        """Beat clock, style embedding and piano roll of the frames [start, start + frames).

        Args:
            start: First latent frame; may be negative.
            frames: Number of latent frames.
        """
        positions = start + torch.arange(frames, dtype=torch.float64)
        beats = self._beats(positions)
        in_period = beats if self._period_beats is None else beats % self._period_beats
        styles = self._segments[0].styles(positions)
        for segment in self._segments[1:]:
            weight = _ease((positions - segment.start) / _CHANGE_LATENTS + 1)[:, None]
            if weight.any():
                styles = torch.lerp(styles, segment.styles(positions), weight)
        notes = self._notes(positions, in_period)
        return torch.cat([clock(beats[None]), styles.T[None], notes[None]], dim=1)

    def noise(
        self, source: NoiseSource, channels: int, start: int, frames: int
    ) -> Float[Tensor, "1 channels frames"]:
        """Noise of the frames [start, start + frames), which bars share as their form says.

        Args:
            source: Noise of the piece.
            channels: Channels of the latents.
            start: First latent frame; may be negative.
            frames: Number of latent frames.
        """
        fresh = source.cut("latents", channels, start, frames)
        before = ceil(60 / SLOWEST_BPM / self._latent_seconds)  # at least a beat
        positions = start - before + torch.arange(before + frames, dtype=torch.float64)
        beats, noise = self._beats(positions), fresh
        for segment in self._segments:
            shaped = shape_noise(source, segment.form, fresh, beats)
            is_later = positions[before:] >= segment.start
            noise = torch.where(is_later | (segment is self._segments[0]), shaped, noise)
        return noise

    def _with(self, segments: list[_Segment]) -> "ConditioningSchedule":
        schedule = copy(self)
        schedule._segments = segments
        return schedule

    def _notes(
        self, frames: Float[Tensor, " frames"], beats: Float[Tensor, " frames"]
    ) -> Float[Tensor, "rows frames"]:
        """Piano roll of frames in rising order. A segment writes only what is heard of it."""
        changes = torch.tensor([segment.start for segment in self._segments[1:]])
        numbers = torch.searchsorted(changes.to(frames), frames, right=True)
        parts = [
            self._segments[number].notes(frames[numbers == number], beats[numbers == number])
            for number in numbers.unique_consecutive().tolist()
        ]
        return torch.cat(parts, dim=1)

    def _beats(self, frames: Float[Tensor, " frames"]) -> Float[Tensor, " frames"]:
        beats = self._segments[0].beats(frames)
        for segment in self._segments[1:]:
            beats = torch.where(frames >= segment.start, segment.beats(frames), beats)
        return beats

    def _segment(self, start: int, controls: Controls) -> _Segment:
        own = choose_style_neighbours(self._style_embedding, controls, self._seed, self._centre)
        morph = None
        if controls.morph_seed is not None:
            morph = choose_style_neighbours(self._style_embedding, controls, controls.morph_seed)
        form = Form(self._seed, self._usual_form if controls.form is None else controls.form)
        tempo = controls.tempo or own.tempo
        morph_tempo = controls.tempo or (morph or own).tempo
        return _Segment(
            start=start,
            seed=self._seed,
            own=own,
            morph=morph,
            morph_latents=controls.morph_seconds / self._latent_seconds,
            beat=0.0,
            beats_per_frame=tempo / 60 * self._latent_seconds,
            morph_beats_per_frame=morph_tempo / 60 * self._latent_seconds,
            form=form,
            roll=self._piece_roll(own, form, controls),
            morph_roll=morph and self._piece_roll(morph, form, controls),
        )

    def _piece_roll(
        self, neighbours: StyleNeighbours, form: Form, controls: Controls
    ) -> PieceRoll | None:
        """Notes whose sections are like passages among the neighbours."""
        model = self._piano_roll_model
        if model is None:
            return None
        central = model.profiles[neighbours.numbers[0]]
        seed = self._seed  # the function below must not keep this schedule and its past alive
        return PieceRoll(
            model,
            form,
            lambda section: model.profiles[neighbours.draw_number(seed, section)],
            central if self._profile is None else self._profile,
            None if controls.key is None else parse_key(controls.key),
        )
