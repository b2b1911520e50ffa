"""The picture GANs' networks, fresh."""

import torch

from riffsmith.config import PictureSettings
from riffsmith.networks import Discriminator, Generator
from riffsmith.seeds import derive_seed
from riffsmith.training.state import TrainingState, assemble_state


def initialise_picture_state(
    settings: PictureSettings, seed: int, device: torch.device
) -> TrainingState:
    """Fresh networks and optimisers; the seed decides the weights."""
    channels = settings.corpus.channel_count
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        generator = Generator(settings.generator, channels)
        discriminator = Discriminator(settings.discriminator, channels)
    for network in (generator, discriminator):
        network.to(device)
        if settings.training.channels_last:
            for parameter in network.parameters():  # only convolutions have four axes
                if parameter.dim() == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return assemble_state(generator, discriminator, settings.training)
