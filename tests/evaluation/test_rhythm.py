import numpy as np
import pytest
from conftest import make_music

from riffsmith.evaluation.metrics.rhythm import measure_rhythm, onset_envelope

RATE = 16_000


def clicks_at(times: np.ndarray, seconds: float) -> np.ndarray:
    """Noise bursts of 10 ms over a faint floor."""
    random = np.random.default_rng(0)
    audio = 1e-4 * random.standard_normal(round(seconds * RATE))
    for time in times[times < seconds - 0.02]:
        start = round(time * RATE)
        audio[start : start + 160] += 0.3 * random.standard_normal(160)
    return audio.astype(np.float32)


def in_random_order(audio: np.ndarray, rate: int, seed: int) -> np.ndarray:
    pieces = audio[: len(audio) // rate * rate].reshape(-1, rate)
    return np.random.default_rng(seed).permutation(pieces).reshape(-1)


@pytest.mark.parametrize("bpm", [45, 60, 90, 120, 133, 174, 198])
def test_clicks_have_their_tempo_and_a_strong_and_steady_beat(bpm: int):
    rhythm = measure_rhythm(clicks_at(np.arange(0.2, 20, 60 / bpm), 20), RATE)
    assert rhythm.tempo_bpm == pytest.approx(bpm, rel=0.02)
    assert rhythm.beat_strength > 0.85
    assert rhythm.pulse_persistence > 0.85
    assert rhythm.tempo_stability is not None
    assert rhythm.tempo_stability > 0.95


def test_accelerating_clicks_are_less_steady():
    # from 80 to 140 BPM within 30 s
    times, time = [], 0.2
    while time < 30:
        times.append(time)
        time += 60 / (80 + 2 * time)
    faster = measure_rhythm(clicks_at(np.array(times), 30), RATE)
    assert faster.tempo_stability is not None
    assert faster.tempo_stability < 0.7
    assert faster.pulse_persistence < 0.5


def test_noise_has_no_beat():
    noise = 0.1 * np.random.default_rng(0).standard_normal(20 * RATE).astype(np.float32)
    rhythm = measure_rhythm(noise, RATE)
    assert rhythm.beat_strength < 0.2
    assert rhythm.pulse_persistence < 0.25


def test_silence_has_none_at_all():
    rhythm = measure_rhythm(np.zeros(20 * RATE, np.float32), RATE)
    assert (rhythm.beat_strength, rhythm.pulse_persistence) == (0, 0)
    assert rhythm.tempo_bpm is None
    assert rhythm.tempo_stability is None


def test_loudness_does_not_matter():
    audio = make_music(12, 8_000)[:, 0]
    assert measure_rhythm(audio / 8, 8_000).beat_strength == pytest.approx(
        measure_rhythm(audio, 8_000).beat_strength, abs=0.01
    )


def test_seconds_in_random_order_fall_out_of_step():
    # 110 BPM: a second holds no whole number of beats
    audio = clicks_at(np.arange(0.2, 30, 60 / 110), 30)
    whole = measure_rhythm(audio, RATE)
    for seed in range(3):
        shuffled = measure_rhythm(in_random_order(audio, RATE, seed), RATE)
        assert shuffled.pulse_persistence < 0.6 * whole.pulse_persistence
        assert shuffled.beat_strength < 0.8 * whole.beat_strength


def test_the_envelope_peaks_where_a_click_is():
    envelope, rate = onset_envelope(clicks_at(np.array([3.0, 5.0]), 8), RATE)
    assert rate == 100
    highest = np.sort(np.argsort(envelope)[-2:]) / rate
    strongest = envelope.argmax() / rate
    assert min(abs(strongest - 3), abs(strongest - 5)) < 0.04
    assert all(min(abs(peak - 3), abs(peak - 5)) < 0.05 for peak in highest)


def test_a_short_clip_has_no_rhythm():
    with pytest.raises(ValueError, match="lasts 5.0 s, and rhythm needs at least 8 s"):
        measure_rhythm(np.zeros(5 * RATE, np.float32), RATE)
