import torch

from riffsmith.networks import NoiseSource


def test_a_position_has_the_same_noise_in_every_cut():
    source = NoiseSource(5)
    whole, part = source.cut("latents", 6, -100, 400), source.cut("latents", 6, 50, 30)
    assert torch.equal(part, whole[..., 150:180])


def test_positions_purposes_and_seeds_differ():
    source = NoiseSource(5)
    noise = source.cut("latents", 6, 0, 128)
    assert not torch.equal(noise[..., :60], noise[..., 64:124])
    assert not torch.equal(noise, source.cut("texture", 6, 0, 128))
    assert not torch.equal(noise, NoiseSource(6).cut("latents", 6, 0, 128))
    assert 0.9 < noise.std().item() < 1.1
