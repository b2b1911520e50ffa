from math import exp, log

import pytest
import torch

from riffsmith.networks import approximate_gradient_penalty, relativistic_loss


def test_the_loss_by_hand():
    preferred = [torch.tensor([[2.0, 0.0]]), torch.tensor([[1.0]])]
    others = [torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0]])]
    first = (log(1 + exp(-1)) + log(2)) / 2
    loss = relativistic_loss(preferred, others)
    assert loss.item() == pytest.approx((first + log(2)) / 2, abs=1e-6)


def test_the_preferred_logits_are_to_be_higher():
    high, low = [torch.full((4, 3), 5.0)], [torch.full((4, 3), -5.0)]
    assert relativistic_loss(high, low) < 1e-3 < 9 < relativistic_loss(low, high)


def test_the_penalty_estimates_the_squared_gradient():
    torch.manual_seed(0)
    weights = torch.randn(200)

    def discriminate(inputs: torch.Tensor) -> list[torch.Tensor]:  # one head, four positions
        return [(inputs @ weights)[:, None].expand(-1, 4) / 2]

    inputs = torch.randn(20_000, 200)
    noisy = inputs + 0.05 * torch.randn_like(inputs)
    found = approximate_gradient_penalty(discriminate(inputs), discriminate(noisy), 0.05)
    # the sum of four logits over the root of four is the projection on the weights
    assert found.item() == pytest.approx(weights.square().sum().item(), rel=0.05)
