"""Piano rolls on the beat grid: which pitches sound in each eighth of a beat."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from riffsmith.transcription.basic_pitch import PITCHES
from riffsmith.transcription.transcribe import Transcription

STEPS_PER_BEAT = 8
"""Steps of a piano roll in a beat."""
BEAT_TOLERANCE = 1e-6
"""A position that lies so little before a step counts as in it (rounding errors)."""
_LEAST_SHARE = 0.5
"""A pitch sounds in a step if it sounds in this share of its frames."""


@dataclass(frozen=True)
class PianoRoll:
    """Notes of a recording in steps of an eighth of a beat."""

    steps: Bool[Tensor, "steps 88"]
    """Whether a pitch sounds in a step; the lowest pitch is A0."""
    first: int
    """Number of the first step: eight times its position in beats."""

    def at(self, beats: Float[Tensor, " frames"], semitones: int = 0) -> Float[Tensor, "88 frames"]:
        """1 where a pitch sounds, else 0; nothing sounds before the first and after the last step.

        Args:
            beats: Position of each frame in beats.
            semitones: Transposition up; negative: down.
        """
        return look_up(self.steps, step_numbers(beats) - self.first, semitones)


def step_numbers(beats: Float[Tensor, " frames"]) -> Tensor:
    """Numbers of the steps (frames,) that positions in beats lie in."""
    return (beats.double() * STEPS_PER_BEAT + BEAT_TOLERANCE).floor().long()


def look_up(steps: Tensor, numbers: Tensor, semitones: int = 0) -> Float[Tensor, "88 frames"]:
    """The rows of a piano roll by their numbers, as floats; rows that are not there are silent."""
    inside = (numbers >= 0) & (numbers < len(steps))
    found = torch.zeros(len(numbers), PITCHES)
    found[inside] = steps[numbers[inside]].float()
    return transpose_roll(found, semitones).T.contiguous()


def transpose_roll(steps: Float[Tensor, "steps 88"], semitones: int) -> Float[Tensor, "steps 88"]:
    """A piano roll in another key. What leaves the range of the pitches is lost."""
    shifted = steps.roll(semitones, dims=1)
    if semitones > 0:
        shifted[:, :semitones] = 0
    elif semitones < 0:
        shifted[:, semitones:] = 0
    return shifted


def to_piano_roll(
    transcription: Transcription,
    beats: Float[Tensor, " frames"],
    times: Float[np.ndarray, " frames"],
) -> PianoRoll:
    """Brings a transcription to the beat grid.

    Args:
        transcription: Notes of a recording.
        beats: Position in beats at some frames of the same recording; it never decreases.
        times: Time of these frames in seconds.
    """
    roll = torch.from_numpy(transcription.roll())
    if not len(beats) or not len(roll):
        return PianoRoll(torch.zeros(0, PITCHES, dtype=torch.bool), 0)
    own_times = np.arange(len(roll)) / transcription.frames_per_second
    inside = (own_times >= times[0]) & (own_times <= times[-1])
    numbers = step_numbers(torch.from_numpy(np.interp(own_times, times, beats.numpy())))
    first, last = step_numbers(beats[[0, -1]]).tolist()
    numbers, roll = numbers[torch.from_numpy(inside)] - first, roll[torch.from_numpy(inside)]
    sounding = torch.zeros(last - first + 1, PITCHES).index_add_(0, numbers, roll.float())
    frames = torch.zeros(last - first + 1).index_add_(0, numbers, torch.ones(len(numbers)))
    return PianoRoll(sounding >= _LEAST_SHARE * frames.clamp(min=1)[:, None], first)
