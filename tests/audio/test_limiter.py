import numpy as np
import pytest
from numpy.typing import NDArray

from riffsmith.audio import limit_peaks, limiter_reach

SAMPLE_RATE = 44_100
LIMIT = 10 ** (-1 / 20)


def noisy(seconds: float = 1.0) -> NDArray[np.float32]:
    """Quiet noise in which some samples are far too loud, (time, 2)."""
    random = np.random.default_rng(0)
    audio = 0.1 * random.standard_normal((round(seconds * SAMPLE_RATE), 2)).astype(np.float32)
    audio[random.integers(0, len(audio), 12), random.integers(0, 2, 12)] = 3.0
    return audio


def test_no_peak_is_above_the_limit_and_the_gain_is_smooth():
    audio = noisy()
    found = limit_peaks(audio, SAMPLE_RATE)
    assert found.dtype == np.float32
    assert LIMIT * 0.95 < np.abs(found).max() <= LIMIT
    gain = found / audio
    assert np.allclose(gain[:, 0], gain[:, 1], rtol=1e-4)  # left and right keep their balance
    assert np.abs(np.diff(gain[:, 0])).max() < 2e-3


def test_samples_far_from_every_peak_are_not_changed():
    audio = noisy()
    audio[np.abs(audio).max(axis=1) > 1] = 0
    assert limit_peaks(audio, SAMPLE_RATE) is audio
    audio[SAMPLE_RATE // 2] = -2.0
    found, reach = limit_peaks(audio, SAMPLE_RATE), limiter_reach(SAMPLE_RATE)
    assert np.array_equal(found[: SAMPLE_RATE // 2 - reach], audio[: SAMPLE_RATE // 2 - reach])
    assert np.array_equal(found[SAMPLE_RATE // 2 + reach :], audio[SAMPLE_RATE // 2 + reach :])
    assert found[SAMPLE_RATE // 2, 0] == pytest.approx(-LIMIT, rel=1e-3)


def test_a_part_with_its_surroundings_is_limited_like_the_whole():
    audio, reach = noisy(), limiter_reach(SAMPLE_RATE)
    whole = limit_peaks(audio, SAMPLE_RATE)
    for begin in (reach, 10 * 32 + reach, 300 * 32 + reach):
        part = limit_peaks(audio[begin - reach : begin + 7_000 + reach], SAMPLE_RATE)[reach:-reach]
        assert np.array_equal(part, whole[begin : begin + 7_000])


@pytest.mark.parametrize("samples", [0, 1, 31, 33])
def test_any_length_is_limited(samples: int):
    audio = np.full((samples, 1), 9.0, np.float32)
    found = limit_peaks(audio, 8_000)
    assert found.shape == audio.shape
    assert np.allclose(found, LIMIT, atol=1e-3)
