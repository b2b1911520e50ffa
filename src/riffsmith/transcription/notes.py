"""Notes with a beginning, an end and a strength, from a transcription by frames."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from riffsmith.transcription.basic_pitch import LOWEST_MIDI
from riffsmith.transcription.transcribe import Transcription

ONSET_THRESHOLD = 0.5
"""Probability above which an onset counts, that of the original Basic Pitch."""
_SHORTEST_SECONDS = 0.07
"""Shorter notes are left out. A semiquaver at 180 BPM lasts 0.083 s."""
_LATEST_SECONDS = 0.05
"""A pitch must sound so soon after its onset."""


@dataclass(frozen=True)
class Note:
    """A note of a recording."""

    begin: float
    """Time of its beginning in seconds."""
    end: float
    """Time of its end in seconds."""
    pitch: int
    """Number of the pitch as in MIDI: 60 is middle C (C4), 69 is A4 (440 Hz)."""
    strength: float
    """Mean probability that it sounds, from 0 to 1. It is higher for clearer notes."""


def find_notes(transcription: Transcription) -> list[Note]:
    """The notes of a transcription, earliest first.

    A note begins at a local maximum of the probability of its onset. It ends when its pitch no
    longer sounds, as `Transcription.roll` has it, or when it is struck again.

    Args:
        transcription: Transcription of a piece of audio.
    """
    rate = transcription.frames_per_second
    shortest, latest = round(_SHORTEST_SECONDS * rate), round(_LATEST_SECONDS * rate)
    sounds = transcription.roll()
    found: list[Note] = []
    for pitch in np.flatnonzero(sounds.any(axis=0)):
        sounding = np.flatnonzero(sounds[:, pitch])
        silent = np.flatnonzero(~np.append(sounds[:, pitch], False))
        strikes = _strikes(transcription.onsets[:, pitch])
        firsts = np.searchsorted(sounding, strikes)
        strikes, firsts = strikes[firsts < len(sounding)], firsts[firsts < len(sounding)]
        is_heard = sounding[firsts] - strikes < latest
        strikes, firsts = strikes[is_heard], sounding[firsts[is_heard]]
        ends = silent[np.searchsorted(silent, firsts)]
        ends = np.minimum(ends, np.append(strikes[1:], len(sounds)))
        for begin, end in zip(strikes, ends, strict=True):
            if end - begin >= shortest:
                strength = float(transcription.notes[begin:end, pitch].mean())
                midi = int(LOWEST_MIDI + pitch)
                found.append(Note(float(begin / rate), float(end / rate), midi, strength))
    return sorted(found, key=lambda note: (note.begin, note.pitch))


def _strikes(onsets: Float[np.ndarray, " frames"]) -> Int[np.ndarray, " strikes"]:
    """Numbers of the frames in which a pitch is probably struck."""
    padded = np.pad(onsets, 1)
    is_highest = (onsets >= padded[:-2]) & (onsets > padded[2:])
    return np.flatnonzero(is_highest & (onsets > ONSET_THRESHOLD))
