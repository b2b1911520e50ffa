"""Standard MIDI Files of notes."""

from collections.abc import Iterable
from pathlib import Path

from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo, second2tick

from riffsmith.errors import AudioError
from riffsmith.files import atomic_path
from riffsmith.transcription.notes import Note

MIDI_SUFFIXES = (".mid", ".midi")
"""File endings of Standard MIDI Files."""
_TICKS_PER_BEAT = 960
_LOUDEST = 127


def check_midi_name(path: Path) -> None:
    """Checks that a path has the ending of a Standard MIDI File.

    Raises:
        AudioError: It has another one.
    """
    if path.suffix.lower() not in MIDI_SUFFIXES:
        known = " or ".join(MIDI_SUFFIXES)
        raise AudioError(f"cannot write {path.name!r} as MIDI: its ending must be {known}")


def write_midi(path: Path, notes: Iterable[Note], bpm: float = 120.0) -> None:
    """Writes notes into a Standard MIDI File, whole or not at all.

    The notes keep their times in seconds. The tempo decides where the bars of the file lie, and the
    first one begins at 0 s. The velocity of a note is its strength.

    Args:
        path: File to write, which ends in `.mid` or `.midi`.
        notes: Notes in any order.
        bpm: Tempo in beats per minute.

    Raises:
        AudioError: The ending is unknown or writing fails.
    """
    check_midi_name(path)
    tempo = bpm2tempo(bpm)

    def tick(seconds: float) -> int:
        return second2tick(seconds, _TICKS_PER_BEAT, tempo)

    events: list[tuple[int, bool, int, int]] = []  # at the same tick notes end before others begin
    for note in notes:
        velocity = min(max(round(_LOUDEST * note.strength), 1), _LOUDEST)
        events.append((tick(note.begin), True, note.pitch, velocity))
        events.append((tick(note.end), False, note.pitch, 0))
    track = MidiTrack([MetaMessage("set_tempo", tempo=tempo)])
    now = 0
    for at, begins, pitch, velocity in sorted(events):
        kind = "note_on" if begins else "note_off"
        track.append(Message(kind, note=pitch, velocity=velocity, time=at - now))
        now = at
    track.append(MetaMessage("end_of_track"))
    with atomic_path(path, AudioError) as partial:
        MidiFile(type=0, ticks_per_beat=_TICKS_PER_BEAT, tracks=[track]).save(partial)
