import numpy as np
import pytest

from riffsmith.features import onset_flux, track_beats

FRAME_RATE = 86.0


def clicks(bpm: float, seconds: float, phase: float = 0.3) -> np.ndarray:
    """Log-mel frames with a burst at each beat and a weaker one between."""
    frames = np.full((8, round(seconds * FRAME_RATE)), -9.0)
    for number in range(round(seconds * bpm / 60 * 2)):
        frame = (number / 2 + phase) * 60 / bpm * FRAME_RATE
        if frame < frames.shape[1] - 3:
            frames[:, int(frame) : int(frame) + 3] = -2.0 if number % 2 == 0 else -6.0
    return frames


@pytest.mark.parametrize("bpm", [84.0, 120.0, 155.0])
def test_clicks_are_followed(bpm: float):
    beats = track_beats(onset_flux(clicks(bpm, 30), FRAME_RATE), FRAME_RATE, 80, 160)
    middle = beats[round(5 * FRAME_RATE) : round(25 * FRAME_RATE)]
    assert 60 * (middle[-1] - middle[0]) / 20 == pytest.approx(bpm, rel=0.01)
    beat_frames = (np.arange(6, 30) + 0.3) * 60 / bpm * FRAME_RATE
    phases = np.interp(beat_frames, np.arange(len(beats)), beats) % 1
    errors = np.abs((phases + 0.5) % 1 - 0.5)
    assert errors.max() < 0.12


def test_a_change_of_tempo_is_followed():
    both = np.concatenate([clicks(90, 24), clicks(130, 24)], axis=1)
    beats = track_beats(onset_flux(both, FRAME_RATE), FRAME_RATE, 80, 160)
    tempo = 60 * np.diff(beats) * FRAME_RATE
    assert np.median(tempo[: round(20 * FRAME_RATE)]) == pytest.approx(90, rel=0.03)
    assert np.median(tempo[round(28 * FRAME_RATE) :]) == pytest.approx(130, rel=0.03)


def test_silence_has_a_clock_that_never_turns_back():
    beats = track_beats(onset_flux(np.full((8, 900), -9.0), FRAME_RATE), FRAME_RATE, 80, 160)
    assert np.isfinite(beats).all()
    assert (np.diff(beats) >= 0).all()
