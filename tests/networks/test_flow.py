import pytest
import torch
from torch import Tensor

from riffsmith.networks import draw_timesteps, flow_loss, predict_clean, sample

MUSIC = torch.tensor([[[1.0, -2.0, 3.0]]])
NOISE = torch.tensor([[[0.5, 0.0, -1.0]]])


def straight(state: Tensor, times: Tensor) -> Tensor:
    """The exact velocity where there is one piece of music only: (state - music) / time."""
    return (state - MUSIC) / times[:, None, None]


def test_the_straight_way_has_no_loss():
    times = torch.tensor([0.7])
    assert flow_loss(straight, MUSIC, NOISE, times).item() == pytest.approx(0, abs=1e-10)
    worse = flow_loss(lambda state, times: straight(state, times) + 2, MUSIC, NOISE, times)
    assert worse.item() == pytest.approx(4, abs=1e-4)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_walking_all_steps_arrives(steps: int):
    assert torch.allclose(sample(straight, NOISE, steps, steps), MUSIC, atol=1e-5)


def test_arriving_from_any_place():
    state = sample(straight, NOISE, 4, 3)
    assert torch.allclose(state, 0.75 * MUSIC + 0.25 * NOISE, atol=1e-6)
    assert torch.allclose(predict_clean(straight, state, 0.25), MUSIC, atol=1e-5)


def test_times_are_between_music_and_noise():
    times = draw_timesteps(1000, torch.Generator().manual_seed(0))
    assert times.min() > 0
    assert times.max() < 1
    assert 0.5 < times.mean() < 0.6
