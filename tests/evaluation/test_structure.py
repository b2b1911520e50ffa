import numpy as np
import pytest

from riffsmith.evaluation.metrics.structure import curve_distance, measure_structure, moments

RATE = 8_000


def riffs(seed: int, seconds: int = 48) -> np.ndarray:
    """Riffs of 16 notes in 2.4 s, each played five times in a row."""
    random = np.random.default_rng(seed)
    note = np.arange(round(0.15 * RATE)) / RATE
    audio = []
    while len(audio) * 0.15 < seconds:
        pitches = 110 * 2 ** (random.integers(0, 12, 16) / 12) * 2.0 ** random.integers(0, 3)
        bar = [
            np.exp(-6 * note) * sum(np.sin(2 * np.pi * k * pitch * note) / k for k in (1, 2, 3))
            for pitch in pitches
        ]
        audio += 5 * bar
    whole = np.concatenate(audio)[: seconds * RATE]
    return (0.2 * whole + 0.001 * random.standard_normal(len(whole))).astype(np.float32)


def in_random_order(audio: np.ndarray, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).permutation(audio.reshape(-1, RATE)).reshape(-1)


def test_two_sounds_that_alternate_have_a_curve_that_does():
    # one second dull, one second bright: lags of whole periods are alike, odd seconds opposite
    noise = 0.1 * np.random.default_rng(0).standard_normal(24 * RATE)
    is_dull = np.arange(24 * RATE) // RATE % 2 == 0
    dull, bright = noise + np.roll(noise, 1), noise - np.roll(noise, 1)
    structure = measure_structure(np.where(is_dull, dull, bright), RATE, 12)
    assert len(structure.curve) == 1 + 11 * 4  # 1.0, 1.25, … 12.0 s
    assert (structure.curve[[4, 12, 20]] > 0.6).all()  # 2, 4 and 6 s
    assert (structure.curve[[0, 8, 16]] < -0.6).all()  # 1, 3 and 5 s
    assert structure.relief > 0.4
    assert structure.curve.min() >= -1


def test_moments_are_unit_vectors_for_quarter_seconds():
    vectors = moments(riffs(0, 12), RATE)
    assert vectors.shape == (48, 52)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)


def test_noise_has_no_structure():
    noise = 0.1 * np.random.default_rng(0).standard_normal(40 * RATE)
    structure = measure_structure(noise, RATE)
    assert abs(structure.continuity) < 0.02
    assert structure.relief < 0.03


def test_silence_has_none_either():
    structure = measure_structure(np.zeros(40 * RATE), RATE)
    assert not structure.curve.any()


@pytest.mark.parametrize("seed", range(3))
def test_seconds_in_random_order_lose_structure(seed: int):
    audio = riffs(seed)
    whole, shuffled = (
        measure_structure(audio, RATE),
        measure_structure(in_random_order(audio, seed), RATE),
    )
    assert whole.continuity > 0.1
    assert shuffled.continuity < 0.5 * whole.continuity
    assert shuffled.relief < 0.5 * whole.relief


def test_loudness_does_not_matter():
    audio = riffs(0)
    assert measure_structure(audio / 4, RATE).curve == pytest.approx(
        measure_structure(audio, RATE).curve, abs=0.02
    )


def test_curve_distances_by_hand():
    one, other = np.zeros((1, 3)), np.full((1, 3), 2.0)
    assert curve_distance(one, other) == pytest.approx(4)
    assert curve_distance(other, one) == pytest.approx(4)
    # pairs differ by 0 or 2: between 1 on average, within 0 and 1
    assert curve_distance(one, np.concatenate([one, other])) == pytest.approx(2 * 1 - 0 - 1)
    assert curve_distance(other, other) == 0


@pytest.mark.slow
def test_shuffled_songs_are_farther_from_real_ones_than_other_real_ones():
    def curves(clips):
        return np.stack([measure_structure(clip, RATE).curve for clip in clips])

    real, others = curves(map(riffs, range(4))), curves(map(riffs, range(4, 8)))
    shuffled = curves(in_random_order(riffs(seed), seed) for seed in range(4, 8))
    assert curve_distance(shuffled, real) > 2 * curve_distance(others, real)


def test_a_clip_must_be_longer_than_the_longest_lag():
    with pytest.raises(ValueError, match=r"lasts 20.0 s for lags up to 30 s"):
        measure_structure(riffs(0, 20), RATE)
    with pytest.raises(ValueError, match=r"lags must reach beyond 8 s"):
        measure_structure(riffs(0, 20), RATE, 8)
