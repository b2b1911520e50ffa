"""Decoding of an audio prompt, in a process of its own.

    python -m riffsmith.studio.playback.decoding FILE OUT SAMPLE_RATE SECOND SECONDS

Writes the samples (time, 2) as float32 in NumPy's format.
"""

import sys
from pathlib import Path

import numpy as np

from riffsmith.audio import read_passage
from riffsmith.errors import AudioError


def decode(source: Path, out: Path, sample_rate: int, second: float, seconds: float) -> None:
    """Decodes, resamples and cuts a recording; a recording that ends before gives no samples.

    Raises:
        AudioError: The file cannot be read.
    """
    audio, _ = read_passage(source, sample_rate, 2, second, seconds)
    np.save(out, audio)


if __name__ == "__main__":
    file, target, *numbers = sys.argv[1:]
    try:
        decode(Path(file), Path(target), int(numbers[0]), float(numbers[1]), float(numbers[2]))
    except AudioError as error:
        sys.exit(f"riffsmith: {Path(file).name}: {error}")
