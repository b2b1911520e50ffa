from collections.abc import Callable

import pytest
import torch

from riffsmith.gan.latent_discriminator import LatentDiscriminator
from riffsmith.gan.latent_generator import LatentGenerator, LatentNoise, clock_at


@pytest.fixture
def generator() -> LatentGenerator:
    torch.manual_seed(0)
    generator = LatentGenerator(
        latent_channels=6, channels=(16, 16, 12), noise_channels=3, style_channels=8
    )
    for name, weight in generator.named_parameters():  # nothing is zero, as after training
        if "second" in name or "modulation" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return generator.eval()


def endless_noise(generator: LatentGenerator) -> Callable[[int, int], LatentNoise]:
    """Noise as a function of position."""
    stream = torch.Generator().manual_seed(0)
    style = torch.randn(1, 8, generator=stream)
    tables = [torch.randn(1, 3, 400, generator=stream) for _ in range(generator.level_count)]

    def cut(start: int, frames: int) -> LatentNoise:
        levels, clocks = [], []
        for number, (first, count) in enumerate(generator.positions(start, frames)):
            step = 2 ** (generator.level_count - 1 - number)
            levels.append(tables[number][..., first + 100 : first + 100 + count])
            places = (first + torch.arange(count) + 0.5)[None] * step - 0.5
            clocks.append(clock_at(places, torch.tensor([0.1]), step))
        return LatentNoise(style, levels, clocks)

    return cut


def test_pieces_of_any_size_join_into_the_whole(generator: LatentGenerator):
    noise = endless_noise(generator)
    with torch.inference_mode():
        whole = generator(noise(0, 60), 0, 60)
        assert whole.shape == (1, 6, 60)
        start = 0
        for size in (1, 7, 12, 3, 20, 17):
            piece = generator(noise(start, size), start, size)
            assert torch.allclose(piece, whole[..., start : start + size], atol=1e-5)
            start += size


def test_every_level_and_the_style_and_the_clock_matter(generator: LatentGenerator):
    noise = endless_noise(generator)(8, 20)
    with torch.inference_mode():
        before = generator(noise, 8, 20)
        for number in range(3):
            for part in ("levels", "clocks"):
                values = list(getattr(noise, part))
                values[number] = values[number] + 1
                changed = LatentNoise(**{**vars(noise), part: values})
                assert not torch.allclose(generator(changed, 8, 20), before)
        styled = LatentNoise(noise.style + 1, noise.levels, noise.clocks)
        assert not torch.allclose(generator(styled, 8, 20), before)


def test_the_clock_turns_once_a_beat_and_is_silent_where_it_is_too_fast():
    clock = clock_at(torch.arange(40.0)[None], torch.tensor([0.125]), 1)  # a beat: 8 frames
    quarter, beat = clock[0, 0], clock[0, 2]
    assert beat[0] == 1
    assert beat[8].item() == pytest.approx(1, abs=1e-5)
    assert beat[4].item() == pytest.approx(-1, abs=1e-5)
    assert quarter[1].item() == pytest.approx(-1, abs=1e-5)
    coarse = clock_at(torch.arange(40.0)[None], torch.tensor([0.125]), 8)
    assert coarse[0, 2].abs().max() == 0  # one beat is shorter than two positions
    assert coarse[0, 4].abs().max() > 0.5


def test_logits_at_several_scales():
    torch.manual_seed(0)
    discriminator = LatentDiscriminator(latent_channels=6, channels=(8, 8, 16), head_from=1)
    logits = discriminator(torch.randn(8, 6, 32))
    assert [tuple(found.shape) for found in logits] == [(8, 16), (8, 8)]


def test_the_last_head_notices_equal_samples():
    torch.manual_seed(0)
    discriminator = LatentDiscriminator(latent_channels=6, channels=(8, 8, 16), head_from=0)
    one = torch.randn(1, 6, 32).expand(4, 6, 32)
    varied = torch.cat([one[:1], torch.randn(3, 6, 32)])
    same, different = discriminator(one), discriminator(varied)
    assert torch.allclose(same[0][0], different[0][0], atol=1e-6)
    assert not torch.allclose(same[-1][0], different[-1][0], atol=1e-6)
