import pytest
import torch

from riffsmith.codec import StyleEmbedding
from riffsmith.errors import SettingsError
from riffsmith.features import Descriptors
from riffsmith.synthesis import Controls
from riffsmith.synthesis.style_neighbours import choose_style_neighbours


@pytest.fixture
def style() -> StyleEmbedding:
    """160 passages: ever louder, ever darker, in 4 groups far from each other."""
    style = StyleEmbedding(components=4, dimensions=2, passages=160)
    number = torch.arange(160.0)
    style.passages.copy_(torch.stack([(number % 4) * 100, number], dim=1))
    descriptors = Descriptors(number / 10 - 30, 10 - number / 100, number / 100, 80 + number % 40)
    style.descriptors.copy_(torch.stack(descriptors, dim=1))
    return style


@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
def test_intensity_and_brightness_choose_passages_of_their_rank(
    style: StyleEmbedding, target: float
):
    for seed in range(5):
        for controls in (Controls(intensity=target), Controls(brightness=1 - target)):
            near = choose_style_neighbours(style, controls, seed)
            ranks = near.passages[:, 1] / 159
            assert (ranks - target).abs().max() < 0.1


def test_variation_decides_how_many_passages_a_piece_has(style: StyleEmbedding):
    counts = [
        len(choose_style_neighbours(style, Controls(variation=variation), 0).passages)
        for variation in (0.0, 0.5, 1.0)
    ]
    assert counts == [1, 20, 160]


def test_a_given_centre_decides_the_passages(style: StyleEmbedding):
    near = choose_style_neighbours(style, Controls(), 3, torch.tensor([200.0, 82.0]))
    assert near.passages[:, 0].eq(200).all()
    assert near.passages[0, 1] == 82
    assert near.tempo == 82


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"intensity": 1.5}, "intensity must be from 0 to 1, found 1.5"),
        ({"variation": -0.1}, "variation must be from 0 to 1"),
        ({"tempo": 20.0}, "tempo must be from 40 to 320 BPM, found 20"),
        ({"morph_seconds": float("nan")}, "morph_seconds must be from 0 to 3600"),
    ],
)
def test_values_out_of_range_are_refused(wrong: dict[str, float], message: str):
    with pytest.raises(SettingsError, match=message):
        Controls(**wrong)  # pyright: ignore[reportArgumentType]


def test_seeds_in_a_row_visit_the_whole_corpus(style: StyleEmbedding):
    for first in (0, 1000, -7):
        controls = Controls(variation=0.0)
        centres = torch.tensor(
            [
                choose_style_neighbours(style, controls, seed).passages[0, 1].item() / 159
                for seed in range(first, first + 10)
            ]
        )
        edges = torch.cat([torch.zeros(1), centres.sort().values, torch.ones(1)])
        assert edges.diff().max() < 0.2
