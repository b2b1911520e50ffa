"""Exponential moving average of a network."""

import copy
from typing import TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def copy_for_averaging(network: Network) -> Network:
    """A frozen copy to average into."""
    averaged = copy.deepcopy(network).eval()
    return averaged.requires_grad_(False)


@torch.no_grad()
def update_average(averaged: nn.Module, network: nn.Module, decay: float, step: int) -> None:
    """Moves the average towards the network; buffers (running statistics) are copied.

    The decay grows as (1 + step) / (10 + step) up to `decay`, so that the start is soon forgotten.
    """
    decay = min(decay, (1 + step) / (10 + step))
    for target, source in zip(averaged.parameters(), network.parameters(), strict=True):
        target.lerp_(source, 1 - decay)
    for target, source in zip(averaged.buffers(), network.buffers(), strict=True):
        target.copy_(source)
