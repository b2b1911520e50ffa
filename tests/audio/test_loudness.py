"""Reference values: pyloudnorm 0.2.0 (filter class DeMan) on the same samples."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from riffsmith.audio import LoudnessMeter

SONGS = Path(__file__).parents[2] / "src/riffsmith/demo_corpus/metal"


def measure(audio: np.ndarray, sample_rate: int) -> float | None:
    meter = LoudnessMeter(sample_rate)
    for start in range(0, len(audio), sample_rate * 10):
        meter.add(audio[start : start + sample_rate * 10])
    return meter.loudness_lufs()


def test_a_full_scale_sine_of_1000_hz_has_the_standard_value():
    time = np.arange(48_000 * 5) / 48_000
    sine = np.sin(2 * np.pi * 997 * time).astype(np.float32)[:, None]
    assert measure(sine, 48_000) == pytest.approx(-3.01, abs=0.03)
    assert measure(np.repeat(sine, 2, 1), 48_000) == pytest.approx(0.0, abs=0.03)
    assert measure(sine * 0.1, 48_000) == pytest.approx(-23.01, abs=0.03)


def test_real_music_agrees_with_an_independent_meter():
    audio, sample_rate = soundfile.read(
        SONGS / "chaos_god.ogg", dtype="float32", frames=44_100 * 60
    )
    assert measure(audio, sample_rate) == pytest.approx(-11.78, abs=0.01)


def test_the_gate_ignores_pauses():
    time = np.arange(8_000 * 4) / 8_000
    sine = np.sin(2 * np.pi * 997 * time).astype(np.float32)[:, None]
    assert measure(np.concatenate([sine, 0 * sine]), 8_000) == pytest.approx(
        measure(sine, 8_000), abs=0.25
    )


def test_nothing_to_measure():
    assert measure(np.zeros((80_000, 1), np.float32), 8_000) is None
    assert measure(np.ones((1_000, 1), np.float32), 8_000) is None
    assert measure(np.zeros((0, 1), np.float32), 8_000) is None
