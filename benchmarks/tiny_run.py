"""Made-up songs, and settings that train a model on them in seconds."""

from pathlib import Path

import numpy as np
import soundfile

RATE = 8_000
SETTINGS = {
    "corpus": {
        "sample_rate": RATE,
        "segment_seconds": 1.0,
        "n_fft": 256,
        "hop_samples": 64,
        "n_mels": 16,
    },
    "codec": {
        "side_mels": 4,
        "components": 6,
        "texture_hidden": 8,
        "texture_steps": 2,
        "style_dimensions": 3,
        "style_passages": 8,
        "tonal_components": 2,
        "tonal_rounds": 1,
        "corrections": 1,
    },
    "generator": {"channels": [8, 8], "band_channels": 2, "embedding": 8, "steps": 1},
    "piano_roll": {"hidden": 4, "mixtures": 2, "steps": 2},
    "discriminator": {"channels": [8, 8]},
    "training": {
        "batch_size": 4,
        "steps": 2,
        "flow_matching_steps": 1,
        "window_frames": 64,
        "log_every_steps": 1,
        "checkpoint_every_steps": 1,
        "preview_every_steps": 1,
        "threads": 1,
    },
}


def write_songs(folder: Path) -> Path:
    """Writes three songs of 12 s with a beat and two notes each; returns the folder."""
    stream = np.random.default_rng(1)
    folder.mkdir(parents=True)
    for number in range(3):
        tones = np.sin(np.outer(np.arange(12 * RATE), [0.1 + 0.02 * number, 0.3]))
        noise = 0.1 * stream.standard_normal(tones.shape)
        beat = (np.arange(len(tones)) % 4000 < 800)[:, None]
        soundfile.write(folder / f"{number}.wav", 0.3 * tones + noise * beat, RATE)
    return folder
