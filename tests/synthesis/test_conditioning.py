import pytest
import torch

from riffsmith.codec import StyleEmbedding
from riffsmith.networks import CLOCK_CHANNELS
from riffsmith.synthesis import Controls
from riffsmith.synthesis.conditioning import KEYFRAME_LATENTS, ConditioningSchedule


@pytest.fixture
def style() -> StyleEmbedding:
    """Eight groups of passages, each with a tempo of its own."""
    style = StyleEmbedding(components=4, dimensions=2, passages=64)
    group = torch.arange(64) // 8
    style.passages.copy_(torch.stack([group * 10.0, torch.arange(64) * 0.01], dim=1))
    style.descriptors[:, -1] = 80.0 + 10 * group
    return style


def test_every_cut_tells_the_same(style: StyleEmbedding):
    path = ConditioningSchedule(style, 3, 0.05)
    whole, part = path.conditioning(-300, 1_000), path.conditioning(50, 30)
    assert whole.shape == (1, CLOCK_CHANNELS + 2, 1_000)
    assert torch.equal(part, whole[..., 350:380])


def test_a_piece_keeps_to_the_neighbourhood_of_one_passage(style: StyleEmbedding):
    for seed in range(8):
        values = ConditioningSchedule(style, seed, 0.05).conditioning(0, 8 * KEYFRAME_LATENTS)[
            0, CLOCK_CHANNELS:
        ]
        groups = (values[0] / 10).round()
        assert groups.eq(groups[0]).all()
        assert values[1].std() > 0  # but goes about in it
    groups = {
        round(
            float(
                ConditioningSchedule(style, seed, 0.05).conditioning(0, 1)[0, CLOCK_CHANNELS] / 10
            )
        )
        for seed in range(60)
    }
    assert len(groups) == 8


def test_the_style_never_jumps(style: StyleEmbedding):
    values = ConditioningSchedule(style, 5, 0.05).conditioning(-50, 4 * KEYFRAME_LATENTS)[
        0, CLOCK_CHANNELS:
    ]
    assert values.diff(dim=1).abs().max() < 2 * 0.08 / KEYFRAME_LATENTS * 2


def test_the_tempo_is_the_passages(style: StyleEmbedding):
    path = ConditioningSchedule(style, 11, 0.05)
    group = round(float(path.conditioning(0, 1)[0, CLOCK_CHANNELS] / 10))
    turns = path.conditioning(0, 1_000)[
        0, [2, CLOCK_CHANNELS // 2 + 2]
    ]  # cosine and sine of a beat
    phase = torch.atan2(turns[1], turns[0])
    with_controls = torch.remainder(phase.diff(), 2 * torch.pi)
    beats_per_minute = with_controls.sum() / (2 * torch.pi) / (999 * 0.05) * 60
    assert beats_per_minute.item() == pytest.approx(80 + 10 * group, rel=0.01)


def beats(path: ConditioningSchedule, start: int, frames: int) -> torch.Tensor:
    """Turns of the oscillator of one beat, from frame to frame."""
    turns = path.conditioning(start, frames)[0, [2, CLOCK_CHANNELS // 2 + 2]].double()
    return torch.remainder(torch.atan2(turns[1], turns[0]).diff(), 2 * torch.pi) / (2 * torch.pi)


def test_a_turn_changes_what_comes_and_not_what_was(style: StyleEmbedding):
    path = ConditioningSchedule(style, 3, 0.05)
    with_controls = path.with_controls(400, Controls(tempo=150.0))
    assert torch.equal(with_controls.conditioning(0, 400), path.conditioning(0, 400))
    paces = beats(with_controls, 0, 1_000)
    own = beats(path, 0, 1_000)
    assert torch.allclose(paces[:399], own[:399])
    assert torch.allclose(paces[401:], torch.tensor(150 / 60 * 0.05).double(), atol=1e-5)
    assert paces.max() < 0.2  # the phase goes on


def test_new_styles_are_there_at_a_turn(style: StyleEmbedding):
    style.descriptors[:, 0] = torch.arange(64.0)
    path = ConditioningSchedule(style, 3, 0.05, Controls(intensity=0.0)).with_controls(
        100, Controls(intensity=1.0)
    )
    values = path.conditioning(0, 300)[0, CLOCK_CHANNELS]
    assert values[:90].max() < 15
    assert values[100:].min() > 55
    assert values.diff().abs().max() < 20


def test_a_piece_morphs_to_another_seeds_passages(style: StyleEmbedding):
    seeds = [next(s for s in range(99) if centre_of(style, s) == group) for group in (1, 6)]
    controls = Controls(morph_seed=seeds[1], morph_seconds=20.0)
    path = ConditioningSchedule(style, seeds[0], 0.05, controls)
    values = path.conditioning(0, 800)[0, CLOCK_CHANNELS]
    assert values[0].round() == 10
    assert values[200].item() == pytest.approx(35, abs=1)
    assert values[400:].round().eq(60).all()
    paces = beats(path, 0, 800)
    assert paces[0].item() == pytest.approx(90 / 60 * 0.05, rel=0.01)
    assert paces[500].item() == pytest.approx(140 / 60 * 0.05, rel=0.001)


def centre_of(style: StyleEmbedding, seed: int) -> int:
    return round(
        float(ConditioningSchedule(style, seed, 0.05).conditioning(0, 1)[0, CLOCK_CHANNELS] / 10)
    )
