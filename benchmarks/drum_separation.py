"""How well drums are split from the rest: `drum_separation.py [RECORDING_WITHOUT_DRUMS]`.

Synthesised drums are mixed with a melody over distorted power chords, split again, and compared
with what was mixed, by the ratio of signal to error (SDR) in dB. A recording without drums, such as
a guitar track, tells how much of it is taken for drums.
"""

import sys
from pathlib import Path

import numpy as np
from note_transcription import RATE, compose, drums, synthesise
from numpy.typing import NDArray

from riffsmith.api import read_audio
from riffsmith.features import split_percussion


def sdr(reference: NDArray[np.float32], estimate: NDArray[np.float32]) -> float:
    """Ratio of the signal to the error in dB."""
    error = np.square(reference - estimate).sum()
    return float(10 * np.log10(np.square(reference).sum() / error))


def main() -> None:
    """Prints the ratios before and after the split."""
    rows = []
    for seed in range(3):
        chords = np.tanh(6 * synthesise(compose([0, 7, 12], 40, 55, seed + 2)))
        melody = synthesise(compose([0], 57, 82, seed))
        rest = (0.3 * chords + melody).astype(np.float32)[:, None]
        struck = drums(seed)[:, None]
        mix = (struck + rest).astype(np.float32)
        found, others = split_percussion(mix, RATE)
        rows.append([sdr(struck, mix), sdr(struck, found), sdr(rest, mix), sdr(rest, others)])
    means = np.mean(rows, axis=0)
    print("synthesised music, three seeds, dB      mix   split")
    print(f"drums, signal to error               {means[0]:6.1f}  {means[1]:6.1f}")
    print(f"the rest, signal to error            {means[2]:6.1f}  {means[3]:6.1f}")
    for path in sys.argv[1:]:
        audio = read_audio(Path(path))
        found, _ = split_percussion(audio.samples, audio.sample_rate)
        share = 10 * np.log10(np.square(found).sum() / np.square(audio.samples).sum())
        print(f"{Path(path).name}: what is taken for drums has {share:.1f} dB of all of it")


if __name__ == "__main__":
    main()
