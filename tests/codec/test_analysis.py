from math import log, pi

import pytest
import torch

from riffsmith.codec import Analysis, to_mid_side


def test_features_of_a_known_level():
    analysis = Analysis(44100, 128, 32, 8, patch_frames=4, has_tonal=False)
    sine = 0.5 * torch.sin(torch.arange(128 * 40) * torch.pi / 8)
    stereo = torch.stack([sine, sine])[None]
    features = analysis(stereo)
    assert features.shape == (1, 40, 40)
    spectra = analysis.spectrum(to_mid_side(stereo))
    weights = analysis.mid.weights
    power = spectra[0, 0, 20].abs().square()[: len(weights)]
    band = int((power @ weights).argmax())
    expected = (power @ weights[:, band] + 1e-8).log() / 2
    assert features[0, band, 20].item() == pytest.approx(expected.item(), abs=1e-5)
    assert features[0, 32:, 20].max().item() == pytest.approx(log(1e-4), abs=1e-3)  # no side


def test_tonal_features_find_a_note_in_the_patch_where_it_sounds():
    """A note from the ninth patch on: its band rises there, and bands of other semitones do not."""
    analysis = Analysis(44100, 512, 128, 32, patch_frames=4, has_tonal=True)
    assert analysis.tonal is not None
    time = torch.arange(24 * 2048) / 44100
    sine = 0.3 * torch.sin(2 * pi * 440 * time) * (time >= 8 * 2048 / 44100)
    tonal = analysis(sine.expand(1, 2, -1))[0, analysis.mel :]
    assert tonal.shape == (235, 96)
    assert int(tonal[:, 60].argmax()) == 108  # 440 Hz is three octaves above 55 Hz
    assert tonal[108, 60] - tonal[114, 60] > 3  # two semitones higher
    assert tonal[108, 16] == pytest.approx(log(1e-4), abs=0.1)
    # each frame has the value of the patch that begins there
    spectrum = analysis.tonal_spectrum(sine[None])
    patches = analysis.tonal.measure(spectrum.abs().square())[0]
    assert torch.allclose(tonal[:, ::4][:, 3:-3], patches[:, 3:-3], atol=1e-4)


def test_features_of_a_part_are_those_of_the_whole_within_the_context():
    analysis = Analysis(44100, 64, 16, 4, patch_frames=4, has_tonal=True)
    audio = torch.randn(1, 2, 80 * 64, generator=torch.Generator().manual_seed(0))
    whole, context = analysis(audio), analysis.context_frames
    part = analysis(audio[..., 20 * 64 : 60 * 64])
    inner = part[..., context:-context]
    assert torch.allclose(inner, whole[..., 20 + context : 60 - context], atol=1e-4)
