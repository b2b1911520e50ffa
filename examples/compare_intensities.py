"""Writes the same seed with three intensities: calm.wav, medium.wav and loud.wav.

    python examples/compare_intensities.py clips

The three clips share their noise, so that only the control makes the difference.
"""

import argparse
from pathlib import Path

import riffsmith

INTENSITIES = {"calm": 0.0, "medium": 0.5, "loud": 1.0}


def main() -> None:
    """Reads the command line and writes the files."""
    parser = argparse.ArgumentParser(description="Write the same seed with three intensities.")
    parser.add_argument("folder", type=Path, help="folder to write to")
    parser.add_argument("--model", default="metal", help="name or folder of a model")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each clip")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same clips")
    options = parser.parse_args()

    model = riffsmith.load(options.model)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, intensity in INTENSITIES.items():
        controls = riffsmith.Controls(intensity=intensity)
        clip = model.generate(options.seconds, options.seed, controls)
        print(clip.save(options.folder / f"{name}.wav"))


if __name__ == "__main__":
    main()
