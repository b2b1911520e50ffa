"""Writes embedder_front_ends.safetensors with librosa and Essentia; the tests run without it.

Run `python tests/golden/make_embedder_front_ends.py` where librosa, Essentia and safetensors are
installed. The excerpt is 1 s of "Armygeddon" by Muldjord (CC BY-SA 3.0, see the demo corpus's
credits).
"""

from pathlib import Path

import essentia.standard as essentia  # pyright: ignore[reportMissingImports]
import librosa  # pyright: ignore[reportMissingImports]
import numpy as np
from safetensors.numpy import save_file

HERE = Path(__file__).parent
SONG = HERE.parents[1] / "src/riffsmith/demo_corpus/metal/armygeddon.ogg"


def load_excerpt(sample_rate: int) -> np.ndarray:
    audio, _ = librosa.load(SONG, sr=sample_rate, mono=True, offset=60, duration=1)
    return np.rint(audio * 32767).astype(np.int16)


low, full = load_excerpt(16_000), load_excerpt(44_100)
mel_power = librosa.feature.melspectrogram(
    y=low.astype(np.float32) / 32767,
    sr=16_000,
    n_fft=512,
    hop_length=256,
    pad_mode="constant",
    n_mels=96,
)

window = essentia.Windowing(type="hann", normalized=False, zeroPadding=0)
spectrum = essentia.Spectrum(size=2048)
bands = essentia.MelBands(
    inputSize=1025,
    numberBands=96,
    sampleRate=44_100,
    lowFrequencyBound=0,
    highFrequencyBound=22_050,
    warpingFormula="htkMel",
    weighting="warping",
    normalize="unit_sum",
    type="power",
    log=False,
)
frames = essentia.FrameGenerator(
    full.astype(np.float32) / 32767, frameSize=2048, hopSize=1024, startFromZero=False
)
powers = np.array([bands(spectrum(window(frame))) for frame in frames])
powers = powers[: len(full) // 1024 + 1]

save_file(
    {
        "audio_16000": low,
        "audio_44100": full,
        "slaney_filters": librosa.filters.mel(sr=16_000, n_fft=512, n_mels=96).T.copy(),
        "musicnn_mel_power": mel_power.T.copy(),
        "aisfx_log_mel": np.log10(1 + 10_000 * powers.astype(np.float64)).astype(np.float32),
    },
    HERE / "embedder_front_ends.safetensors",
)
