"""The notes of the instrument, in plain PyTorch."""

import pytest
import torch
from conftest import make_piano_roll_model, tiny_latents

from riffsmith.export.hashing import draw_uniform
from riffsmith.export.notes import NoteWriter
from riffsmith.export.plain import PianoRollStep
from riffsmith.networks import PianoRollModel, rotate_profile

NEIGHBOURS = torch.tensor([3, 7, 1])


@pytest.fixture
def model() -> PianoRollModel:
    return make_piano_roll_model(tiny_latents())


@pytest.fixture
def writer(model: PianoRollModel) -> NoteWriter:
    writer = NoteWriter(model, PianoRollStep(model))
    writer.begin(5, NEIGHBOURS, 0.0)
    return writer


def steps(first: int, last: int) -> torch.Tensor:
    """Positions in beats, one for each step."""
    return torch.arange(first, last, dtype=torch.float64) / 8


def test_steps_are_those_of_the_model(model: PianoRollModel, writer: NoteWriter):
    found, profile = writer(steps(0, 40)).T, writer._profile(0)
    uniform = draw_uniform(5, writer.for_pitches, 89, torch.arange(40))
    before, memory = torch.zeros(1, 1, 88), None
    for number in range(40):
        memory = model.advance(before, profile, number, memory)
        before = model.draw_step(memory, before, profile, uniform[number])
        assert torch.equal(before[0, 0], found[number])
    assert found.unique().tolist() == [0, 1]


def test_windows_that_overlap_have_the_same_notes(model: PianoRollModel, writer: NoteWriter):
    whole = writer(steps(-10, 90))
    other = NoteWriter(model, PianoRollStep(model))
    other.begin(5, NEIGHBOURS, 0.0)
    first = other(steps(-10, 50))
    other.forget_until(2.5)
    other.write_until(7.0)
    assert (other.first, len(other.written)) == (20, 37)
    second = other(steps(25, 90))
    assert torch.equal(first, whole[:, :60])
    assert torch.equal(second, whole[:, 35:])
    assert not other(steps(0, 20)).any()  # forgotten


def test_a_section_is_the_same_from_wherever_the_piece_is_played(
    model: PianoRollModel, writer: NoteWriter
):
    other = NoteWriter(model, PianoRollStep(model))
    other.begin(5, NEIGHBOURS, 0.0)
    found = other(steps(-3, 20))
    assert torch.equal(found[:, 3:], writer(steps(0, 20)))
    assert found.any()


def test_a_new_seed_begins_new_notes_and_keeps_those_before(writer: NoteWriter):
    before = writer(steps(0, 40))
    writer.begin(5, NEIGHBOURS.clone(), 2.0)
    assert torch.equal(writer(steps(0, 40)), before)  # nothing is new
    writer.begin(6, NEIGHBOURS, 2.0)
    after = writer(steps(0, 40))
    assert torch.equal(after[:, :16], before[:, :16])
    assert not torch.equal(after[:, 16:], before[:, 16:])
    writer.begin(6, NEIGHBOURS[1:], 1.0)
    assert torch.equal(writer(steps(0, 40))[:, :8], before[:, :8])


def test_a_profile_has_the_key_of_the_first_neighbour(model: PianoRollModel):
    model.profiles[7] = rotate_profile(model.profiles[3], 5)
    writer = NoteWriter(model, PianoRollStep(model))
    writer.begin(0, torch.tensor([3, 7]), 0.0)
    for section in range(-2, 6):
        assert torch.equal(writer._profile(section), model.profiles[3:4])
    writer.begin(0, torch.tensor([3, *range(8, 32)]), 0.0)
    assert len({float(writer._profile(section)[0, 12]) for section in range(20)}) > 5
