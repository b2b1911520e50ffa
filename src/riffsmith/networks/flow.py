"""Flow-matching loss and the sampler.

A velocity field leads from noise to music along trajectories (Lipman et al., 2023,
arXiv:2210.02747). Timesteps run from 0 (music) to 1 (noise), as in Esser et al., 2024
(arXiv:2403.03206): the state at timestep t is (1 - t) · music + t · noise, and the velocity is
noise - music.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

Velocity = Callable[[Tensor, Tensor], Tensor]
"""Velocity field: states (batch, channels, frames) and their timesteps (batch,) → velocities
(batch, channels, frames) in float32."""


def flow_matching_loss(
    velocity: Velocity,
    music: Float[Tensor, "batch channels frames"],
    noise: Float[Tensor, "batch channels frames"],
    timesteps: Float[Tensor, " batch"],
    guide: Velocity | None = None,
) -> Float[Tensor, ""]:
    """Mean square error of the velocity on straight trajectories between music and noise.

    Conditional flow matching with optimal-transport paths: Lipman et al., 2023, equation 23.

    Args:
        velocity: Velocity field that is trained.
        music: Training examples.
        noise: Standard normal noise.
        timesteps: One timestep for each example; 0 is music, 1 is noise.
        guide: What guidance adds to the velocity. `None`: nothing.
    """
    weights = timesteps[:, None, None]
    state = (1 - weights) * music + weights * noise
    target = noise - music
    if guide is not None:
        target = target + guide(state, timesteps)
    return (velocity(state, timesteps) - target).square().mean()


def draw_timesteps(count: int, stream: torch.Generator) -> Float[Tensor, " count"]:
    """Random timesteps for the loss, most of them between music and noise.

    Both ends of a trajectory are easy to predict and the middle is hard. The distribution is the
    logit-normal one of Esser et al., 2024 (arXiv:2403.03206), shifted towards noise.
    """
    return torch.sigmoid(0.3 + 1.2 * torch.randn(count, generator=stream, device=stream.device))


def sample(
    velocity: Velocity,
    noise: Float[Tensor, "batch channels frames"],
    steps: int,
    count: int,
    constrain: Callable[[Tensor, float], Tensor] = lambda state, timestep: state,
    extrapolation: float = 0.5,
) -> Float[Tensor, "batch channels frames"]:
    """Integrates the velocity from noise towards music in equal steps.

    The method is that of Adams and Bashforth of second order. It extrapolates the velocity to the
    middle of a step from those at the beginnings of this step and the one before, so it evaluates
    the field once a step like Euler's method, which it begins with.

    Args:
        velocity: Velocity field.
        noise: Standard normal noise, the state at timestep 1.
        steps: Number of steps of a whole trajectory.
        count: Number of steps to take; `steps` leads to music, fewer to a state on the trajectory.
        constrain: Function (state, timestep) → state, applied before each step.
        extrapolation: How far the velocity is extrapolated, in steps; 0.5 leads to the middle of a
            step, 0 is Euler's method.
    """
    state, before = noise, None
    for number in range(count):
        timestep = 1 - number / steps
        timesteps = torch.full((len(noise),), timestep, device=noise.device)
        state = constrain(state, timestep)
        found = velocity(state, timesteps)
        change = 0.0 if before is None else extrapolation * (found - before)
        state, before = state - (found + change) / steps, found
    return state


def predict_clean(
    velocity: Velocity, state: Float[Tensor, "batch channels frames"], timestep: float
) -> Float[Tensor, "batch channels frames"]:
    """Predicts the music that a noisy state leads to, in a single step.

    Args:
        velocity: Velocity field.
        state: States at the same timestep.
        timestep: 0 is music, 1 is noise.
    """
    timesteps = torch.full((len(state),), timestep, device=state.device)
    return state - timestep * velocity(state, timesteps)
