"""Writes basic_pitch_reference.safetensors with the original graph; the tests run without it.

`python tests/golden/make_basic_pitch_reference.py basic_pitch-0.4.0-py2.py3-none-any.whl` runs the
ONNX graph in the wheel on two windows of synthesised music. Every fourth frame is stored.
"""

import importlib
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from safetensors.numpy import save_file

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))
convert = importlib.import_module("convert_weights")

RATE, TIME = 22_050, 43_844
random = np.random.default_rng(0)
seconds = np.arange(TIME) / RATE
audio = np.zeros((2, TIME))
for window, step in ((0, 0.25), (1, 0.4)):
    for number in range(int(TIME / RATE / step)):
        since = seconds - number * step
        sounds = (since >= 0) * np.exp(-4 * np.maximum(since, 0))
        for midi in random.integers(36, 84, size=1 + 2 * window):
            hz = 440 * 2 ** ((midi - 69) / 12)
            for harmonic in range(1, 6):
                audio[window] += sounds * np.sin(2 * np.pi * hz * harmonic * since) / harmonic
        hit = random.standard_normal(TIME) * (since >= 0) * np.exp(-40 * np.maximum(since, 0))
        audio[window] += 0.5 * hit
audio = (0.5 * audio / np.abs(audio).max(axis=1, keepdims=True)).astype(np.float16)

with convert.open_wheel(Path(sys.argv[1]), convert.SHA256["basic_pitch"]) as wheel:
    session = onnxruntime.InferenceSession(wheel.read(convert.BASIC_PITCH_GRAPH))
(entrance,) = session.get_inputs()
found = session.run(None, {entrance.name: audio.astype(np.float32)[..., None]})
onsets, notes, contours = (np.ascontiguousarray(np.asarray(each)[:, ::4]) for each in found)
content = {"audio": audio, "notes": notes, "onsets": onsets, "contours": contours}
save_file(content, HERE / "basic_pitch_reference.safetensors")
