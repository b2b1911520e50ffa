"""Generators, discriminators, objectives."""

from torch import nn

from riffsmith.networks.averaging import copy_for_averaging, update_average
from riffsmith.networks.flow import draw_timesteps, flow_loss, predict_clean, sample
from riffsmith.networks.latent.clock import CLOCK_CHANNELS, PERIODS, clock
from riffsmith.networks.latent.denoiser import Denoiser
from riffsmith.networks.latent.discriminator import LatentDiscriminator
from riffsmith.networks.latent.noise import NoiseSource
from riffsmith.networks.latent.relativistic import pair_loss, smoothness_penalty
from riffsmith.networks.picture.discriminator import Discriminator
from riffsmith.networks.picture.generator import Generator
from riffsmith.networks.picture.losses import CrossEntropy, Loss, Verdict, Wasserstein, build_loss


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
    "build_loss",
    "clock",
    "copy_for_averaging",
    "count_parameters",
    "draw_timesteps",
    "flow_loss",
    "pair_loss",
    "predict_clean",
    "sample",
    "smoothness_penalty",
    "update_average",
]
