from math import log

import pytest
import torch

from riffsmith.codec import Analysis, to_mid_side
from riffsmith.codec.analysis import band_envelope, mel_bands


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0)) * 0.1


def test_bands_average_and_cover_the_spectrum():
    bands = mel_bands(128, 1025, 44100)
    assert torch.allclose(bands.sum(1), torch.ones(128))
    covered = bands.sum(0) > 0
    assert covered[1 : int(19_000 / 22_050 * 1024)].all()  # no gap below the highest band


def test_the_envelope_is_flat_for_flat_features_and_exact_at_centres():
    weights = band_envelope(32, 1025, 44100)
    assert torch.allclose(weights.sum(1), torch.ones(1025))
    assert weights.min() >= 0


def test_features_of_a_known_level():
    analysis = Analysis(44100, 128, 32, 8)
    sine = 0.5 * torch.sin(torch.arange(128 * 40) * torch.pi / 8)
    stereo = torch.stack([sine, sine])[None]
    features = analysis(stereo)
    assert features.shape == (1, 40, 40)
    spectra = analysis.spectrum(to_mid_side(stereo))
    power = spectra[0, 0, 20].abs().square()
    band = int((power @ analysis.mid_bands).argmax())
    expected = (power @ analysis.mid_bands[:, band] + 1e-8).log() / 2
    assert features[0, band, 20].item() == pytest.approx(expected.item(), abs=1e-5)
    assert features[0, 32:, 20].max().item() == pytest.approx(log(1e-4), abs=1e-3)  # no side


def test_features_do_not_depend_on_the_autocast():
    analysis = Analysis(44100, 128, 32, 8)
    features = analysis(noise(1, 2, 128 * 16))
    with torch.autocast("cpu", torch.bfloat16):
        cast = analysis.envelope(features)
    assert torch.equal(cast, analysis.envelope(features))


def test_gains_move_bands_to_their_target_and_silence_bins_of_no_band():
    analysis = Analysis(44100, 128, 32, 8)
    power = noise(1, 2, 6, 257).square() + 0.01
    target = 4 * analysis.target_power(analysis.measure_power(power))
    gains = analysis.gains(power, target)
    covered = analysis.mid_bands.sum(1) > 0
    assert gains[:, 0, :, covered].mean().item() == pytest.approx(4**0.6, rel=1e-3)
    assert not covered[-1]  # above 20 kHz
    assert gains[:, 0, :, ~covered].max() == 0
