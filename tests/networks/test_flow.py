import pytest
import torch
from torch import Tensor

from riffsmith.networks import draw_timesteps, flow_matching_loss, predict_clean, sample

MUSIC = torch.tensor([[[1.0, -2.0, 3.0]]])
NOISE = torch.tensor([[[0.5, 0.0, -1.0]]])


def straight(state: Tensor, timesteps: Tensor) -> Tensor:
    """The exact velocity where there is one piece of music only: (state - music) / timestep."""
    return (state - MUSIC) / timesteps[:, None, None]


def test_straight_trajectories_have_no_loss():
    timesteps = torch.tensor([0.7])
    loss = flow_matching_loss(straight, MUSIC, NOISE, timesteps)
    assert loss.item() == pytest.approx(0, abs=1e-10)
    guided = flow_matching_loss(straight, MUSIC, NOISE, timesteps, lambda x, t: x * 0 + 3)
    assert guided.item() == pytest.approx(9, abs=1e-4)
    worse = flow_matching_loss(lambda x, t: straight(x, t) + 2, MUSIC, NOISE, timesteps)
    assert worse.item() == pytest.approx(4, abs=1e-4)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_all_steps_lead_to_the_music(steps: int):
    assert torch.allclose(sample(straight, NOISE, steps, steps), MUSIC, atol=1e-5)


@pytest.mark.parametrize("steps", [4, 10])
def test_the_error_of_a_curved_trajectory_falls_with_the_square_of_the_steps(steps: int):
    """The velocity 2t leads from noise to noise - 1. Euler's method is off by 1 / steps."""

    def curved(state: Tensor, timesteps: Tensor) -> Tensor:
        return (2 * timesteps[:, None, None]).expand_as(state)

    error = (sample(curved, NOISE, steps, steps) - (NOISE - 1)).abs().max()
    assert error.item() == pytest.approx(1 / steps**2, rel=1e-3)


def test_the_clean_music_is_predicted_from_any_timestep():
    state = sample(straight, NOISE, 4, 3)
    assert torch.allclose(state, 0.75 * MUSIC + 0.25 * NOISE, atol=1e-6)
    assert torch.allclose(predict_clean(straight, state, 0.25), MUSIC, atol=1e-5)


def test_timesteps_are_between_music_and_noise():
    timesteps = draw_timesteps(1000, torch.Generator().manual_seed(0))
    assert timesteps.min() > 0
    assert timesteps.max() < 1
    assert 0.5 < timesteps.mean() < 0.6


@pytest.mark.parametrize(("extrapolation", "error"), [(0.0, 1 / 4), (0.5, 1 / 16), (1.0, -1 / 8)])
def test_the_extrapolation_corrects_the_error_of_eulers_method(extrapolation: float, error: float):
    def curved(state: Tensor, timesteps: Tensor) -> Tensor:
        return (2 * timesteps[:, None, None]).expand_as(state)

    found = sample(curved, NOISE, 4, 4, extrapolation=extrapolation) - (NOISE - 1)
    assert found.mean().item() == pytest.approx(-error, abs=1e-6)
