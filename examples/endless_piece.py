"""Plays an endless piece into a file, first calm and slow, then loud and fast.

    python examples/endless_piece.py piece.wav --seconds 60

A piece is made about three seconds at a time, so it needs no more memory the longer it gets.
"""

import argparse
from pathlib import Path

import soundfile

import riffsmith

CALM = riffsmith.Controls(intensity=0.1, tempo=90)
LOUD = riffsmith.Controls(intensity=0.9, tempo=140)


def main() -> None:
    """Reads the command line and writes the file."""
    parser = argparse.ArgumentParser(description="Play an endless piece into a file.")
    parser.add_argument("out", type=Path, help="file to write")
    parser.add_argument("--model", default="metal", help="name or folder of a model")
    parser.add_argument("--seconds", type=float, default=60.0, help="when to stop")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same piece")
    options = parser.parse_args()

    model = riffsmith.load(options.model)
    end = round(options.seconds * model.sample_rate)
    piece = model.stream(options.seed, CALM)
    is_calm = True
    with soundfile.SoundFile(options.out, "w", model.sample_rate, channels=2) as file:
        for chunk in piece:
            file.write(chunk.samples)
            if piece.position >= end:
                break
            if is_calm and piece.position >= end / 2:
                piece.change_controls(LOUD)
                is_calm = False
    print(options.out)


if __name__ == "__main__":
    main()
