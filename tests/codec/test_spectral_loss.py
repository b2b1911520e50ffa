from math import log

import pytest
import torch

from riffsmith.codec import SpectralLoss, SpectrumDiscriminator, feature_matching_loss


def tone(level: float, hertz: float = 1000.0) -> torch.Tensor:
    return level * torch.sin(2 * torch.pi * hertz * torch.arange(16_000) / 16_000)[None, None]


def test_equal_audio_costs_nothing():
    assert SpectralLoss(16_000)(tone(0.5), tone(0.5)).item() == 0


def test_half_the_level_costs_half_the_magnitude_and_log_2():
    noise = 0.1 * torch.randn(1, 1, 16_000, generator=torch.Generator().manual_seed(0))
    loss = SpectralLoss(16_000, (512,), ())
    assert loss(noise / 2, noise).item() == pytest.approx(log(2) + 0.5, abs=0.01)


def test_the_phase_does_not_matter():
    loss = SpectralLoss(16_000, (512, 1024), ((512, 20),))
    other_pitch = loss(tone(0.5, 2000), tone(0.5)).item()
    inverted = loss(-tone(0.5), tone(0.5)).item()
    assert inverted == pytest.approx(0, abs=1e-6)
    assert other_pitch > 1


def test_logits_over_time_and_activations():
    torch.manual_seed(0)
    discriminator = SpectrumDiscriminator(64, 8)
    parts = discriminator.prepare(torch.randn(3, 640))
    assert parts.shape == (3, 66, 41)
    logits, activations = discriminator(parts)
    assert logits.shape == (3, 1, 11)
    assert [layer.shape[-1] for layer in activations] == [41, 21, 21, 11]


def test_quiet_bins_are_lifted():
    discriminator = SpectrumDiscriminator(64, 8)
    loud = discriminator.prepare(torch.ones(1, 640)).abs().max()
    quiet = discriminator.prepare(torch.ones(1, 640) * 0.01).abs().max()
    assert (quiet / loud).item() == pytest.approx(0.01**0.3, rel=0.01)


def test_feature_matching_by_hand():
    decoded, real = [torch.tensor([1.0, 3.0])], [torch.tensor([2.0, 2.0])]
    assert feature_matching_loss(decoded, real).item() == pytest.approx(1 / 2.0001)
