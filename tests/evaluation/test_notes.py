"""Numbers computed by hand on small rolls."""

import numpy as np
import pytest

from riffsmith.evaluation.metrics.note_f1 import note_f1
from riffsmith.evaluation.metrics.notes import mean_polyphony, onset_rate, persistence


def roll(*pitches: str) -> np.ndarray:
    """A roll from one line for each pitch, x where it sounds."""
    return np.array([[sign == "x" for sign in line] for line in pitches]).T


def test_polyphony_and_onsets():
    notes = roll("xx..xx..", "..xxxx..")
    assert mean_polyphony(notes) == 1.0  # 8 / 8
    # the second onset of the first pitch and the only one of the second, in two seconds
    assert onset_rate(notes, 4.0) == 1.0


def test_persistence_is_that_above_chance():
    # of 4 sounding frames with a successor 3 still sound after a frame; chance is (4/8)² / (4/8)
    assert persistence(roll("..xxxx.."), 4.0, 0.25) == pytest.approx(3 / 4 - 1 / 2)
    # after two frames: 2 of 4
    assert persistence(roll("..xxxx.."), 4.0, 0.5) == pytest.approx(0)
    # two pitches with shares 1/2 and 1/4: chance (1/4 + 1/16) / (3/4) = 5/12
    found = persistence(roll("xxxx....", "....xx.."), 4.0, 0.25)
    assert found == pytest.approx(4 / 6 - 5 / 12)


def test_frames_in_random_order_persist_no_more_than_chance():
    random = np.random.default_rng(0).random((20_000, 5)) < (0.1, 0.2, 0.3, 0.4, 0.5)
    found = persistence(random, 86.0, 0.25)
    assert found == pytest.approx(0, abs=0.01)


def test_nothing_sounds():
    empty = np.zeros((100, 88), bool)
    assert (mean_polyphony(empty), onset_rate(empty, 10.0)) == (0, 0)
    assert persistence(empty, 10.0, 0.25) is None
    assert persistence(empty[:1], 10.0, 0.25) is None
    assert mean_polyphony(empty[:0]) == onset_rate(empty[:0], 10.0) == 0
    assert note_f1(empty, empty) is None


def test_f1_of_a_reconstruction():
    original = roll("xxxx....", "....xx..")
    # 4 frames in both, 6 in each
    assert note_f1(roll("xx......", "....xxxx"), original) == pytest.approx(2 * 4 / (6 + 6))
    assert note_f1(roll("xxxx", "...."), original) == 1  # what is longer is cut
    assert note_f1(original, original) == 1
