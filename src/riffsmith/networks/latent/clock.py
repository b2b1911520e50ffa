"""A clock of beats as a generator sees it."""

from math import tau

import torch
from jaxtyping import Float
from torch import Tensor

PERIODS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Of the oscillators, in beats."""
CLOCK_CHANNELS = 2 * len(PERIODS)


def clock(
    beats: Float[Tensor, "batch frames"],
) -> Float[Tensor, "batch clock_channels frames"]:
    """Cosine and sine of the beat's phase and of its multiples and parts.

    Args:
        beats: Position of each frame in beats; double precision keeps the phase for hours.
    """
    periods = torch.tensor(PERIODS, dtype=beats.dtype, device=beats.device)
    phase = tau * ((beats[:, None] / periods[:, None]) % 1)
    return torch.cat([phase.cos(), phase.sin()], dim=1).float()
