import numpy as np
import pytest
from conftest import make_music

from riffsmith.evaluation.metrics.sound import check_sound

RATE = 44_100


def sine(hertz: float, amplitude: float = 0.5, seconds: float = 2.0) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


def stack(*channels: np.ndarray) -> np.ndarray:
    return np.stack(channels, axis=1).astype(np.float32)


def test_a_sine_by_hand():
    check = check_sound(stack(sine(997)), RATE)
    # BS.1770: a full-scale sine of 997 Hz in one channel has −3.01 LUFS
    assert check.loudness_lufs == pytest.approx(-3.01 - 6.02, abs=0.03)
    assert check.peak_db == pytest.approx(-6.02, abs=0.01)
    assert check.clipped_share == 0
    assert check.silence_share == 0
    assert check.dc_offset < 1e-4
    assert check.bandwidth_hz == pytest.approx(997, abs=22)  # two bins
    assert 997 < check.falloff_hz < 997 * 1.13
    assert check.stereo_width is None
    assert check.clicks == 0


def test_clipping_is_the_share_of_samples_at_full_scale():
    # sin x ≥ ½ for a third of the time, both signs together two thirds
    clipped = np.clip(sine(100, 2.0), -1, 1)
    check = check_sound(stack(clipped), RATE)
    assert check.clipped_share == pytest.approx(2 / 3, abs=0.01)
    assert check.peak_db == 0


def test_silence_and_offset():
    half = np.concatenate([sine(440, seconds=1), np.zeros(RATE)])
    check = check_sound(stack(half, half + 0.0), RATE)
    assert check.silence_share == pytest.approx(0.5, abs=0.02)
    assert check_sound(stack(sine(440) + 0.05, sine(440)), RATE).dc_offset == pytest.approx(
        0.05, abs=1e-4
    )


def test_digital_silence():
    check = check_sound(np.zeros((RATE, 2), np.float32), RATE)
    assert check.loudness_lufs is None
    assert (check.peak_db, check.silence_share, check.clicks) == (-120, 1, 0)
    assert (check.bandwidth_hz, check.falloff_hz, check.stereo_width) == (0, 0, 0)


@pytest.mark.parametrize("cut_hz", [4_000, 8_000, 16_000])
def test_a_low_pass_is_found(cut_hz: int):
    noise = np.random.default_rng(0).standard_normal(4 * RATE)
    spectrum = np.fft.rfft(noise)
    frequencies = np.fft.rfftfreq(len(noise), 1 / RATE)
    faint = 1e-4 * noise  # 80 dB below
    low = np.fft.irfft(np.where(frequencies < cut_hz, spectrum, 0)) + faint
    check = check_sound(stack(0.1 * low), RATE)
    assert check.falloff_hz == pytest.approx(cut_hz, rel=0.07)  # a twelfth of an octave
    assert check.bandwidth_hz == pytest.approx(0.99 * cut_hz, rel=0.02)


def test_stereo_width_by_hand():
    one, other = sine(300), sine(500)
    assert check_sound(stack(one, one), RATE).stereo_width == 0
    assert check_sound(stack(one, -one), RATE).stereo_width == 1000
    assert check_sound(stack(one, other), RATE).stereo_width == pytest.approx(1, abs=0.01)
    # left only half as loud again: (½)² / (3/2)²
    assert check_sound(stack(one, one / 2), RATE).stereo_width == pytest.approx(1 / 9)


def test_notes_are_not_clicks():
    assert check_sound(make_music(4, RATE), RATE).clicks == 0


def test_jumps_are_counted():
    music = 0.3 * sine(220, seconds=4)
    music += 0.002 * np.random.default_rng(0).standard_normal(len(music))
    assert check_sound(stack(music), RATE).clicks == 0
    for position in (20_000, 60_000, 61_000):
        music[position:] += 0.2
    music[100_000] += 0.3
    assert check_sound(stack(music), RATE).clicks == 4
    assert check_sound(stack(music, music), RATE).clicks == 8


def test_a_snippet_is_refused():
    with pytest.raises(ValueError, match="The clip lasts 0.010 s, and a sound check needs"):
        check_sound(np.zeros((441, 1), np.float32), RATE)
