"""Writes mel_reference.safetensors with librosa; the tests run without it.

Run `python tests/golden/make_mel_reference.py` where librosa and safetensors are installed.
The excerpt is 3 s of "Armygeddon" by Muldjord (CC BY-SA 3.0, see the demo corpus's credits).
"""

from pathlib import Path

import librosa  # pyright: ignore[reportMissingImports]
import numpy as np
from safetensors.numpy import save_file

HERE = Path(__file__).parent
SONG = HERE.parents[1] / "src/riffsmith/demo_corpus/metal/armygeddon.ogg"

audio, _ = librosa.load(SONG, sr=22_050, mono=True, offset=60, duration=3)
stored = np.rint(audio * 32767).astype(np.int16)
reference = {"audio": stored}
for name, n_fft, hop, n_mels in (("report", 400, 200, 64), ("report-wgan", 1024, 512, 128)):
    power = librosa.feature.melspectrogram(
        y=stored.astype(np.float64) / 32767,
        sr=22_050,
        n_fft=n_fft,
        hop_length=hop,
        window="hann",
        center=True,
        pad_mode="reflect",
        power=2.0,
        n_mels=n_mels,
        htk=True,
        norm=None,
    )
    reference[name] = (10 * np.log10(np.maximum(power, 1e-10))).astype(np.float32)
save_file(reference, HERE / "mel_reference.safetensors")
