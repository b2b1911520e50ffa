import pytest
import torch
from torch import Tensor

from riffsmith.networks import CLOCK_CHANNELS, BandAxis, Denoiser

BANDS = 300
OCTAVE = 12


def build_axis(bands: int = BANDS, components: int = BANDS, patch_frames: int = 1) -> BandAxis:
    torch.manual_seed(0)
    return BandAxis(
        components=components,
        bands=bands,
        patch_frames=patch_frames,
        stride=3,
        octave=OCTAVE,
        channels=4,
        width=16,
        embedding=8,
    ).eval()


def trained_axis() -> BandAxis:
    """As many components as bands: a transposition of the bands is then one of the latents."""
    axis = build_axis()
    for weight in axis.parameters():  # nothing is zero, as after training
        torch.nn.init.normal_(weight, std=0.2)
    axis.basis.copy_(torch.eye(BANDS))
    return axis


def note(band: int, frames: int = 8) -> Tensor:
    latents = torch.zeros(1, BANDS, frames)
    latents[:, band, 2:6] = 3.0
    return latents


@torch.inference_mode()
def answer(axis: BandAxis, latents: Tensor) -> Tensor:
    """The velocity of the branch, where the U-Net says nothing."""
    hidden = torch.zeros(1, 16, latents.shape[-1])
    return axis.leave(axis.enter(latents), hidden, torch.zeros(1, 8))


def test_a_note_has_the_same_shape_at_every_pitch():
    axis = trained_axis()
    torch.nn.init.zeros_(axis.from_frames.weight)
    torch.nn.init.zeros_(axis.from_frames.bias)  # pyright: ignore[reportArgumentType]
    low, high = answer(axis, note(147)), answer(axis, note(147 + 3 * 2))
    # far enough from both ends: octaves reach 12 positions, twice
    assert torch.allclose(low[:, 140:154], high[:, 146:160], atol=1e-5)
    assert low[:, 147].std() > 0.01


def test_a_note_is_seen_long_before_and_after():
    axis = trained_axis()
    with_note, without = answer(axis, note(147, 48)), answer(axis, torch.zeros(1, BANDS, 48))
    changed = (with_note != without)[0, 147].nonzero()[:, 0]
    assert changed.max() >= 6 + 9


def test_the_bands_inform_the_u_net_and_the_u_net_the_bands():
    axis = trained_axis()
    state = axis.enter(note(57))
    assert state.shape == (1, 4, 100, 8)
    assert axis.inform(state).shape == (1, 16, 8)
    one, other = (
        axis.leave(state, hidden, torch.zeros(1, 8))
        for hidden in (torch.zeros(1, 16, 8), torch.ones(1, 16, 8))
    )
    assert not torch.allclose(one, other)


@pytest.mark.parametrize("bands", [234, 235])
def test_a_denoiser_with_branches(bands: int):
    mel, tonal = build_axis(20, components=4, patch_frames=4), build_axis(bands, components=2)
    denoiser = Denoiser(
        latent_channels=6,
        style_channels=2,
        channels=(16, 12),
        embedding=8,
        band_axes=[mel, tonal],
    )
    denoiser.take_basis([torch.randn(4, 80), torch.randn(2, bands)])
    noisy, conditioning = torch.randn(2, 6, 8), torch.zeros(2, CLOCK_CHANNELS + 2, 8)
    timesteps = torch.tensor([0.1, 0.9])
    assert not denoiser(noisy, conditioning, timesteps).any()  # as without them
    torch.nn.init.normal_(tonal.fold.weight)
    found = denoiser(noisy, conditioning, timesteps)
    assert found[:, 4:].any()
    assert not found[:, :4].any()
    torch.nn.init.normal_(mel.fold.weight)
    assert denoiser(noisy, conditioning, timesteps)[:, :4].any()
