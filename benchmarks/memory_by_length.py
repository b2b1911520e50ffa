"""Peak memory of `survey`, `prepare` and `generate` by the length of a recording or a clip.

Prints a table of the largest resident memory of each command in MiB, and before it what importing
torch alone takes, and reserves of addresses. `memory_by_length.py [MODEL] [MINUTES ...]`; without
minutes they are 1, 10 and 40. Each command runs on one worker in a process of its own. The peak is
the system's own count (`getrusage`), so it misses nothing; Windows has none.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from machine import describe_machine

MINUTES = (1, 10, 40)
RATE = 44_100
PIECE_SECONDS = 10


def main(model: str = "metal", *minutes: str) -> None:
    print(describe_machine())
    alone = peak_mebibytes("-c", "import torch")
    if sys.platform == "linux":
        code = "import torch; print(open('/proc/self/statm').read().split()[0])"
        pages = subprocess.check_output([sys.executable, "-c", code], text=True)
        print(f"importing torch reserves {int(pages) * os.sysconf('SC_PAGESIZE') / 2**30:.2f} GiB")
    print(f"importing torch alone: {alone:.0f} MiB")
    print(f"{'minutes':>8}{'survey':>9}{'prepare':>9}{'generate':>10}")
    for length in map(int, minutes or map(str, MINUTES)):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
            folder = Path(name)
            (folder / "songs").mkdir()
            write_song(folder / "songs" / "song.flac", length)
            peaks = [
                peak_mebibytes("-m", "riffsmith", *map(str, words))
                for words in (
                    ("survey", folder / "songs", "--json", "--workers", 1),
                    ("prepare", folder / "songs", folder / "corpus", "--workers", 1),
                    ("generate", model, folder / "a.wav", "--seconds", 60 * length, "--seed", 7),
                )
            ]
        print(f"{length:>8}{peaks[0]:>9.0f}{peaks[1]:>9.0f}{peaks[2]:>10.0f}", flush=True)


def write_song(path: Path, minutes: int) -> None:
    """Writes decaying tones and noise in stereo."""
    with soundfile.SoundFile(path, "w", RATE, 2) as file:
        for piece in song_pieces(minutes):
            file.write(piece)


def song_pieces(minutes: int) -> Iterator[np.ndarray]:
    randomness = np.random.default_rng(0)
    time = np.arange(PIECE_SECONDS * RATE) / RATE
    for _ in range(60 * minutes // PIECE_SECONDS):
        tones = [np.sin(2 * np.pi * hz * time) for hz in randomness.uniform(100, 2_000, 4)]
        music = 0.1 * sum(tones) * np.exp(-(time % 0.5) * 4)
        noise = randomness.standard_normal((len(time), 2))
        yield (music[:, None] + 0.02 * noise).astype(np.float32)


def peak_mebibytes(*words: str) -> float:
    """Largest resident memory of a Python process with these arguments."""
    code = (
        "import resource, subprocess, sys\n"
        "ended = subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, ended.returncode)"
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    ended = subprocess.run(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=environment,
    )
    peak, status = map(int, ended.stdout.split())
    if status:
        raise SystemExit(f"{' '.join(words)} failed")
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main(*sys.argv[1:])
