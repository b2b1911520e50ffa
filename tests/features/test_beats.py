import numpy as np
import pytest

from riffsmith.features import onset_flux, track_beats

RATE = 86.0


def clicks(bpm: float, seconds: float, phase: float = 0.3) -> np.ndarray:
    """Log-mel frames with a burst at each beat and a weaker one between."""
    frames = np.full((8, round(seconds * RATE)), -9.0)
    for number in range(round(seconds * bpm / 60 * 2)):
        place = (number / 2 + phase) * 60 / bpm * RATE
        if place < frames.shape[1] - 3:
            frames[:, int(place) : int(place) + 3] = -2.0 if number % 2 == 0 else -6.0
    return frames


@pytest.mark.parametrize("bpm", [84.0, 120.0, 155.0])
def test_clicks_are_followed(bpm: float):
    beats = track_beats(onset_flux(clicks(bpm, 30), RATE), RATE, 80, 160)
    middle = beats[round(5 * RATE) : round(25 * RATE)]
    assert 60 * (middle[-1] - middle[0]) / 20 == pytest.approx(bpm, rel=0.01)
    places = (np.arange(6, 30) + 0.3) * 60 / bpm * RATE
    phases = np.interp(places, np.arange(len(beats)), beats) % 1
    off_by = np.abs((phases + 0.5) % 1 - 0.5)
    assert off_by.max() < 0.12


def test_a_change_of_tempo_is_followed():
    both = np.concatenate([clicks(90, 24), clicks(130, 24)], axis=1)
    beats = track_beats(onset_flux(both, RATE), RATE, 80, 160)
    pace = 60 * np.diff(beats) * RATE
    assert np.median(pace[: round(20 * RATE)]) == pytest.approx(90, rel=0.03)
    assert np.median(pace[round(28 * RATE) :]) == pytest.approx(130, rel=0.03)


def test_silence_has_a_clock_that_never_turns_back():
    beats = track_beats(onset_flux(np.full((8, 900), -9.0), RATE), RATE, 80, 160)
    assert np.isfinite(beats).all()
    assert (np.diff(beats) >= 0).all()
