"""Begins with a recording of your own and goes on from it.

    python examples/continue_recording.py riff.wav continued.wav --noise-level 0.3

The model has to be one of the preset `latent`, as `metal` is.
"""

import argparse
from pathlib import Path

import riffsmith


def main() -> None:
    """Reads the command line and writes the file."""
    parser = argparse.ArgumentParser(description="Continue a recording.")
    parser.add_argument("recording", type=Path, help="audio file to begin with")
    parser.add_argument("out", type=Path, help="file to write")
    parser.add_argument("--model", default="metal", help="name or folder of a model")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the whole")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same clip")
    parser.add_argument(
        "--noise-level",
        type=float,
        default=0.3,
        help="0 keeps the recording as it is, 1 keeps only its kind and tempo",
    )
    options = parser.parse_args()

    model = riffsmith.load(options.model)
    clip = model.generate(
        options.seconds,
        options.seed,
        audio_prompt=riffsmith.read_audio(options.recording),
        noise_level=options.noise_level,
    )
    print(clip.save(options.out))


if __name__ == "__main__":
    main()
