from unittest.mock import Mock

import numpy as np
import pytest
import torch

from riffsmith.networks import NoiseSource
from riffsmith.seeds import derive_seed
from riffsmith.synthesis.form import BAR_BEATS, SECTION_BARS, Form, shape_noise

CHANNELS = 16
FRAMES_PER_BEAT = 9.3  # a bar has no whole number of frames


def shaped(form: Form, start: int, frames: int, tempo: float = 1.0) -> torch.Tensor:
    source = NoiseSource(form.seed)
    positions = start - 40 + torch.arange(40 + frames, dtype=torch.float64)
    fresh = source.cut("latents", CHANNELS, start, frames)
    return shape_noise(source, form, fresh, positions * tempo / FRAMES_PER_BEAT)


def bars_of(form: Form, bars: int) -> list[torch.Tensor]:
    """Noise of each bar, without the frame in which the bars' lengths may differ."""
    length = BAR_BEATS * FRAMES_PER_BEAT
    firsts = [int(np.ceil(bar * length - 1e-6)) for bar in range(bars)]
    noise = shaped(form, 0, firsts[-1] + 36)
    return [noise[0, :, first : first + 9] for first in firsts]  # the first beat


def correlation(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1])


def test_more_form_gives_fewer_different_bars_and_sections():
    counts = []
    for amount in (0.0, 0.25, 0.5, 0.75, 1.0):
        forms = [Form(seed, amount) for seed in range(20)]
        bars = [len({form.riff_bar(bar) for bar in range(64)}) for form in forms]
        sections = [len({form.section(number) for number in range(16)}) for form in forms]
        counts.append((np.mean(bars), np.mean(sections)))
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == (64, 16)  # nothing is repeated
    assert counts[-1][0] <= 4
    assert counts[-1][1] == 1


def test_a_section_that_returns_has_the_same_bars():
    form = Form(3, 0.6)
    returned = [number for number in range(1, 40) if form.section(number) < number]
    assert 10 < len(returned) < 35
    for number in returned:
        source = form.section(number)
        assert form.section(source) == source
        for place in range(SECTION_BARS):
            bars = (section * SECTION_BARS + place for section in (number, source))
            assert len({form.riff_bar(bar) for bar in bars}) == 1


def test_sections_up_to_the_first_one_never_return():
    form = Form(3, 1.0)
    assert [form.section(number) for number in (-2, -1, 0, 1, 900)] == [-2, -1, 0, 0, 0]


@pytest.mark.parametrize("amount", [1.0, 1 - 1e-9])
def test_a_section_is_found_however_far_it_is(amount: float, monkeypatch: pytest.MonkeyPatch):
    seeds = Mock(side_effect=derive_seed)
    monkeypatch.setattr("riffsmith.synthesis.form.derive_seed", seeds)
    section = Form(3, amount).section(10**9)
    assert seeds.call_count < 10_000  # and not hundreds of millions
    assert section == 0 if amount == 1 else 0 < section < 10**9


def test_bars_that_are_alike_share_their_noise_and_others_do_not():
    form = Form(5, 0.7)
    bars = bars_of(form, 24)
    origins = [form.riff_bar(bar) for bar in range(24)]
    pairs = [(one, other) for other in range(24) for one in range(other)]
    alike = [correlation(bars[a], bars[b]) for a, b in pairs if origins[a] == origins[b]]
    others = [correlation(bars[a], bars[b]) for a, b in pairs if origins[a] != origins[b]]
    expected = 1 - form.fresh_share
    assert len(alike) > 10
    assert np.mean(alike) == pytest.approx(expected, abs=0.05)
    assert np.mean(others) == pytest.approx(0, abs=0.03)


def test_the_noise_stays_standard_normal_and_white():
    for tempo in (0.7, 1.0, 1.9):
        noise = shaped(Form(1, 0.8), 0, 4_000, tempo)[0]
        assert noise.var().item() == pytest.approx(1, abs=0.1)
        assert abs(correlation(noise[:, 1:], noise[:, :-1])) < 0.06


def test_every_cut_has_the_same_noise():
    form = Form(4, 0.6)
    whole = shaped(form, -100, 700)
    for start, frames in ((-100, 1), (-7, 60), (333, 200)):
        assert torch.equal(
            shaped(form, start, frames), whole[..., start + 100 : start + 100 + frames]
        )


def test_a_riff_stays_in_time_at_another_tempo():
    form = Form(9, 1.0)
    slow, fast = shaped(form, 0, 38), shaped(form, 0, 38, tempo=1.5)
    # the second beat begins after 9.3 frames, and after 6.2 at the other tempo
    assert correlation(slow[..., 10:16], fast[..., 7:13]) > 0.85
    assert abs(correlation(slow[..., 7:13], fast[..., 7:13])) < 0.4


def test_nothing_is_shared_without_form():
    noise = shaped(Form(2, 0.0), 0, 500)
    assert torch.allclose(noise, NoiseSource(2).cut("latents", CHANNELS, 0, 500), atol=1e-6)
