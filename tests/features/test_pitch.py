import pytest
import torch

from riffsmith.features import shift_pitch, time_stretch

SAMPLE_RATE = 22_050


def tone(hz: float) -> torch.Tensor:
    return 0.5 * torch.sin(2 * torch.pi * hz * torch.arange(4 * SAMPLE_RATE) / SAMPLE_RATE)[None]


def peak_hz(audio: torch.Tensor) -> float:
    middle = audio[0, SAMPLE_RATE : 3 * SAMPLE_RATE]
    return float(torch.fft.rfft(middle * torch.hann_window(len(middle))).abs().argmax()) / 2


@pytest.mark.parametrize("semitones", [-2.0, -0.5, 0.0, 1.0, 2.0])
def test_pitch_moves_and_length_and_level_stay(semitones: float):
    shifted = shift_pitch(tone(440), semitones)
    assert shifted.shape == (1, 4 * SAMPLE_RATE)
    assert peak_hz(shifted) == pytest.approx(440 * 2 ** (semitones / 12), rel=0.004)
    assert shifted.std() == pytest.approx(float(tone(440).std()), rel=0.02)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_time_stretching_changes_length_alone(factor: float):
    longer = time_stretch(tone(440), factor)
    assert longer.shape[-1] == round(4 * SAMPLE_RATE * factor)
    assert peak_hz(longer) == pytest.approx(440, rel=0.004)
