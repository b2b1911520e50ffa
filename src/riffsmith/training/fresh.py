"""Settings → networks that have learned nothing yet."""

import torch

from riffsmith.config import LatentSettings, Settings
from riffsmith.training.latent.state import initialise_latent_state
from riffsmith.training.picture.state import initialise_picture_state
from riffsmith.training.state import TrainingState


def initialise_state(settings: Settings, seed: int, device: torch.device) -> TrainingState:
    """Networks and optimisers of any system; the seed decides the weights."""
    if isinstance(settings, LatentSettings):
        return initialise_latent_state(settings, seed, device)
    return initialise_picture_state(settings, seed, device)
