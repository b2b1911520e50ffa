import pytest
import torch

from riffsmith.features import measure_descriptors

FRAME_RATE = 86.0
FREQUENCIES = torch.tensor([100.0, 400.0, 1600.0])


def describe(log_magnitudes: torch.Tensor):
    beats = torch.arange(log_magnitudes.shape[1], dtype=torch.float64) * 2 / FRAME_RATE
    return measure_descriptors(log_magnitudes, FREQUENCIES, beats, FRAME_RATE)


def test_ten_times_the_magnitude_is_twenty_decibels_louder_and_not_brighter():
    quiet = torch.full((3, 50), -5.0)
    one, other = describe(quiet), describe(quiet + torch.log(torch.tensor(10.0)))
    assert torch.allclose(other.loudness - one.loudness, torch.full((50,), 20.0), atol=1e-3)
    assert torch.allclose(other.brightness, one.brightness)


def test_brightness_is_in_octaves():
    low, high = torch.full((3, 50), -20.0), torch.full((3, 50), -20.0)
    low[0], high[1] = 0, 0
    difference = describe(high).brightness - describe(low).brightness
    assert torch.allclose(difference, torch.full((50,), 2.0), atol=1e-3)


def test_density_is_what_rises_and_tempo_what_the_beats_say():
    steady, pulsing = torch.full((3, 86), -5.0), torch.full((3, 86), -5.0)
    pulsing[:, ::10] = -1.0
    assert describe(steady).density.abs().max() == 0
    assert describe(pulsing).density.mean().item() == pytest.approx(4 * 8, rel=0.1)
    assert torch.allclose(describe(steady).tempo, torch.full((86,), 120.0))
