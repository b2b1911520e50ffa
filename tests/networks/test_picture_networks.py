from itertools import pairwise

import pytest
import torch
from conftest import picture_preset

from riffsmith.networks import Discriminator, Generator, count_parameters


def test_the_report_has_exactly_its_parameters():
    settings = picture_preset("report")
    assert count_parameters(Generator(settings.generator, 1)) == 3_445_121
    assert count_parameters(Discriminator(settings.discriminator, 1)) == 661_697


def test_the_layers_of_the_report_in_order():
    settings = picture_preset("report")
    generator = list(Generator(settings.generator, 1).layers)
    assert [type(layer).__name__ for layer in generator] == [
        *["ConvTranspose2d", "BatchNorm2d", "ReLU"] * 2,
        *["ConvTranspose2d", "ReLU"],
        *["ConvTranspose2d", "Tanh"],
    ]
    discriminator = list(Discriminator(settings.discriminator, 1).layers)
    assert [type(layer).__name__ for layer in discriminator] == [
        *["Conv2d", "LeakyReLU"],
        *["Conv2d", "BatchNorm2d", "LeakyReLU"] * 2,
        *["Conv2d", "AdaptiveAvgPool2d", "Flatten"],
    ]
    assert discriminator[1].negative_slope == 0.2


def test_the_second_baseline_by_hand():
    settings = picture_preset("report-wgan")
    generator = Generator(settings.generator, 1)
    widths = [100, 1024, 512, 256, 128, 64, 1]
    convolutions = sum(16 * a * b for a, b in pairwise(widths))
    assert count_parameters(generator) == convolutions + 2 * sum(widths[1:-1])
    discriminator = Discriminator(settings.discriminator, 1)
    widths = [1, 64, 128, 256, 512, 1]
    convolutions = sum(16 * a * b for a, b in pairwise(widths))
    assert count_parameters(discriminator) == convolutions + 2 * (128 + 256 + 512)
    kinds = [type(layer).__name__ for layer in discriminator.layers]
    assert kinds.count("ParametrizedConv2d") == 5
    assert kinds.count("GroupNorm") == 3
    assert [layer.bias for layer in discriminator.layers if "Conv" in type(layer).__name__] == [
        None
    ] * 5


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "grid"), [("report", 32), ("report-wgan", 128)])
@pytest.mark.parametrize("channels", [1, 2])
def test_sizes(preset: str, grid: int, channels: int):
    settings = picture_preset(preset)
    generator = Generator(settings.generator, channels)
    pictures = generator(generator.draw_noise(2, torch.Generator().manual_seed(0)))
    assert pictures.shape == (2, channels, grid, grid)
    assert pictures.abs().max() <= 1
    discriminator = Discriminator(settings.discriminator, channels)
    assert discriminator(pictures).shape == (2, 1)
    assert discriminator(torch.zeros(3, channels, *settings.corpus.grid)).shape == (3, 1)
