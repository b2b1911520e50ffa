import numpy as np
import torch

from riffsmith.transcription import (
    FRAMES_PER_SECOND,
    PITCHES,
    STEPS_PER_BEAT,
    Transcription,
    look_up,
    to_piano_roll,
    transpose_roll,
)


def make_transcription(seconds: float) -> Transcription:
    """Pitch 40 sounds in the first half of each second, pitch 50 for a short while at times."""
    frames = round(seconds * FRAMES_PER_SECOND)
    times = np.arange(frames) / FRAMES_PER_SECOND
    notes = np.zeros((frames, PITCHES), np.float32)
    notes[times % 1 < 0.5, 40] = 0.9
    notes[times % 1 < 0.02, 50] = 0.9  # a third of a step
    return Transcription(notes, np.zeros_like(notes), round(seconds * 22_050))


def test_notes_are_brought_to_the_beat_grid():
    times = np.arange(800) * 0.01
    beats = torch.from_numpy(3 + 2 * times)  # 120 beats a minute: a step takes 1/16 s
    roll = to_piano_roll(make_transcription(8.0), beats, times)
    assert roll.first == 3 * STEPS_PER_BEAT
    assert len(roll.steps) == 128
    assert roll.steps[:, 50].sum() == 0  # too short for a step
    sounding = roll.steps[:, 40].reshape(8, 16)
    assert sounding[:, :8].all()
    assert not sounding[:, 8:].any()
    assert roll.steps.sum() == sounding.sum()
    found = roll.at(torch.tensor([2.9, 3.0, 3.9, 4.1, 5.0, 500.0]))
    assert found.shape == (PITCHES, 6)
    assert found[40].tolist() == [0, 1, 1, 0, 1, 0]
    assert roll.at(torch.tensor([3.0]), semitones=-2)[38] == 1


def test_nothing_to_transcribe_is_an_empty_roll():
    empty = Transcription(np.zeros((0, 88), np.float32), np.zeros((0, 88), np.float32), 0)
    roll = to_piano_roll(empty, torch.zeros(0), np.zeros(0))
    assert roll.at(torch.tensor([0.0, 7.0])).eq(0).all()


def test_notes_that_leave_the_range_are_lost():
    steps = torch.zeros(2, PITCHES)
    steps[:, [0, 40, 87]] = 1
    assert transpose_roll(steps, 3)[0].nonzero()[:, 0].tolist() == [3, 43]
    assert transpose_roll(steps, -3)[0].nonzero()[:, 0].tolist() == [37, 84]
    assert torch.equal(transpose_roll(steps, 0), steps)
    assert look_up(steps, torch.tensor([-1, 1, 2]))[40].tolist() == [0, 1, 0]
