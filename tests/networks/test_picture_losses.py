from math import log

import pytest
import torch
from conftest import picture_preset

from riffsmith.networks import CrossEntropy, Wasserstein, build_loss


def discriminate_mean(picture: torch.Tensor) -> torch.Tensor:
    return picture.flatten(1).mean(dim=1, keepdim=True)


def full(value: float) -> torch.Tensor:
    return torch.full((3, 1, 2, 2), value)


def test_cross_entropy_by_hand():
    result = CrossEntropy(0.9).discriminator(discriminate_mean, full(0.0), full(0.0), 0)
    assert result.loss.item() == pytest.approx(2 * log(2))
    result = CrossEntropy(0.9).discriminator(discriminate_mean, full(2.0), full(-1.0), 0)
    # softplus(2) − 0.9·2 for the real ones, softplus(−1) for the fake ones
    assert result.loss.item() == pytest.approx(2.126928 - 1.8 + 0.313262, abs=1e-5)
    assert result.real_logits.mean() == 2
    assert result.fake_logits.mean() == -1
    assert CrossEntropy(0.7).generator(discriminate_mean, full(1.0)).item() == pytest.approx(
        1.313262 - 0.7, abs=1e-5
    )


def test_the_best_discriminator_of_smoothed_labels_still_pays_their_entropy():
    result = CrossEntropy(0.9).discriminator(discriminate_mean, full(log(9)), full(-50.0), 0)
    assert result.loss.item() == pytest.approx(-0.9 * log(0.9) - 0.1 * log(0.1), abs=1e-5)


def test_wasserstein_by_hand():
    result = Wasserstein(0.0).discriminator(discriminate_mean, full(3.0), full(1.0), 0)
    assert result.loss.item() == pytest.approx(-2)
    assert Wasserstein(0.0).generator(discriminate_mean, full(1.5)).item() == pytest.approx(-1.5)


def test_the_penalty_by_hand():
    # the gradient of 4 pixels' mean is 1/4 everywhere: its norm is 1/2, (1/2 − 1)² = 1/4
    result = Wasserstein(5.0).discriminator(discriminate_mean, full(3.0), full(1.0), 0)
    assert result.loss.item() == pytest.approx(-2 + 5 / 4)
    result = Wasserstein(5.0).discriminator(
        lambda x: 2 * discriminate_mean(x), full(3.0), full(1.0), 0
    )
    assert result.loss.item() == pytest.approx(-4)  # slope 1 costs nothing


def test_the_penalty_reaches_the_weights():
    weight = torch.tensor(1.0, requires_grad=True)
    loss = Wasserstein(5.0).discriminator(
        lambda x: weight * discriminate_mean(x), full(0.0), full(0.0), 0
    )
    loss.loss.backward()
    assert weight.grad is not None
    # d/dw 5·(w/2 − 1)² = 5·(w/2 − 1)
    assert weight.grad.item() == pytest.approx(-2.5)


def test_presets_choose_their_loss():
    assert build_loss(picture_preset("report").training) == CrossEntropy(0.9)
    assert build_loss(picture_preset("report-wgan").training) == Wasserstein(5.0)
