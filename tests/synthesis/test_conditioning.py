import pytest
import torch

from riffsmith.codec import StyleEmbedding
from riffsmith.networks import CLOCK_CHANNELS, NoiseSource
from riffsmith.synthesis import Controls
from riffsmith.synthesis.conditioning import KEYFRAME_LATENTS, ConditioningSchedule
from riffsmith.synthesis.form import BAR_BEATS, SECTION_BARS, Form


@pytest.fixture
def style() -> StyleEmbedding:
    """Eight groups of passages, each with a tempo of its own."""
    style = StyleEmbedding(components=4, dimensions=2, passages=64)
    group = torch.arange(64) // 8
    style.passages.copy_(torch.stack([group * 10.0, torch.arange(64) * 0.01], dim=1))
    style.descriptors[:, -1] = 80.0 + 10 * group
    return style


def first_group(style: StyleEmbedding, seed: int) -> int:
    """Group of the passage that a piece begins with."""
    schedule = ConditioningSchedule(style, seed, 0.05)
    return round(float(schedule.conditioning(0, 1)[0, CLOCK_CHANNELS] / 10))


def test_every_cut_is_conditioned_the_same(style: StyleEmbedding):
    schedule = ConditioningSchedule(style, 3, 0.05)
    whole, part = schedule.conditioning(-300, 1_000), schedule.conditioning(50, 30)
    assert whole.shape == (1, CLOCK_CHANNELS + 2, 1_000)
    assert torch.equal(part, whole[..., 350:380])


def test_a_piece_stays_near_one_passage(style: StyleEmbedding):
    for seed in range(8):
        schedule = ConditioningSchedule(style, seed, 0.05)
        values = schedule.conditioning(0, 8 * KEYFRAME_LATENTS)[0, CLOCK_CHANNELS:]
        groups = (values[0] / 10).round()
        assert groups.eq(groups[0]).all()
        assert values[1].std() > 0  # but is not constant
    assert len({first_group(style, seed) for seed in range(60)}) == 8


def test_the_style_never_jumps(style: StyleEmbedding):
    schedule = ConditioningSchedule(style, 5, 0.05)
    values = schedule.conditioning(-50, 4 * KEYFRAME_LATENTS)[0, CLOCK_CHANNELS:]
    assert values.diff(dim=1).abs().max() < 2 * 0.08 / KEYFRAME_LATENTS * 2


def test_the_tempo_is_the_passages(style: StyleEmbedding):
    schedule = ConditioningSchedule(style, 11, 0.05)
    beats_per_minute = beats_per_frame(schedule, 0, 1_000).sum() / (999 * 0.05) * 60
    expected = 80 + 10 * first_group(style, 11)
    assert beats_per_minute.item() == pytest.approx(expected, rel=0.01)


def beats_per_frame(schedule: ConditioningSchedule, start: int, frames: int) -> torch.Tensor:
    """Phase of the oscillator of one beat, from frame to frame, in periods."""
    conditioning = schedule.conditioning(start, frames)[0].double()
    cosine, sine = conditioning[2], conditioning[CLOCK_CHANNELS // 2 + 2]
    return torch.remainder(torch.atan2(sine, cosine).diff(), 2 * torch.pi) / (2 * torch.pi)


def test_a_control_change_affects_only_what_follows(style: StyleEmbedding):
    schedule = ConditioningSchedule(style, 3, 0.05)
    changed = schedule.with_controls(400, Controls(tempo=150.0))
    assert torch.equal(changed.conditioning(0, 400), schedule.conditioning(0, 400))
    after, before = (beats_per_frame(item, 0, 1_000) for item in (changed, schedule))
    assert torch.allclose(after[:399], before[:399])
    assert torch.allclose(after[401:], torch.tensor(150 / 60 * 0.05).double(), atol=1e-5)
    assert after.max() < 0.2  # the phase goes on


def test_new_styles_are_reached_at_a_control_change(style: StyleEmbedding):
    style.descriptors[:, 0] = torch.arange(64.0)
    schedule = ConditioningSchedule(style, 3, 0.05, Controls(intensity=0.0))
    schedule = schedule.with_controls(100, Controls(intensity=1.0))
    values = schedule.conditioning(0, 300)[0, CLOCK_CHANNELS]
    assert values[:90].max() < 15
    assert values[100:].min() > 55
    assert values.diff().abs().max() < 20


def test_a_piece_morphs_to_another_seeds_passages(style: StyleEmbedding):
    seeds = [next(s for s in range(99) if first_group(style, s) == group) for group in (1, 6)]
    controls = Controls(morph_seed=seeds[1], morph_seconds=20.0)
    schedule = ConditioningSchedule(style, seeds[0], 0.05, controls)
    values = schedule.conditioning(0, 800)[0, CLOCK_CHANNELS]
    assert values[0].round() == 10
    assert values[200].item() == pytest.approx(35, abs=1)
    assert values[400:].round().eq(60).all()
    tempo = beats_per_frame(schedule, 0, 800)
    assert tempo[0].item() == pytest.approx(90 / 60 * 0.05, rel=0.01)
    assert tempo[500].item() == pytest.approx(140 / 60 * 0.05, rel=0.001)


def test_sections_that_return_have_the_style_that_they_had(style: StyleEmbedding):
    schedule = ConditioningSchedule(style, 4, 0.05, Controls(form=0.6, tempo=120.0))
    form, frames = Form(4, 0.6), round(SECTION_BARS * BAR_BEATS * 0.5 / 0.05)
    values = schedule.conditioning(0, 12 * frames)[0, CLOCK_CHANNELS:]
    middles = values[:, frames // 2 :: frames].T
    drawn: dict[int, torch.Tensor] = {}
    for number, found in enumerate(middles):
        source = drawn.setdefault(form.section(number), found)
        assert torch.allclose(found, source)
    assert 1 < len(drawn) < 12
    assert len({tuple(each.tolist()) for each in drawn.values()}) > 1
    assert values.diff(dim=1).abs().max() < 0.08  # no jump


def test_a_new_form_affects_only_what_follows(style: StyleEmbedding):
    source = NoiseSource(3)
    schedule = ConditioningSchedule(style, 3, 0.05, Controls(form=0.5))
    changed = schedule.with_controls(400, Controls(form=1.0))
    before, after = (item.noise(source, 4, 300, 200) for item in (schedule, changed))
    assert torch.equal(after[..., :100], before[..., :100])
    assert not torch.allclose(after[..., 100:], before[..., 100:], atol=0.5)


def test_the_form_that_is_left_out_is_the_models(style: StyleEmbedding):
    def noise(form: float | None) -> torch.Tensor:
        schedule = ConditioningSchedule(style, 3, 0.05, Controls(form=form), form=0.4)
        return schedule.noise(NoiseSource(3), 4, 0, 200)

    assert torch.equal(noise(None), noise(0.4))
    assert not torch.equal(noise(None), noise(0.0))


def test_the_noise_without_form_is_that_of_the_position(style: StyleEmbedding):
    source = NoiseSource(3)
    schedule = ConditioningSchedule(style, 3, 0.05, Controls(form=0.0, morph_seed=4))
    noise = schedule.with_controls(20, Controls()).noise(source, 4, -30, 90)
    assert torch.equal(noise, source.cut("latents", 4, -30, 90))
