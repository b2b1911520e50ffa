"""The modulation filter of a snapshot, fitted to what its generator plays."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import LatentSettings
from riffsmith.networks import SPAN_LATENTS, Denoiser, ModulationFilter, sample
from riffsmith.seeds import random_stream
from riffsmith.training.latent.step import velocity_of
from riffsmith.training.latent.windows import LatentWindows, split_window

_WINDOWS = 64
"""Training windows that are played for a filter."""


@torch.no_grad()
def fit_modulation_filter(
    generator: Denoiser, windows: LatentWindows, settings: LatentSettings, seed: int
) -> ModulationFilter | None:
    """A filter for what a generator plays from the conditioning of training windows.

    Args:
        generator: Generator of the snapshot.
        windows: Windows of the recordings that it learned from.
        settings: Settings of the model.
        seed: Seed that chooses windows and noise.

    Returns:
        The filter; `None` where windows are shorter than the spans that its spectrum is measured
        in.
    """
    if settings.training.window_frames < SPAN_LATENTS:
        return None
    channels, size = settings.codec.latent_channels, settings.training.batch_size
    drawn = windows.draw(_WINDOWS, seed, "modulation")
    real, conditioning = split_window(drawn, channels)
    noise = torch.randn(real.shape, generator=random_stream(seed, "modulation", "noise"))
    pairs = zip(noise.split(size), conditioning.split(size), strict=True)
    played = [play_window(generator, *pair, settings) for pair in pairs]
    found = ModulationFilter(channels)
    found.fit(torch.cat(played), real)
    return found.eval()


def play_window(
    generator: Denoiser,
    noise: Float[Tensor, "batch channels frames"],
    conditioning: Float[Tensor, "batch conditioning frames"],
    settings: LatentSettings,
) -> Float[Tensor, "batch channels frames"]:
    """Latents, unfiltered, that a generator plays for some conditioning.

    Args:
        generator: Generator, on any device.
        noise: Standard normal noise.
        conditioning: Conditioning of the same frames.
        settings: Settings with the sampler's.
    """
    device, sampler = next(generator.parameters()).device, settings.generator
    velocity = velocity_of(generator, conditioning.to(device), settings.training)
    steps, noise = sampler.steps, noise.to(device)
    return sample(velocity, noise, steps, steps, extrapolation=sampler.extrapolation).cpu()
