"""Rounding of prints to a few levels, and packing of the rounded ones."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from riffsmith.evaluation.copying.rounding import pack_digits, round_values, unpack_digits


def test_each_level_is_the_mean_of_its_range():
    values = np.array([[-2.0, -1.0], [0.1, 3.0]], np.float32)
    levels, digits = round_values(values, (-0.5, 0.5, 5.0))
    assert levels.tolist() == pytest.approx([-1.5, 0.1, 3.0, 0.0])
    assert digits.tolist() == [[0, 0], [1, 2]]


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 256), st.integers(1, 40), st.integers(0, 1000))
def test_packed_digits_come_back(base: int, count: int, seed: int):
    digits = np.random.default_rng(seed).integers(0, base, count).astype(np.uint8)
    packed = pack_digits(digits, base)
    assert np.array_equal(unpack_digits(packed, base, count), digits)


def test_digits_of_another_number_and_damaged_ones_are_refused():
    packed = pack_digits(np.zeros(1000, np.uint8), 3)
    with pytest.raises(ValueError, match="do not have the length of 2000 digits"):
        unpack_digits(packed, 3, 2000)
    with pytest.raises(ValueError, match="do not have the length of 10 digits"):
        unpack_digits(pack_digits(np.zeros(1_000_000, np.uint8), 3), 3, 10)
    with pytest.raises(ValueError, match="are damaged"):
        unpack_digits(packed[2:], 3, 1000)
