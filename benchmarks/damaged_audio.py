"""Robustness against damaged audio files: thousands of them are read, of every format.

    python benchmarks/damaged_audio.py [COUNT]

Bytes of whole files are changed, removed or inserted at random positions, more often at the start.
Each file must be read, or refused with a reason. The program prints the number of files of each
format that were read and refused, the slowest file, and the growth of the memory over the second
half of the files. It fails if one ended in another error; a crash ends the program.
"""

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil
import soundfile
from numpy.typing import NDArray

from riffsmith.audio import read_recording
from riffsmith.errors import AudioError

COUNT = 10_000
SAMPLE_RATE = 44_100
FORMATS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "aiff": ("AIFF", "PCM_24"),
    "au": ("AU", "FLOAT"),
    "w64": ("W64", "PCM_16"),
    "opus": ("OGG", "OPUS"),
}


@dataclass
class Tally:
    """What came of the damaged files."""

    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    """A sentence for each file that was read as no audio, or ended in another error."""
    slowest: tuple[float, str] = (0.0, "none")
    """Seconds, and number and format of the file."""
    grown: int = 0
    """Growth of the memory over the second half, in bytes."""


def main(count: int = COUNT) -> None:
    tally = damage_audio(count)
    for ending in FORMATS:
        print(f"{ending:>5}: {tally.read[ending]:>5,} read, {tally.refused[ending]:>5,} refused")
    print(f"slowest: {tally.slowest[0]:.2f} s (number {tally.slowest[1]})")
    print(f"memory over the second half: {tally.grown / 2**20:+.1f} MiB")
    if tally.faults:
        sys.exit("\n".join(tally.faults[:20]))
    print(f"{count:,} damaged files, nothing crashed")


def damage_audio(count: int) -> Tally:
    """Reads damaged audio files, one format after the other."""
    random, tally = np.random.default_rng(0), Tally()
    process, half = psutil.Process(), 0
    with TemporaryDirectory() as name:
        whole = {ending: make_file(Path(name) / f"whole.{ending}") for ending in FORMATS}
        for number in range(count):
            if number == count // 2:
                half = process.memory_info().rss
            ending = list(FORMATS)[number % len(FORMATS)]
            path = Path(name) / f"damaged.{ending}"
            path.write_bytes(damage(whole[ending], random))
            started = time.perf_counter()
            try:
                audio = read_recording(path, 22_050, 1).audio
            except AudioError:
                tally.refused[ending] += 1
            except Exception as error:
                tally.faults.append(f"{ending}, number {number}: {error!r:.200}")
            else:
                tally.read[ending] += 1
                if not np.isfinite(audio).all():
                    tally.faults.append(f"{ending}, number {number}: samples that are no numbers")
            seconds = time.perf_counter() - started
            tally.slowest = max(tally.slowest, (seconds, f"{number}, {ending}"))
    tally.grown = process.memory_info().rss - half
    return tally


def make_file(path: Path) -> NDArray[np.uint8]:
    kind, coding = FORMATS[path.suffix[1:]]
    sample_rate = 48_000 if coding == "OPUS" else SAMPLE_RATE
    seconds = np.arange(sample_rate // 2) / sample_rate
    tone = 0.4 * np.sin(2 * np.pi * np.outer(seconds, [220, 330]))
    soundfile.write(path, tone.astype(np.float32), sample_rate, coding, format=kind)
    return np.frombuffer(path.read_bytes(), np.uint8)


def damage(content: NDArray[np.uint8], random: np.random.Generator) -> bytes:
    found = content.copy()
    reach = 64 if random.random() < 0.5 else len(found)
    positions = random.integers(0, reach, random.integers(1, 20))
    found[positions] = random.integers(0, 256, len(positions))
    begin, end = np.sort(random.integers(0, len(found), 2))
    match random.integers(0, 5):
        case 0:
            found = found[:begin]
        case 1:
            found = np.delete(found, slice(begin, end))
        case 2:
            found = np.insert(found, begin, random.integers(0, 256, random.integers(1, 5_000)))
        case _:
            pass
    return found.tobytes()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
