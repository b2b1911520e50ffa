"""The notes that an instrument plays, written step by step as the piece goes on.

The signatures contain no shapes, because TorchScript cannot read them.
"""

import math

import torch
from torch import Tensor, nn

from riffsmith.export.hashing import choose, draw_uniform
from riffsmith.features import CLASSES
from riffsmith.networks import BAR_STEPS, PianoRollModel
from riffsmith.synthesis.form import SECTION_BARS
from riffsmith.transcription import BEAT_TOLERANCE, PITCHES, STEPS_PER_BEAT


class NoteWriter(nn.Module):
    """Writes a piano roll, and keeps the steps that may still be asked for.

    Each section has its own profile and begins with silence, as in `PieceRoll`. The random numbers
    of a step depend on the seed and on the number of the step alone.
    """

    profiles: Tensor
    neighbours: Tensor
    written: Tensor
    last: Tensor
    memory: Tensor

    def __init__(self, model: PianoRollModel, network: nn.Module) -> None:
        """Copies from a model all that TorchScript can hold; nothing is written yet.

        Args:
            model: Model that writes.
            network: Its method `step` as a module, such as `PianoRollStep`, or the same traced.
        """
        super().__init__()
        self.network = network
        self.for_profiles, self.for_pitches = 6, 7
        self.steps_per_beat, self.beat_tolerance = STEPS_PER_BEAT, BEAT_TOLERANCE
        self.section_steps, self.classes = SECTION_BARS * BAR_STEPS, CLASSES
        self.seed = 0
        self.first = 0  # number of the first step of `written`
        self.register_buffer("profiles", model.profiles.detach().clone())
        self.register_buffer("neighbours", torch.zeros(0, dtype=torch.int64))
        self.register_buffer("written", torch.zeros(0, PITCHES))
        self.register_buffer("last", torch.zeros(1, 1, PITCHES))
        self.register_buffer("memory", torch.zeros(1, 1, model.hidden))

    def forward(self, beats: Tensor) -> Tensor:
        """The piano roll (88, frames): 1 where a pitch sounds, else 0.

        What is missing is written. Nothing sounds before the first step that is kept.

        Args:
            beats: Position of each frame in beats (float64); it never decreases.
        """
        numbers = beats * self.steps_per_beat + self.beat_tolerance
        numbers = numbers.floor().to(torch.int64)
        if self.written.shape[0] == 0:
            self.first = int(numbers[0])
        self._write(int(numbers[-1]) + 1)
        places = numbers - self.first
        found = self.written[places.clamp(min=0)]
        return (found * (places >= 0)[:, None]).t()

    @torch.jit.export
    def begin(self, seed: int, neighbours: Tensor, beat: float) -> None:
        """Begins new notes from a position on, if the seed or the passages are new.

        Args:
            seed: Seed of the piece.
            neighbours: Numbers of the passages whose profiles the sections have; the first one is
                the passage whose key the piece has.
            beat: Position in beats; earlier notes are kept.
        """
        if seed == self.seed and torch.equal(neighbours, self.neighbours):
            return
        self.seed, self.neighbours = seed, neighbours
        self.written = self.written[: max(0, self._number(beat) - self.first)]
        self._silence()

    @torch.jit.export
    def write_until(self, beat: float) -> None:
        """Writes the steps up to a position in beats, so that they are there when asked for."""
        self._write(self._number(beat) + 1)

    @torch.jit.export
    def forget_until(self, beat: float) -> None:
        """Forgets the steps before a position in beats."""
        count = min(max(0, self._number(beat) - self.first), self.written.shape[0])
        self.first += count
        self.written = self.written[count:]

    def _number(self, beat: float) -> int:
        """Number of the step that a position in beats lies in."""
        return math.floor(beat * self.steps_per_beat + self.beat_tolerance)

    def _write(self, until: int) -> None:
        """Writes the steps before the one with a number."""
        number = self.first + self.written.shape[0]
        if number >= until:
            return
        parts = [self.written]
        while number < until:
            section = number // self.section_steps
            if number == section * self.section_steps:
                self._silence()
            profile = self._profile(section)
            end = min(until, (section + 1) * self.section_steps)
            numbers = torch.arange(number, end, device=self.profiles.device)
            uniform = draw_uniform(self.seed, self.for_pitches, 1 + self.last.shape[2], numbers)
            for place in range(end - number):
                self.last, self.memory = self.network(
                    self.last, numbers[place : place + 1], profile, self.memory, uniform[place]
                )
                parts.append(self.last[0])
            number = end
        self.written = torch.cat(parts)

    def _silence(self) -> None:
        """Forgets what the next step would go on from."""
        self.last = torch.zeros_like(self.last)
        self.memory = torch.zeros_like(self.memory)

    def _profile(self, section: int) -> Tensor:
        """Profile (1, 13) of a section: that of a neighbour, in the key of the first neighbour."""
        number = torch.full_like(self.neighbours[:1], section)
        drawn = choose(self.seed, self.for_profiles, number, self.neighbours.shape[0])
        profile = self.profiles[self.neighbours[drawn]][0]
        classes, reference = profile[: self.classes], self.profiles[self.neighbours[0]]
        rotated = torch.stack([classes.roll(semitones) for semitones in range(self.classes)])
        best = rotated[(rotated @ reference[: self.classes]).argmax()]
        return torch.cat([best, profile[self.classes :]])[None]
