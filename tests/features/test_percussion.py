import numpy as np
import pytest

from riffsmith.features import split_percussion

RATE = 22_050


def clicks(seconds: float) -> np.ndarray:
    audio = np.zeros(round(seconds * RATE), np.float32)
    burst = np.random.default_rng(0).standard_normal(400) * np.exp(-np.arange(400) / 80)
    for begin in range(RATE // 4, len(audio) - 400, RATE // 2):
        audio[begin : begin + 400] += 0.3 * burst
    return audio


def chord(seconds: float) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    tones = [0.1 * np.sin(2 * np.pi * hertz * time) for hertz in (220, 277, 330)]
    return np.sum(tones, axis=0).astype(np.float32)


def level_db(audio: np.ndarray) -> float:
    return 10 * np.log10(np.square(audio).mean() + 1e-20)


def test_both_parts_add_up_and_each_has_its_own():
    struck, held = clicks(5), chord(5)
    mix = np.stack([struck + held, 0.5 * (struck + held)], axis=1)
    drums, rest = split_percussion(mix, RATE)
    assert drums.shape == rest.shape == mix.shape
    assert np.allclose(drums + rest, mix, atol=1e-6)
    middle = slice(RATE, 4 * RATE)
    assert level_db(drums[middle, 0] - struck[middle]) < level_db(struck[middle]) - 8
    assert level_db(rest[middle, 0] - held[middle]) < level_db(held[middle]) - 15
    assert np.allclose(drums[:, 1], 0.5 * drums[:, 0], atol=1e-6)


@pytest.mark.slow
def test_pieces_have_no_seams():
    audio = (clicks(70) + chord(70))[:, None]
    whole, _ = split_percussion(audio, RATE)
    hop = round(RATE * 0.093 / 4)
    start = -(-20 * RATE // hop) * hop
    again, _ = split_percussion(audio[start:], RATE)
    inner = slice(2 * RATE, 40 * RATE)
    assert np.abs(again[inner] - whole[start:][inner]).max() < 1e-5


@pytest.mark.parametrize("samples", [1, 100, 5_000])
def test_short_and_silent_audio(samples: int):
    silent = np.zeros((samples, 2), np.float32)
    drums, rest = split_percussion(silent, RATE)
    assert not drums.any()
    assert not rest.any()
    tone = chord(1)[:samples, None]
    drums, rest = split_percussion(tone, RATE)
    assert np.isfinite(drums).all()
    assert np.allclose(drums + rest, tone, atol=1e-6)


def test_the_progress_ends_at_one():
    seen: list[float] = []
    split_percussion(chord(1)[:, None], RATE, seen.append)
    assert seen == [1.0]
