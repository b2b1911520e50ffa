"""Settings → networks that have learned nothing yet."""

import torch

from riffsmith.config import LatentSettings, Settings
from riffsmith.training.latent_state import build_latent_state
from riffsmith.training.picture_state import build_picture_state
from riffsmith.training.state import TrainingState


def build_fresh_state(settings: Settings, seed: int, device: torch.device) -> TrainingState:
    """Networks and optimisers of any system; the seed decides the weights."""
    if isinstance(settings, LatentSettings):
        return build_latent_state(settings, seed, device)
    return build_picture_state(settings, seed, device)
