"""A cut of a recording that a listener sent, decoded in a process of its own.

    python -m riffsmith.studio.decoding FILE OUT SAMPLE_RATE SECOND SECONDS

Writes (time, 2) float32 as .npy.
"""

import sys
from pathlib import Path

import numpy as np

from riffsmith.audio import read_recording
from riffsmith.errors import AudioError


def decode(source: Path, out: Path, sample_rate: int, second: float, seconds: float) -> None:
    """Decodes, resamples and cuts; nothing is left where the recording ends before.

    Raises:
        AudioError: The file cannot be read.
    """
    audio = read_recording(source, sample_rate, channels=2).audio
    begin = round(second * sample_rate)
    np.save(out, audio[begin : begin + round(seconds * sample_rate)])


if __name__ == "__main__":
    file, target, *numbers = sys.argv[1:]
    try:
        decode(Path(file), Path(target), int(numbers[0]), float(numbers[1]), float(numbers[2]))
    except AudioError as error:
        sys.exit(f"riffsmith: {Path(file).name}: {error}")
