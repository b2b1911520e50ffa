import pytest
import torch

from riffsmith.codec import Spectrum, overlap_add, to_left_right, to_mid_side


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * 0.1


def test_mid_and_side_come_back():
    audio = noise(2, 2, 500)
    assert torch.allclose(to_left_right(to_mid_side(audio)), audio, atol=1e-7)
    mono = noise(1, 1, 500).expand(1, 2, 500)
    assert to_mid_side(mono)[:, 1].abs().max() == 0


def test_a_spectrum_comes_back_as_the_same_audio():
    spectrum = Spectrum(64)
    audio = noise(3, 64 * 20)
    restored = spectrum.inverse(spectrum(audio))
    assert restored.shape == audio.shape
    inner = slice(192, -192)  # the ends lack the frames that would overlap them
    assert torch.allclose(restored[:, inner], audio[:, inner], atol=1e-6)


def test_one_frame_a_hop():
    assert Spectrum(64)(noise(64 * 7)).shape == (7, 129)


def test_a_full_scale_sine_has_magnitude_one():
    spectrum = Spectrum(64)
    sine = torch.sin(torch.arange(64 * 30) * torch.pi / 8)  # exactly bin 16
    assert spectrum(sine).abs()[10, 16].item() == pytest.approx(1.0, abs=1e-3)


def test_overlap_add_by_hand():
    pieces = torch.tensor([[1.0, 2, 3, 4], [10.0, 20, 30, 40]])
    assert overlap_add(pieces).tolist() == [1, 12, 23, 34, 40]
