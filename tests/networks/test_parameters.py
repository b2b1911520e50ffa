import pytest
import torch
from torch import nn

from riffsmith.networks import copy_for_averaging, update_average


def test_the_average_follows_by_hand():
    network = nn.BatchNorm1d(1)
    averaged = copy_for_averaging(network)
    with torch.no_grad():
        network.weight.fill_(3.0)
    network.running_mean = torch.tensor([7.0])
    update_average(averaged, network, 0.9, step=10_000)
    assert averaged.weight.item() == pytest.approx(0.9 * 1 + 0.1 * 3)
    assert averaged.running_mean is not None
    assert averaged.running_mean.item() == 7
    assert not averaged.weight.requires_grad
    assert not averaged.training


def test_the_start_is_soon_forgotten():
    network = nn.Linear(1, 1, bias=False)
    averaged = copy_for_averaging(network)
    with torch.no_grad():
        network.weight.fill_(5.0)
    for step in range(1, 60):
        update_average(averaged, network, 0.999, step)
    assert averaged.weight.item() == pytest.approx(5, abs=0.01)
