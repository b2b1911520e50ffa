import pytest
import torch

from riffsmith.codec import Style
from riffsmith.gan import CLOCK_CHANNELS
from riffsmith.synthesis.path import KNOT_LATENTS, Path


@pytest.fixture
def style() -> Style:
    """Eight groups of passages, each with a tempo of its own."""
    style = Style(components=4, values=2, points=64)
    group = torch.arange(64) // 8
    style.points.copy_(torch.stack([group * 10.0, torch.arange(64) * 0.01], dim=1))
    style.feel[:, -1] = 80.0 + 10 * group
    return style


def test_every_cut_tells_the_same(style: Style):
    path = Path(style, 3, 0.05)
    whole, part = path.told(-300, 1_000), path.told(50, 30)
    assert whole.shape == (1, CLOCK_CHANNELS + 2, 1_000)
    assert torch.equal(part, whole[..., 350:380])


def test_a_piece_keeps_to_the_neighbourhood_of_one_passage(style: Style):
    for seed in range(8):
        values = Path(style, seed, 0.05).told(0, 8 * KNOT_LATENTS)[0, CLOCK_CHANNELS:]
        groups = (values[0] / 10).round()
        assert groups.eq(groups[0]).all()
        assert values[1].std() > 0  # but goes about in it
    groups = {
        round(float(Path(style, seed, 0.05).told(0, 1)[0, CLOCK_CHANNELS] / 10))
        for seed in range(60)
    }
    assert len(groups) == 8


def test_the_style_never_jumps(style: Style):
    values = Path(style, 5, 0.05).told(-50, 4 * KNOT_LATENTS)[0, CLOCK_CHANNELS:]
    assert values.diff(dim=1).abs().max() < 2 * 0.08 / KNOT_LATENTS * 2


def test_the_tempo_is_the_passages(style: Style):
    path = Path(style, 11, 0.05)
    group = round(float(path.told(0, 1)[0, CLOCK_CHANNELS] / 10))
    turns = path.told(0, 1_000)[0, [2, CLOCK_CHANNELS // 2 + 2]]  # cosine and sine of a beat
    phase = torch.atan2(turns[1], turns[0])
    turned = torch.remainder(phase.diff(), 2 * torch.pi)
    beats_per_minute = turned.sum() / (2 * torch.pi) / (999 * 0.05) * 60
    assert beats_per_minute.item() == pytest.approx(80 + 10 * group, rel=0.01)
