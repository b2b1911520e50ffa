import numpy as np
import pytest

from riffsmith.evaluation.metrics.repetition import riff_repetition

FRAMES_PER_STEP = 3


def play(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A roll with one pitch for each quarter of a beat, and its beats."""
    roll = np.eye(88, dtype=bool)[steps].repeat(FRAMES_PER_STEP, axis=0)
    return roll, 100 + (np.arange(len(roll)) + 0.5) / (4 * FRAMES_PER_STEP)


def test_a_riff_of_a_bar_repeats():
    roll, beats = play(np.tile(np.arange(16), 10))
    # equal after 1, 2, 4 and 8 bars; of the 121 lags from 8 to 128, the other multiples of 16 are
    # 48, 80, 96 and 112: 4 of 117 are equal, and the rest are not similar
    assert riff_repetition(roll, beats) == pytest.approx(1 - 4 / 117)


def test_what_never_returns_does_not():
    roll, beats = play(np.random.default_rng(0).permutation(88)[:80])
    assert riff_repetition(roll, beats) == 0


def test_a_single_long_note_does_not_count():
    roll, beats = play(np.full(160, 5))
    assert riff_repetition(roll, beats) == pytest.approx(0)


def test_too_short_or_silent():
    roll, beats = play(np.arange(63))
    assert riff_repetition(roll, beats) is None
    roll, beats = play(np.arange(80))
    assert riff_repetition(np.zeros_like(roll), beats) is None
    assert riff_repetition(roll[:0], beats[:0]) is None
