"""The notes of an endless piece, written section by section."""

from collections.abc import Callable, Collection

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.features import CLASSES, correlate_keys
from riffsmith.networks import BAR_STEPS, PianoRollModel, measure_profile, rotate_profile
from riffsmith.parallel import SharedResults, single_threaded
from riffsmith.seeds import random_stream
from riffsmith.synthesis.form import SECTION_BARS, Form
from riffsmith.synthesis.transposition import semitones_to_key
from riffsmith.transcription import PITCHES, look_up, step_numbers, transpose_roll

_SECTION_STEPS = SECTION_BARS * BAR_STEPS
_KEPT_SECTIONS = 16


class PieceRoll:
    """Notes as a function of the position in beats. Several threads may ask for them at once.

    A section is written as a whole, from its own seed, so a piece can be played from anywhere, and
    a section that returns has the notes that it had. All sections are in the key of the piece.
    """

    def __init__(
        self,
        model: PianoRollModel,
        form: Form,
        choose_profile: Callable[[int], Float[Tensor, " 13"]],
        reference: Float[Tensor, " 13"],
        keys: Collection[int] | None = None,
    ) -> None:
        """Begins a piece; nothing is written yet.

        Args:
            model: Model that writes.
            form: Form of the piece: which bars and sections return.
            choose_profile: Function from the number of a section to its profile, in any key.
            reference: Profile whose key the piece has.
            keys: Numbers of the keys of which the piece has one. `None`: that of the reference.
        """
        self._model, self._form, self._choose_profile = model, form, choose_profile
        self._keys = keys
        self._reference = rotate_profile(reference, self._semitones(reference))
        self._sections = SharedResults[Float[Tensor, "steps 88"]](_KEPT_SECTIONS)

    def at(self, beats: Float[Tensor, " frames"]) -> Float[Tensor, "88 frames"]:
        """1 where a pitch sounds, else 0.

        Args:
            beats: Position of each frame in beats.
        """
        numbers = step_numbers(beats)
        sections = numbers.div(_SECTION_STEPS, rounding_mode="floor")
        notes = torch.empty(PITCHES, len(numbers))
        for section in sections.unique().tolist():  # a long loop returns to its first one
            steps = self._sections.get(self._form.section(section), self._write)
            is_inside = sections == section
            notes[:, is_inside] = look_up(steps, numbers[is_inside] - section * _SECTION_STEPS)
        return notes

    @single_threaded()
    def _write(self, section: int) -> Float[Tensor, "steps 88"]:
        profile = _align(self._choose_profile(section), self._reference)
        first = section * SECTION_BARS
        bars = [self._form.riff_bar(first + place)[1] for place in range(SECTION_BARS)]
        stream = random_stream(self._form.seed, "notes", section)
        steps = self._model.write(profile, bars, stream)
        return transpose_roll(steps, self._semitones(measure_profile(steps)))

    def _semitones(self, profile: Float[Tensor, " 13"]) -> int:
        """The transposition that brings notes to one of the keys that are asked for."""
        if self._keys is None:
            return 0
        correlations = correlate_keys(profile[:CLASSES].square().double().numpy())
        return 0 if correlations is None else semitones_to_key(correlations, self._keys)


def _align(profile: Float[Tensor, " 13"], reference: Float[Tensor, " 13"]) -> Float[Tensor, " 13"]:
    """The profile, transposed so that its pitch classes are as near to a reference as can be."""
    rotated = [rotate_profile(profile, semitones) for semitones in range(CLASSES)]
    products = [float(each[:CLASSES] @ reference[:CLASSES]) for each in rotated]
    return rotated[products.index(max(products))]
