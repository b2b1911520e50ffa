import pytest
import torch
from conftest import tiny_latents

from riffsmith.codec import Codec, fit_codec

SETTINGS = tiny_latents()
SETTINGS = SETTINGS.model_copy(
    update={"codec": SETTINGS.codec.model_copy(update={"tonal_components": 0})}
)
"""A codec of mel bands alone, whose features are easily made."""


def noisy_features(frames: int) -> torch.Tensor:
    """Features of loud parts that are rough and of soft parts that are smooth."""
    stream = torch.Generator().manual_seed(0)
    loud = (torch.arange(frames) // 200 % 2).float()
    return -6 + 3 * loud + (0.05 + 0.5 * loud) * torch.randn(20, frames, generator=stream)


@pytest.mark.slow
def test_a_drawn_residual_is_as_rough_as_the_true_one():
    codec = Codec(SETTINGS)
    features = noisy_features(4000)
    fit_codec([features], codec, 0, 400)
    latents = codec.linear.encode(features[None])
    residual = codec.linear.encode_residual(features[None])
    noise = torch.randn(residual.shape, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        drawn = codec.texture.draw(codec.linear.standardise(latents), noise, 1.0)
    loud = torch.arange(residual.shape[-1]) // 50 % 2 == 1
    for where in (loud, ~loud):
        ratio = drawn[..., where].std() / residual[..., where].std()
        assert 0.8 < ratio < 1.25
    assert residual[..., loud].std() > 3 * residual[..., ~loud].std()


@pytest.mark.slow
def test_a_strength_of_zero_is_the_mean():
    codec = Codec(SETTINGS)
    fit_codec([noisy_features(800)], codec, 0, 20)
    latents = torch.randn(1, 6, 10)
    noise = torch.randn(1, codec.linear.residual_components, 10)
    with torch.inference_mode():
        mean, _ = codec.texture(latents)
        assert torch.equal(codec.texture.draw(latents, noise, 0.0), mean)


@pytest.mark.slow
def test_the_same_seed_fits_the_same_texture():
    found: list[torch.Tensor] = []
    for _ in range(2):
        torch.manual_seed(0)
        codec = Codec(SETTINGS)
        fit_codec([noisy_features(800)], codec, 5, 10)
        found.append(codec.texture.log_deviation.weight)
    assert found[0].any()
    assert torch.equal(found[0], found[1])


def test_a_base_gives_its_components_and_its_texture_but_not_its_scale():
    base, codec = Codec(SETTINGS), Codec(SETTINGS)
    fit_codec([noisy_features(800)], base, 0, 2)
    quiet = noisy_features(800) / 4 - 9
    fit_codec([quiet], codec, 0, 0, base=base)
    assert torch.equal(codec.linear.basis, base.linear.basis)
    assert torch.equal(codec.texture.enter.weight, base.texture.enter.weight)
    powers = [each.linear.encode(quiet[None]).square().mean().item() for each in (base, codec)]
    assert powers[0] > 3
    assert powers[1] == pytest.approx(1, abs=0.15)
    assert not torch.allclose(codec.linear.mean, base.linear.mean)
