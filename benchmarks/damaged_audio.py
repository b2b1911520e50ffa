"""Robustness against damaged audio files: thousands of them are read, of every format.

    python benchmarks/damaged_audio.py [COUNT]

Bytes of whole files are changed, removed or inserted at random positions, more often at the start.
Each file must be read, or refused with a reason. The program prints the number of files of each
format that were read and refused, the slowest file, and the growth of the memory over the second
half of the files. A crash ends the program.
"""

import sys
import time
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


def main(count: int = COUNT) -> None:
    random = np.random.default_rng(0)
    process, half = psutil.Process(), 0
    tally = {ending: [0, 0] for ending in FORMATS}
    slowest = (0.0, "none")
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
                assert np.isfinite(audio).all(), f"{path.name}, number {number}"
                tally[ending][0] += 1
            except AudioError:
                tally[ending][1] += 1
            slowest = max(slowest, (time.perf_counter() - started, f"{number}, {ending}"))
    print(f"{count:,} damaged files, nothing crashed")
    for ending, (read, refused) in tally.items():
        print(f"{ending:>5}: {read:>5,} read, {refused:>5,} refused")
    grown = (process.memory_info().rss - half) / 2**20
    print(f"slowest: {slowest[0]:.2f} s (number {slowest[1]})")
    print(f"memory over the second half: {grown:+.1f} MiB")


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
