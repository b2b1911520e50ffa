import pytest
import torch

from riffsmith.networks import CLOCK_CHANNELS, Denoiser, LatentDiscriminator, clock


@pytest.fixture
def denoiser() -> Denoiser:
    torch.manual_seed(0)
    denoiser = Denoiser(latent_channels=6, style_channels=2, channels=(16, 16, 12), embedding=8)
    for weight in denoiser.parameters():  # nothing is zero, as after training
        torch.nn.init.normal_(weight, std=0.2)
    return denoiser.eval()


def test_an_initialised_denoiser_predicts_no_velocity():
    denoiser = Denoiser(latent_channels=6, style_channels=2, channels=(16, 12), embedding=8)
    noisy, conditioning = torch.randn(2, 6, 8), torch.zeros(2, CLOCK_CHANNELS + 2, 8)
    assert not denoiser(noisy, conditioning, torch.tensor([0.1, 0.9])).any()


def test_noise_clock_style_and_timestep_matter(denoiser: Denoiser):
    noisy, conditioning = torch.randn(1, 6, 16), torch.randn(1, CLOCK_CHANNELS + 2, 16)
    with torch.inference_mode():
        before = denoiser(noisy, conditioning, torch.tensor([0.5]))
        assert before.shape == (1, 6, 16)
        assert not torch.allclose(denoiser(noisy + 1, conditioning, torch.tensor([0.5])), before)
        for channel in (0, CLOCK_CHANNELS + 1):
            other = conditioning.clone()
            other[:, channel] += 1
            assert not torch.allclose(denoiser(noisy, other, torch.tensor([0.5])), before)
        assert not torch.allclose(denoiser(noisy, conditioning, torch.tensor([0.6])), before)


def test_guidance_is_that_of_the_network_unless_it_is_given(denoiser: Denoiser):
    torch.manual_seed(1)
    guided = Denoiser(
        latent_channels=6, style_channels=2, channels=(16, 16, 12), embedding=8, guidance=2.5
    )
    noisy, conditioning = torch.randn(2, 6, 16), torch.randn(2, CLOCK_CHANNELS + 2, 16)
    timesteps = torch.tensor([0.5, 0.5])
    for weight in guided.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    with torch.inference_mode():
        usual = guided(noisy, conditioning, timesteps)
        given = guided(noisy, conditioning, timesteps, torch.tensor([2.5, 1.0]))
    assert torch.equal(given[0], usual[0])
    assert not torch.allclose(given[1], usual[1])
    assert not any(name.startswith("guide") for name, _ in denoiser.named_parameters())


def test_another_style_embedding_gives_the_same_velocity(denoiser: Denoiser):
    """Apart from the edges, where the convolution's padding knows no style."""
    noisy, conditioning = torch.randn(1, 6, 128), torch.randn(1, CLOCK_CHANNELS + 2, 128)
    matrix, shift = torch.tensor([[1.0, 2.0], [-0.5, 1.0]]), torch.tensor([0.3, -0.7])
    told = conditioning.clone()
    told[:, CLOCK_CHANNELS:] = matrix @ conditioning[:, CLOCK_CHANNELS:] + shift[:, None]
    timesteps = torch.tensor([0.5])
    with torch.inference_mode():
        before = denoiser(noisy, told, timesteps)
        denoiser.transform_style(matrix, shift)
        after = denoiser(noisy, conditioning, timesteps)
    assert torch.allclose(before[..., 60:68], after[..., 60:68], atol=1e-4)


def test_far_frames_do_not_matter(denoiser: Denoiser):
    noisy, conditioning = torch.randn(1, 6, 128), torch.zeros(1, CLOCK_CHANNELS + 2, 128)
    changed = noisy.clone()
    changed[..., 100:] += 1
    with torch.inference_mode():
        one, other = (denoiser(x, conditioning, torch.tensor([0.5])) for x in (noisy, changed))
    assert torch.equal(one[..., :48], other[..., :48])
    assert not torch.allclose(one[..., :100], other[..., :100])


def test_the_clock_has_one_period_a_beat_for_hours():
    beats = torch.arange(40, dtype=torch.float64)[None] / 8
    phases = clock(beats)
    assert phases.shape == (1, CLOCK_CHANNELS, 40)
    beat = phases[0, 2]
    assert beat[[0, 8]].tolist() == pytest.approx([1, 1], abs=1e-5)
    assert beat[4].item() == pytest.approx(-1, abs=1e-5)
    assert torch.allclose(clock(beats + 4 * 3600 * 160), phases, atol=1e-4)


def test_logits_at_several_frame_rates():
    torch.manual_seed(0)
    discriminator = LatentDiscriminator(latent_channels=6, channels=(8, 8, 16), head_from=1)
    logits = discriminator(torch.randn(8, 6, 32))
    assert [tuple(found.shape) for found in logits] == [(8, 16), (8, 8)]


def test_the_last_head_recognises_equal_samples():
    torch.manual_seed(0)
    discriminator = LatentDiscriminator(latent_channels=6, channels=(8, 8, 16), head_from=0)
    one = torch.randn(1, 6, 32).expand(4, 6, 32)
    varied = torch.cat([one[:1], torch.randn(3, 6, 32)])
    same, different = discriminator(one), discriminator(varied)
    assert torch.allclose(same[0][0], different[0][0], atol=1e-6)
    assert not torch.allclose(same[-1][0], different[-1][0], atol=1e-6)
