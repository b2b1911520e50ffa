"""How many notes of known music are found: `note_transcription.py`.

Random notes are synthesised, transcribed, and compared with what was played. A note counts as found
if its pitch is right and it begins within 50 ms; F1 is 2 · found / (notes heard + notes played).
The music is a melody, chords of three notes, and a melody over power chords that are distorted,
without and with drums. Each is 60 s long with 4 notes or chords a second at most.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from riffsmith.transcription import Note, find_notes, transcribe

RATE, SECONDS = 22_050, 60.0
TOLERANCE_SECONDS = 0.05
_STEP_SECONDS, _REST_CHANCE = 0.25, 0.2
_MINOR = (0, 2, 3, 5, 7, 8, 10)
_PARTIALS = 8


def compose(chord: Sequence[int], lowest: int, highest: int, seed: int) -> list[Note]:
    """Chords on random degrees of A minor, each one to four steps long.

    Args:
        chord: Semitones of the notes above the lowest one.
        lowest: Lowest pitch that the chords may begin at.
        highest: Highest one.
        seed: Seed of the draws.
    """
    random, notes = np.random.default_rng(seed), []
    pitches = [pitch for pitch in range(lowest, highest) if (pitch - 57) % 12 in _MINOR]
    step = 2
    while step * _STEP_SECONDS < SECONDS - 2:
        length = int(random.integers(1, 5))
        if random.random() > _REST_CHANCE:
            root, begin = int(random.choice(pitches)), step * _STEP_SECONDS
            end = begin + 0.9 * length * _STEP_SECONDS
            notes += [Note(begin, end, root + above, 1.0) for above in chord]
        step += length
    return notes


def synthesise(notes: Sequence[Note]) -> NDArray[np.float32]:
    """Plays notes as decaying tones with several partials."""
    audio = np.zeros(round(SECONDS * RATE))
    for note in notes:
        time = np.arange(round((note.end - note.begin) * RATE)) / RATE
        hertz = 440 * 2 ** ((note.pitch - 69) / 12)
        shape = np.minimum(1, 200 * time) * np.exp(-1.5 * time) * np.minimum(1, 50 * time[::-1])
        tone = sum(
            np.sin(2 * np.pi * k * hertz * time) / k
            for k in range(1, _PARTIALS + 1)
            if k * hertz < RATE / 2
        )
        begin = round(note.begin * RATE)
        audio[begin : begin + len(time)] += 0.2 * shape * tone
    return audio.astype(np.float32)


def drums(seed: int) -> NDArray[np.float32]:
    """Bursts of noise on each half second, and low thuds between them."""
    random, audio = np.random.default_rng(seed), np.zeros(round(SECONDS * RATE))
    time = np.arange(round(0.15 * RATE)) / RATE
    for number in range(int(4 * SECONDS) - 4):
        begin = round(number * 0.25 * RATE)
        thud = 0.5 * np.sin(2 * np.pi * 60 * time) * np.exp(-25 * time)
        burst = 0.15 * random.standard_normal(len(time)) * np.exp(-30 * time)
        audio[begin : begin + len(time)] += burst if number % 2 else thud
    return audio.astype(np.float32)


def count_found(heard: Sequence[Note], played: Sequence[Note]) -> int:
    """The number of played notes that were heard; each heard note counts once."""
    found, left = 0, list(heard)
    for note in played:
        near = [
            other
            for other in left
            if other.pitch == note.pitch and abs(other.begin - note.begin) <= TOLERANCE_SECONDS
        ]
        if near:
            left.remove(min(near, key=lambda other: abs(other.begin - note.begin)))
            found += 1
    return found


def note_f1(heard: Sequence[Note], played: Sequence[Note]) -> float:
    """F1 of the notes: 1 if all were heard and nothing else."""
    return 2 * count_found(heard, played) / max(1, len(heard) + len(played))


def examples(seed: int) -> dict[str, tuple[NDArray[np.float32], list[Note]]]:
    """Audio and notes of each kind of music."""
    melody = compose([0], 57, 82, seed)
    chords = compose([0, 3, 7], 48, 72, seed + 1)
    power = compose([0, 7, 12], 40, 55, seed + 2)
    loud = np.tanh(6 * synthesise(power)) * np.float32(0.3)
    both = loud + synthesise(melody)
    return {
        "melody": (synthesise(melody), melody),
        "chords of three notes": (synthesise(chords), chords),
        "melody and distorted power chords": (both, melody + power),
        "the same with drums": (both + drums(seed), melody + power),
    }


def main() -> None:
    torch.set_num_threads(1)
    for name, (audio, played) in examples(0).items():
        heard = find_notes(transcribe(audio, RATE))
        found = count_found(heard, played)
        print(
            f"{name:34} F1 {note_f1(heard, played):.2f}: "
            f"{found} of {len(played)} notes found, {len(heard) - found} others heard"
        )


if __name__ == "__main__":
    main()
