"""Generators, discriminators, losses and the sampler."""

from riffsmith.networks.flow import draw_timesteps, flow_matching_loss, predict_clean, sample
from riffsmith.networks.latent.band_axis import BandAxis
from riffsmith.networks.latent.denoiser import Denoiser
from riffsmith.networks.latent.discriminator import LatentDiscriminator
from riffsmith.networks.latent.inputs import CLOCK_CHANNELS, PERIODS, NoiseSource, clock
from riffsmith.networks.latent.losses import approximate_gradient_penalty, relativistic_loss
from riffsmith.networks.latent.modulation_filter import SPAN_LATENTS, ModulationFilter
from riffsmith.networks.parameters import copy_for_averaging, count_parameters, update_average
from riffsmith.networks.piano_roll import (
    BAR_BEATS,
    BAR_STEPS,
    PROFILE_VALUES,
    SURROUNDING_STEPS,
    PianoRollModel,
    measure_profile,
    rotate_profile,
)
from riffsmith.networks.picture.discriminator import Discriminator
from riffsmith.networks.picture.generator import Generator
from riffsmith.networks.picture.losses import (
    CrossEntropy,
    DiscriminatorResult,
    Loss,
    Wasserstein,
    build_loss,
)

__all__ = [
    "BAR_BEATS",
    "BAR_STEPS",
    "CLOCK_CHANNELS",
    "PERIODS",
    "PROFILE_VALUES",
    "SPAN_LATENTS",
    "SURROUNDING_STEPS",
    "BandAxis",
    "CrossEntropy",
    "Denoiser",
    "Discriminator",
    "DiscriminatorResult",
    "Generator",
    "LatentDiscriminator",
    "Loss",
    "ModulationFilter",
    "NoiseSource",
    "PianoRollModel",
    "Wasserstein",
    "approximate_gradient_penalty",
    "build_loss",
    "clock",
    "copy_for_averaging",
    "count_parameters",
    "draw_timesteps",
    "flow_matching_loss",
    "measure_profile",
    "predict_clean",
    "relativistic_loss",
    "rotate_profile",
    "sample",
    "update_average",
]
