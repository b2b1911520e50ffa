import pytest
import torch
from torch import Tensor

from riffsmith.networks import CLOCK_CHANNELS, Denoiser, PitchAxis

BANDS, COMPONENTS = 300, 300
"""As many components as bands: a transposition of the bands is then one of the latents."""


def build_axis() -> PitchAxis:
    torch.manual_seed(0)
    axis = PitchAxis(components=COMPONENTS, bands=BANDS, channels=4, width=16, embedding=8)
    for weight in axis.parameters():  # nothing is zero, as after training
        torch.nn.init.normal_(weight, std=0.2)
    axis.basis.copy_(torch.eye(COMPONENTS))
    return axis.eval()


def note(band: int) -> Tensor:
    latents = torch.zeros(1, 3 + COMPONENTS, 8)
    latents[:, 3 + band, 2:6] = 3.0
    return latents


@torch.inference_mode()
def answer(axis: PitchAxis, latents: Tensor) -> Tensor:
    """The velocity of the branch, where the U-Net says nothing."""
    return axis.leave(axis.enter(latents), torch.zeros(1, 16, 8), torch.zeros(1, 8))


def test_a_note_has_the_same_shape_at_every_pitch():
    axis = build_axis()
    torch.nn.init.zeros_(axis.from_frames.weight)
    torch.nn.init.zeros_(axis.from_frames.bias)  # pyright: ignore[reportArgumentType]
    low, high = answer(axis, note(147)), answer(axis, note(147 + 3 * 2))
    # far enough from both ends: octaves reach 12 semitones, twice
    assert torch.allclose(low[:, 140:154], high[:, 146:160], atol=1e-5)
    assert low[:, 147].std() > 0.01


def test_the_semitones_inform_the_u_net_and_the_u_net_the_semitones():
    axis = build_axis()
    state = axis.enter(note(57))
    assert state.shape == (1, 4, 100, 8)
    assert axis.inform(state).shape == (1, 16, 8)
    one, other = (
        axis.leave(state, hidden, torch.zeros(1, 8))
        for hidden in (torch.zeros(1, 16, 8), torch.ones(1, 16, 8))
    )
    assert not torch.allclose(one, other)


@pytest.mark.parametrize("bands", [234, 235])
def test_a_denoiser_with_the_branch(bands: int):
    axis = PitchAxis(components=2, bands=bands, channels=4, width=16, embedding=8)
    axis.basis.normal_()
    denoiser = Denoiser(
        latent_channels=6, style_channels=2, channels=(16, 12), embedding=8, pitch_axis=axis
    )
    noisy, conditioning = torch.randn(2, 6, 8), torch.zeros(2, CLOCK_CHANNELS + 2, 8)
    timesteps = torch.tensor([0.1, 0.9])
    assert not denoiser(noisy, conditioning, timesteps).any()  # as without it
    torch.nn.init.normal_(axis.fold.weight)
    found = denoiser(noisy, conditioning, timesteps)
    assert found[:, -2:].any()
    assert not found[:, :-2].any()
