"""Reference values: the ONNX graph of basic-pitch 0.4.0."""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from riffsmith.transcription.basic_pitch import WINDOW_SAMPLES, load_basic_pitch

REFERENCE = load_file(Path(__file__).parents[1] / "golden" / "basic_pitch_reference.safetensors")


def test_the_network_is_the_original():
    with torch.inference_mode():
        found = load_basic_pitch()(REFERENCE["audio"].float())
    for name, values in found._asdict().items():
        assert (values[:, ::4] - REFERENCE[name]).abs().max() < 1e-4, name
    assert (REFERENCE["notes"] > 0.5).sum() > 50  # the reference is not silent
    assert (REFERENCE["onsets"] > 0.5).sum() > 5


def test_silence_has_no_notes():
    with torch.inference_mode():
        found = load_basic_pitch()(torch.zeros(1, WINDOW_SAMPLES))
    assert np.isfinite(found.notes.numpy()).all()
    assert found.notes.max() < 0.3
