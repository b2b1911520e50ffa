"""Transcription of audio to notes, and piano rolls."""

from riffsmith.transcription.basic_pitch import LOWEST_MIDI, PITCHES
from riffsmith.transcription.notes import Note, find_notes
from riffsmith.transcription.piano_roll import (
    BEAT_TOLERANCE,
    STEPS_PER_BEAT,
    PianoRoll,
    look_up,
    step_numbers,
    to_piano_roll,
    transpose_roll,
)
from riffsmith.transcription.transcribe import (
    FRAMES_PER_SECOND,
    NOTE_THRESHOLD,
    Transcription,
    transcribe,
)

__all__ = [
    "BEAT_TOLERANCE",
    "FRAMES_PER_SECOND",
    "LOWEST_MIDI",
    "NOTE_THRESHOLD",
    "PITCHES",
    "STEPS_PER_BEAT",
    "Note",
    "PianoRoll",
    "Transcription",
    "find_notes",
    "look_up",
    "step_numbers",
    "to_piano_roll",
    "transcribe",
    "transpose_roll",
]
