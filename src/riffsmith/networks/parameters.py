"""Exponential moving average and number of a network's parameters."""

import copy
from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def count_parameters(network: nn.Module) -> int:
    """Number of trainable values of a network."""
    return sum(parameter.numel() for parameter in network.parameters())


def set_to_zero(*layers: nn.Linear | nn.Conv1d | nn.Conv2d | nn.ConvTranspose2d) -> None:
    """Sets weights and biases to zero, so that a layer adds nothing before it is trained."""
    for layer in layers:
        nn.init.zeros_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def copy_for_averaging(network: Network) -> Network:
    """A copy of a network, in evaluation mode and without gradients, to average into."""
    averaged = copy.deepcopy(network).eval()
    return averaged.requires_grad_(False)


@torch.no_grad()
def update_average(averaged: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Updates the exponential moving average of a network's parameters.

    The decay grows as (1 + step) / (10 + step) up to `decay`, so that the first steps are soon
    forgotten. Buffers (running statistics) are copied.

    Args:
        averaged: Network that holds the average; it is changed in place.
        network: Network that is trained.
        decay: Largest weight of the previous average, from 0 to 1.
        step: Number of training steps done.
    """
    decay = min(decay, (1 + step) / (10 + step))
    for target, source in zip(averaged.parameters(), network.parameters(), strict=True):
        target.lerp_(source, 1 - decay)
    for target, source in zip(averaged.buffers(), network.buffers(), strict=True):
        target.copy_(source)
