"""The latent GAN's networks, fresh."""

import torch

from riffsmith.bundle import build_latent_generator
from riffsmith.config import LatentSettings
from riffsmith.networks import LatentDiscriminator
from riffsmith.seeds import derive_seed
from riffsmith.training.latent.windows import window_channels
from riffsmith.training.state import TrainingState, assemble_state


def initialise_latent_state(
    settings: LatentSettings, seed: int, device: torch.device
) -> TrainingState:
    """Fresh networks and optimisers; the seed decides the weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        generator = build_latent_generator(settings)
        discriminator = LatentDiscriminator(
            latent_channels=window_channels(settings),
            channels=settings.discriminator.channels,
            head_from=settings.discriminator.head_from,
        )
    return assemble_state(generator.to(device), discriminator.to(device), settings.training)
