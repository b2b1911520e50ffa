"""Learning the way from noise to music, and going it."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

Velocity = Callable[[Tensor, Tensor], Tensor]
"""What lies between music and noise (batch, channels, frames), and its times (batch,), to the
velocity, in full precision."""


def flow_loss(
    velocity: Velocity,
    music: Float[Tensor, "batch channels frames"],
    noise: Float[Tensor, "batch channels frames"],
    times: Float[Tensor, " batch"],
) -> Float[Tensor, ""]:
    """Mean square error of the velocity: flow matching with straight paths.

    Lipman et al., 2023 (arXiv:2210.02747), equation 23.
    """
    place = times[:, None, None]
    found = velocity((1 - place) * music + place * noise, times)
    return (found - (noise - music)).square().mean()


def draw_timesteps(count: int, stream: torch.Generator) -> Float[Tensor, " count"]:
    """Times for the loss, most of them in the middle, where the way is decided.

    The logit-normal distribution of Esser et al., 2024 (arXiv:2403.03206), moved towards noise.
    """
    return torch.sigmoid(0.3 + 1.2 * torch.randn(count, generator=stream))


def sample(
    velocity: Velocity,
    noise: Float[Tensor, "batch channels frames"],
    steps: int,
    count: int,
    keep: Callable[[Tensor, float], Tensor] = lambda state, time: state,
) -> Float[Tensor, "batch channels frames"]:
    """The first of so many equal steps from noise to music along the velocity (Euler's method).

    Args:
        velocity: At a place and time.
        noise: Where the way begins.
        steps: Of the whole way.
        count: How many of them are gone.
        keep: May put a state right before each step, at the step's time.
    """
    state = noise
    for number in range(count):
        time = 1 - number / steps
        times = torch.full((len(noise),), time, device=noise.device)
        state = keep(state, time)
        state = state - velocity(state, times) / steps
    return state


def predict_clean(
    velocity: Velocity, state: Float[Tensor, "batch channels frames"], time: float
) -> Float[Tensor, "batch channels frames"]:
    """The music that a state on the way leads to, in one step."""
    times = torch.full((len(state),), time, device=state.device)
    return state - time * velocity(state, times)
