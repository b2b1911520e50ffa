"""How many seconds of music are transcribed to notes in a second, by one thread.

python benchmarks/transcription_speed.py [--rounds 5]

30 s of the demo corpus at 44.1 kHz are resampled and transcribed; the fastest round counts, because
all others were disturbed.
"""

import argparse
import time
from importlib.resources import as_file, files

import numpy as np
import soundfile
import torch
from machine import describe_machine

from riffsmith.transcription.transcribe import transcribe

SECONDS = 30


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(describe_machine())
    with as_file(files("riffsmith") / "demo_corpus" / "metal" / "chaos_god.ogg") as path:
        rate = soundfile.info(path).samplerate
        audio = soundfile.read(path, dtype="float32", frames=SECONDS * rate)[0].mean(axis=1)
    times: list[float] = []
    found = transcribe(audio, rate)  # also loads the weights
    for number in range(options.rounds):
        other = np.roll(audio, number + 1)  # equal audio is not transcribed again
        began = time.perf_counter()
        found = transcribe(other, rate)
        times.append(time.perf_counter() - began)
    print(f"music / time: {SECONDS / min(times):.0f}; {found.roll().sum(axis=1).mean():.2f} notes")


if __name__ == "__main__":
    main()
