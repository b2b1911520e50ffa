"""How long a corpus of an hour takes to be searched for copies in a minute of music.

python benchmarks/originality_speed.py [--minutes 60] [--rounds 3]

The demo corpus's songs are played over and over, each time at another pitch and speed, until they
fill the hour; a tenth more is held out. Opening the corpus, the transcription of its melodies, both
indexes, the calibration on held-out music and the search are timed together, as they happen when
`riffsmith originality` runs for the first time; then again with what was stored. The ratio is to
real time: seconds of training music that a second gets through.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import soundfile
import soxr
from machine import describe_machine

from riffsmith.config import load_preset
from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.evaluation.copying.held_out_scores import FILE_NAMES, PRINT_FOLDER
from riffsmith.evaluation.copying.originality import OriginalityCheck

RATE = 22_050
SONG_SECONDS = 240


def make_songs(folder: Path, count: int, held_out: int) -> None:
    with as_file(files("riffsmith") / "demo_corpus" / "metal") as songs:
        audio = np.concatenate(
            [
                soundfile.read(p, dtype="float32")[0].mean(axis=1)
                for p in sorted(songs.glob("*.ogg"))
            ]
        )
    random = np.random.default_rng(0)
    for number in range(count + held_out):
        speed = random.uniform(0.7, 1.4)
        played = soxr.resample(np.roll(audio, random.integers(len(audio))), 44_100 * speed, RATE)
        name = f"{'held' if number >= count else 'song'}-{number:03d}.wav"
        soundfile.write(folder / name, np.resize(played, SONG_SECONDS * RATE), RATE)


def timed(corpus: Path, clip: np.ndarray) -> float:
    began = time.perf_counter()
    OriginalityCheck(Corpus(corpus)).check(clip, RATE)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(describe_machine())
    count = -(-options.minutes * 60 // SONG_SECONDS)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "songs").mkdir()
        make_songs(root / "songs", count, -(-count // 10))
        settings = load_preset("report").corpus
        prepare_corpus(
            root / "songs", root / "corpus", settings, preset="report", hold_out=["held-"]
        )
        clip = soundfile.read(root / "songs" / "song-000.wav", dtype="float32", frames=60 * RATE)[0]
        first: list[float] = []
        again: list[float] = []
        for _ in range(options.rounds):
            for file_name in FILE_NAMES.values():
                (root / "corpus" / file_name).unlink(missing_ok=True)
            shutil.rmtree(root / "corpus" / PRINT_FOLDER, ignore_errors=True)
            first.append(timed(root / "corpus", clip[:, None]))
            again.append(timed(root / "corpus", clip[:, None]))
    middle, stored = statistics.median(first), statistics.median(again)
    seconds = count * SONG_SECONDS
    print(
        f"{seconds / 60:.0f} minutes of corpus, a minute of music, medians of {options.rounds}: "
        f"first time {middle:.1f} s, with what was stored {stored:.1f} s"
    )
    print(f"training music / time, first time: {seconds / middle:.0f}")


if __name__ == "__main__":
    main()
