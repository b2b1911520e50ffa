"""Generators, discriminators, objectives."""

from torch import nn

from riffsmith.gan.averaging import copy_for_averaging, update_average
from riffsmith.gan.discriminator import Discriminator
from riffsmith.gan.generator import Generator
from riffsmith.gan.losses import CrossEntropy, Loss, Verdict, Wasserstein, build_loss


def count_parameters(network: nn.Module) -> int:
    """Trainable values of a network."""
    return sum(parameter.numel() for parameter in network.parameters())


__all__ = [
    "CrossEntropy",
    "Discriminator",
    "Generator",
    "Loss",
    "Verdict",
    "Wasserstein",
    "build_loss",
    "copy_for_averaging",
    "count_parameters",
    "update_average",
]
