"""Notes with a beginning and an end, from made-up transcriptions and from synthesised music."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from riffsmith.transcription import FRAMES_PER_SECOND, Note, Transcription, find_notes, transcribe

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "note_transcription.py"
A4, C4 = 48, 39


def make_transcription(
    sounding: dict[int, list[tuple[int, int]]], onsets: dict[int, list[int]]
) -> Transcription:
    """Pitches that sound from one frame to another, and frames in which they are struck."""
    notes, begins = (np.zeros((200, 88), np.float32) for _ in range(2))
    for pitch, spans in sounding.items():
        for first, last in spans:
            notes[first:last, pitch] = 0.75
    for pitch, frames in onsets.items():
        for frame in frames:
            begins[frame - 1 : frame + 2, pitch] = (0.6, 0.9, 0.7)
    return Transcription(notes, begins, 200 * 256)


def frames_of(note: Note) -> tuple[int, int, int]:
    begin, end = (round(time * FRAMES_PER_SECOND) for time in (note.begin, note.end))
    return begin, end, note.pitch


def test_notes_begin_at_onsets_and_end_with_their_sound():
    found = find_notes(
        make_transcription(
            {A4: [(10, 50), (60, 90)], C4: [(10, 200)]},
            {A4: [12, 30, 58], C4: [11]},
        )
    )
    assert [frames_of(note) for note in found] == [
        (11, 200, 60),
        (12, 30, 69),
        (30, 50, 69),  # the same pitch, struck again
        (58, 90, 69),  # whose onset comes a little earlier than its sound
    ]
    assert found[0].strength == pytest.approx(0.75)


def test_sound_without_onset_onset_without_sound_and_short_notes_are_no_notes():
    transcription = make_transcription(
        {A4: [(10, 50), (100, 104)], C4: [(120, 150)]}, {A4: [100, 180], C4: [110]}
    )
    assert find_notes(transcription) == []
    silence = Transcription(np.zeros((0, 88), np.float32), np.zeros((0, 88), np.float32), 0)
    assert find_notes(silence) == []


@pytest.mark.slow
def test_most_of_what_is_heard_was_played():
    """The help of `riffsmith notes` has these figures."""
    known = runpy.run_path(str(BENCHMARK))
    expected = {
        "melody": 0.73,
        "chords of three notes": 0.84,
        "melody and distorted power chords": 0.72,
        "the same with drums": 0.68,
    }
    for name, (audio, played) in known["examples"](0).items():
        heard = find_notes(transcribe(audio, known["RATE"]))
        assert known["note_f1"](heard, played) == pytest.approx(expected[name], abs=0.03), name
