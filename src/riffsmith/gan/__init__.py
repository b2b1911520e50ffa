"""Generators, discriminators, objectives."""

from torch import nn

from riffsmith.gan.averaging import copy_for_averaging, update_average
from riffsmith.gan.discriminator import Discriminator
from riffsmith.gan.generator import Generator
from riffsmith.gan.latent_discriminator import LatentDiscriminator
from riffsmith.gan.latent_generator import LatentGenerator, LatentNoise, clock_at
from riffsmith.gan.latent_noise import NoiseSource
from riffsmith.gan.losses import CrossEntropy, Loss, Verdict, Wasserstein, build_loss
from riffsmith.gan.relativistic import pair_loss, smoothness_penalty


def count_parameters(network: nn.Module) -> int:
    """Trainable values of a network."""
    return sum(parameter.numel() for parameter in network.parameters())


__all__ = [
    "CrossEntropy",
    "Discriminator",
    "Generator",
    "LatentDiscriminator",
    "LatentGenerator",
    "LatentNoise",
    "Loss",
    "NoiseSource",
    "Verdict",
    "Wasserstein",
    "build_loss",
    "clock_at",
    "copy_for_averaging",
    "count_parameters",
    "pair_loss",
    "smoothness_penalty",
    "update_average",
]
