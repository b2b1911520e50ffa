import numpy as np
import pytest

from riffsmith.evaluation.metrics.key import (
    class_durations,
    class_entropy,
    key_clarity,
    key_drift,
)
from riffsmith.features import correlate_keys

MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
C, G = 3, 10
"""Pitch classes from A, the class of the lowest pitch."""


def scale(tonic: int, frames: int) -> np.ndarray:
    """A major triad with its scale, the triad twice as long."""
    roll = np.zeros((frames, 88), bool)
    for number, step in enumerate((0, 4, 7, 0, 4, 7, 2, 5, 9, 11)):
        roll[number::10, 24 + (tonic + step) % 12] = True
    return roll


def test_durations_of_pitch_classes():
    roll = np.zeros((10, 88), bool)
    roll[:3, 0] = roll[:4, 12] = roll[5:, 13] = True
    assert class_durations(roll).tolist() == [7, 5, *[0] * 10]


def test_entropy_in_bits():
    assert class_entropy(np.array([4.0, 4, *[0] * 10])) == 1
    assert class_entropy(np.array([4.0, *[0] * 11])) == 0
    assert class_entropy(np.ones(12)) == pytest.approx(np.log2(12))
    assert class_entropy(np.zeros(12)) is None


def test_a_profile_is_its_own_key():
    found = correlate_keys(np.roll(MAJOR, C) * 3)
    assert found is not None
    assert found.argmax() == C
    assert found.max() == pytest.approx(1)
    assert key_clarity(np.ones(12)) is None
    # by hand: the profile has the mean 41.79 / 12 = 3.4825 and its squared deviations sum to 19.15,
    # so a single class correlates with its major key by 2.8675 / √19.15 · √(12 / 11)
    single = correlate_keys(np.eye(12)[0])
    assert single is not None
    assert single[0] == pytest.approx(2.8675 / np.sqrt(19.15) * np.sqrt(12 / 11), abs=1e-3)


def test_drift_is_the_share_of_changes():
    same, other = scale(C, 100), scale(G, 100)
    silent = np.zeros_like(same)
    assert key_drift(np.concatenate([same, same, same]), 10.0) == 0
    assert key_drift(np.concatenate([same, same, other]), 10.0) == 0.5
    assert key_drift(np.concatenate([same, other, same]), 10.0) == 1
    assert key_drift(np.concatenate([same, silent, other]), 10.0) is None
    assert key_drift(same, 10.0) is None
