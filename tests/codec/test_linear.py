import pytest
import torch

from riffsmith.codec import LinearCodec


def correlated(count: int, features: int, frames: int) -> torch.Tensor:
    stream = torch.Generator().manual_seed(0)
    hidden = torch.randn(count, 3, frames, generator=stream)
    mix = torch.randn(features, 3, generator=stream)
    return mix @ hidden + 2.0


def fitted(components: int, whitening: float = 0.5) -> tuple[LinearCodec, torch.Tensor]:
    features = correlated(8, 5, 64)
    codec = LinearCodec(5, 4, components, whitening)
    codec.fit((codec.to_patches(item[None])[0] for item in features), torch.ones(5))
    return codec, features


def test_patches_hold_frames_of_all_features_and_drop_incomplete_ones():
    codec = LinearCodec(2, 4, 3, 0.0)
    features = torch.arange(2 * 9).reshape(1, 2, 9).float()
    patches = codec.to_patches(features)
    assert patches.tolist() == [
        [[0, 1, 2, 3, 9, 10, 11, 12], [4, 5, 6, 7, 13, 14, 15, 16]],
    ]


@pytest.mark.parametrize("whitening", [0.0, 0.5, 1.0])
def test_as_many_components_as_there_are_directions_lose_nothing(whitening: float):
    codec, features = fitted(12, whitening)  # three hidden signals in four frames
    restored = codec.decode(codec.encode(features))
    assert torch.allclose(restored, features, atol=1e-3)


def test_components_agree_with_a_singular_value_decomposition():
    codec, features = fitted(6)
    patches = codec.to_patches(features).flatten(0, 1)
    centred = patches - patches.mean(0)
    _, values, vectors = torch.linalg.svd(centred, full_matrices=False)
    assert torch.allclose(
        codec.deviations[:6], values[:6] / len(patches) ** 0.5, rtol=1e-3, atol=1e-4
    )
    overlaps = (codec.basis[:6] * vectors[:6]).sum(1).abs()
    assert torch.allclose(overlaps, torch.ones(6), atol=1e-3)


def test_latents_have_zero_mean_and_unit_power():
    codec, features = fitted(6, 0.5)
    latents = codec.encode(features)
    assert latents.shape == (8, 6, 16)
    assert latents.mean((0, 2)).abs().max() < 1e-3
    assert latents.square().mean().item() == pytest.approx(1.0, abs=1e-3)


def test_whitening_makes_components_equal():
    codec, features = fitted(6, 1.0)
    deviations = codec.encode(features).std((0, 2))
    assert torch.allclose(deviations, torch.ones(6), atol=0.02)


def test_a_feature_of_more_weight_is_kept_better():
    features = torch.randn(8, 5, 64, generator=torch.Generator().manual_seed(0))
    weights = torch.ones(5)
    weights[2] = 5.0
    codec = LinearCodec(5, 4, 4, 0.5)
    codec.fit((codec.to_patches(item[None])[0] for item in features), weights)
    error = (codec.decode(codec.encode(features)) - features).square().mean((0, 2))
    assert error.argmin() == 2


def test_latents_and_residual_together_lose_nothing():
    features = torch.randn(8, 5, 64, generator=torch.Generator().manual_seed(0))
    codec = LinearCodec(5, 4, 6, 0.5)
    codec.fit((codec.to_patches(item[None])[0] for item in features), torch.ones(5))
    latents, residual = codec.encode(features), codec.encode_residual(features)
    assert residual.shape == (8, 14, 16)
    assert torch.allclose(codec.decode(latents, residual), features, atol=1e-4)
    assert residual.std((0, 2)).tolist() == pytest.approx([1.0] * 14, abs=0.05)
    assert codec.standardise(latents).std((0, 2)).tolist() == pytest.approx([1.0] * 6, abs=0.05)


def test_rescaled_latents_of_other_music_have_zero_mean_and_unit_power_in_the_same_components():
    codec, features = fitted(6)
    basis, other = codec.basis.clone(), 0.3 * features - 4.0
    assert codec.encode(other).square().mean() > 10
    codec.rescale(codec.to_patches(item[None])[0] for item in other)
    latents = codec.encode(other)
    assert torch.equal(codec.basis, basis)
    assert latents.mean((0, 2)).abs().max() < 1e-3
    assert latents.square().mean().item() == pytest.approx(1.0, abs=1e-3)
