import math

import pytest
import torch

from riffsmith.networks import (
    BAR_STEPS,
    PROFILE_VALUES,
    PianoRollModel,
    measure_profile,
    rotate_profile,
)
from riffsmith.transcription import PITCHES


@pytest.fixture
def model() -> PianoRollModel:
    torch.manual_seed(0)
    return PianoRollModel(hidden=16, mixtures=3, passages=4).eval()


@torch.no_grad()
def test_the_loss_is_that_of_the_mixture(model: PianoRollModel):
    """By the definition: -log of the sum over components of share times product of Bernoullis."""
    torch.manual_seed(1)
    steps, profile = (torch.rand(2, 5, PITCHES) < 0.3).float(), torch.rand(2, PROFILE_VALUES)
    found = 0.0
    for item in range(2):
        memory, before = None, torch.zeros(1, 1, PITCHES)
        for step in range(5):
            known = profile[item : item + 1]
            memory = model.advance(before, known, step, memory)
            state = torch.cat([memory[0], known], dim=1)
            logits = model.exit(state).reshape(3, PITCHES)
            logits = logits + model.stay * (2 * before[0] - 1) - 2
            sounds = steps[item, step]
            each = torch.where(sounds > 0, logits.sigmoid(), 1 - logits.sigmoid()).double()
            shares = model.mixture(memory[0]).softmax(1)[0].double()
            found -= float((shares * each.prod(1)).sum().log())
            before = sounds[None, None]
    assert float(model.loss(steps, profile)) == pytest.approx(found / 10, rel=1e-4)


@torch.inference_mode()
def test_what_is_written_are_the_steps_one_after_the_other(model: PianoRollModel):
    """In bars of their own, and after a bar whose notes are copied."""
    profile, bars = torch.rand(1, PROFILE_VALUES), (0, 0, 2)
    written = model.write(profile[0], bars, torch.Generator().manual_seed(4))
    uniform = torch.rand(3 * BAR_STEPS, 1 + PITCHES, generator=torch.Generator().manual_seed(4))
    before, memory = torch.zeros(1, 1, PITCHES), torch.zeros(1, 1, model.hidden)
    for number in range(3 * BAR_STEPS):
        found, memory = model.step(before, torch.tensor([number]), profile, memory, uniform[number])
        before = written[None, None, number]
        if number // BAR_STEPS != 1:
            assert torch.equal(before, found)


def test_bars_that_return_have_the_same_notes(model: PianoRollModel):
    profile, bars = torch.rand(PROFILE_VALUES), [0, 1, 0, 3, 1, 0]

    def write(numbers: list[int]) -> torch.Tensor:
        return model.write(profile, numbers, torch.Generator().manual_seed(3))

    steps = write(bars)
    assert steps.shape == (6 * BAR_STEPS, PITCHES)
    assert steps.unique().tolist() == [0, 1]
    written = steps.unflatten(0, (6, BAR_STEPS))
    for bar, source in enumerate(bars):
        assert torch.equal(written[bar], written[source])
    assert not torch.equal(written[0], written[1])
    assert not torch.equal(written[3], written[0])
    assert torch.equal(write(bars), steps)
    assert torch.equal(write([0, 1])[:BAR_STEPS], written[0])


@pytest.mark.slow
def test_it_learns_what_follows(model: PianoRollModel):
    """A scale that goes up by a semitone each step, from a random pitch: it must go on."""
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    stream = torch.Generator().manual_seed(0)
    loss = torch.zeros(())
    for _ in range(150):
        pitches = torch.randint(20, 24, (16, 1), generator=stream) + torch.arange(16)
        steps = torch.nn.functional.one_hot(pitches, PITCHES).float()
        optimizer.zero_grad()
        loss = model.train().loss(steps, torch.zeros(16, PROFILE_VALUES))
        loss.backward()
        optimizer.step()
    assert float(loss.detach()) < 1.0  # a step without knowledge costs 3.7
    written = model.eval().write(torch.zeros(PROFILE_VALUES), [0], stream)[:12]
    pitches = written.argmax(1)
    assert (pitches.diff() == 1).float().mean() > 0.5  # chance: 1 in 88


def test_a_profile_has_the_pitch_classes_and_the_density():
    steps = torch.zeros(8, PITCHES)
    steps[:, 12] = 1  # A1, all the time
    steps[:4, 12 + 7] = 1  # E2, half of it
    profile = measure_profile(steps)
    assert profile[0] == pytest.approx(math.sqrt(12 * 2 / 3))
    assert profile[7] == pytest.approx(math.sqrt(12 / 3))
    assert profile[-1] == pytest.approx(1.5 / 2)
    assert profile[1:7].eq(0).all()
    moved = torch.zeros(8, PITCHES)
    moved[:, 5:] = steps[:, :-5]
    assert torch.allclose(measure_profile(moved), rotate_profile(profile, 5))
    assert measure_profile(torch.zeros(4, PITCHES)).eq(0).all()
