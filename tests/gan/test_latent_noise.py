import torch

from riffsmith.gan.latent_generator import LatentGenerator
from riffsmith.gan.latent_noise import NoiseSource


def build() -> LatentGenerator:
    torch.manual_seed(0)
    return LatentGenerator(
        latent_channels=6, channels=(16, 16, 12), noise_channels=3, style_channels=8
    )


def test_a_position_has_the_same_noise_in_every_cut():
    generator = build()
    source = NoiseSource(generator, 5, 0.1)
    whole, part = source.cut(-100, 400), source.cut(50, 30)
    for level, (first, count) in enumerate(generator.positions(50, 30)):
        offset = first - generator.positions(-100, 400)[level][0]
        for name in ("levels", "clocks"):
            ours = getattr(part, name)[level]
            assert torch.equal(ours, getattr(whole, name)[level][..., offset : offset + count])
    assert torch.equal(whole.style, part.style)


def test_neighbouring_positions_and_other_seeds_differ():
    generator = build()
    source = NoiseSource(generator, 5, 0.1)
    level = source.cut(0, 128).levels[-1][0]
    assert not torch.equal(level[:, :60], level[:, 64:124])
    assert not torch.equal(level, NoiseSource(generator, 6, 0.1).cut(0, 128).levels[-1][0])
    assert level.std().item() > 0.9


def test_the_clock_keeps_its_phase_after_an_hour():
    generator = build()
    hour = 3600 * 22 * 8
    near = NoiseSource(generator, 5, 0.125).cut(0, 16).clocks[-1]
    far = NoiseSource(generator, 5, 0.125).cut(hour * 128, 16).clocks[-1]
    assert torch.allclose(near, far, atol=1e-4)
