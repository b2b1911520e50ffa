"""MIDI files hold the notes that were written, at their times, whatever the tempo."""

from pathlib import Path

import mido
import pytest

from riffsmith.errors import AudioError
from riffsmith.transcription import Note
from riffsmith.transcription.midi import write_midi

NOTES = [
    Note(0.5, 1.25, 60, 0.5),
    Note(1.25, 2.0, 60, 1.0),  # begins where the one before ends
    Note(0.75, 1.0, 67, 0.001),
]


def read_notes(path: Path) -> list[tuple[float, float, int, int]]:
    """Begin and end in seconds, pitch and velocity of each note, in the order of their ends."""
    time, begun, found = 0.0, {}, []
    for message in mido.MidiFile(path):
        time += message.time
        if message.type == "note_on":
            begun[message.note] = (time, message.velocity)
        elif message.type == "note_off":
            begin, velocity = begun.pop(message.note)
            found.append((begin, time, message.note, velocity))
    assert not begun
    return found


@pytest.mark.parametrize("bpm", [40.0, 131.7, 320.0])
def test_notes_keep_their_times(tmp_path: Path, bpm: float):
    path = tmp_path / "out.mid"
    write_midi(path, NOTES, bpm)
    expected = [(0.75, 1.0, 67, 1), (0.5, 1.25, 60, 64), (1.25, 2.0, 60, 127)]
    for found, known in zip(read_notes(path), expected, strict=True):
        assert found == pytest.approx(known, abs=1e-3)
    tempo = next(m.tempo for m in mido.MidiFile(path).tracks[0] if m.type == "set_tempo")
    assert mido.tempo2bpm(tempo) == pytest.approx(bpm, rel=1e-5)
    assert [file.name for file in tmp_path.iterdir()] == ["out.mid"]


def test_no_notes_are_a_file_too(tmp_path: Path):
    write_midi(tmp_path / "out.MID", [])
    assert read_notes(tmp_path / "out.MID") == []


def test_other_endings_are_refused(tmp_path: Path):
    with pytest.raises(AudioError, match=r"'out\.wav' as MIDI: its ending must be \.mid or \.midi"):
        write_midi(tmp_path / "out.wav", NOTES)
    assert not list(tmp_path.iterdir())
