"""Generators, discriminators, objectives."""

from torch import nn

from riffsmith.gan.averaging import copy_for_averaging, update_average
from riffsmith.gan.clock import CLOCK_CHANNELS, PERIODS, clock
from riffsmith.gan.denoiser import Denoiser
from riffsmith.gan.discriminator import Discriminator
from riffsmith.gan.flow import arrive, draw_times, flow_loss, walk
from riffsmith.gan.generator import Generator
from riffsmith.gan.latent_discriminator import LatentDiscriminator
from riffsmith.gan.latent_noise import NoiseSource
from riffsmith.gan.losses import CrossEntropy, Loss, Verdict, Wasserstein, build_loss
from riffsmith.gan.relativistic import pair_loss, smoothness_penalty


def count_parameters(network: nn.Module) -> int:
    """Trainable values of a network."""
    return sum(parameter.numel() for parameter in network.parameters())


__all__ = [
    "CLOCK_CHANNELS",
    "PERIODS",
    "CrossEntropy",
    "Denoiser",
    "Discriminator",
    "Generator",
    "LatentDiscriminator",
    "Loss",
    "NoiseSource",
    "Verdict",
    "Wasserstein",
    "arrive",
    "build_loss",
    "clock",
    "copy_for_averaging",
    "count_parameters",
    "draw_times",
    "flow_loss",
    "pair_loss",
    "smoothness_penalty",
    "update_average",
    "walk",
]
