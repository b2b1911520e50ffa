import numpy as np
import pytest
import torch

from riffsmith.transcription.basic_pitch import WINDOW_SAMPLES, load_basic_pitch
from riffsmith.transcription.transcribe import FRAMES_PER_SECOND, transcribe

A4 = 48
"""Number of the pitch of 440 Hz, from A0."""


def tone(rate: int, start: float, end: float, seconds: float, hz: float = 440.0) -> np.ndarray:
    """Five harmonics of a tone between two seconds."""
    time = np.arange(round(seconds * rate)) / rate
    wave = sum(np.sin(2 * np.pi * hz * n * time) / n for n in range(1, 6))
    return (0.2 * wave * ((time >= start) & (time < end))).astype(np.float32)


@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_a_tone_is_found_where_it_sounds(rate: int):
    found = transcribe(tone(rate, 1.0, 3.0, 4.0), rate)
    assert found.notes.shape == found.onsets.shape == (345, 88)  # 4 s · 86.13 Hz, rounded up
    sounding = np.flatnonzero(found.roll()[:, A4]) / FRAMES_PER_SECOND
    assert abs(sounding[0] - 1) < 0.1
    assert abs(sounding[-1] - 3) < 0.15
    assert len(sounding) > 0.9 * 2 * FRAMES_PER_SECOND
    assert abs(found.onsets[:, A4].argmax() / FRAMES_PER_SECOND - 1) < 0.1


def test_frames_are_those_of_the_windows_middles():
    audio = tone(22_050, 0.5, 5.5, 6.0) + tone(22_050, 2.0, 4.0, 6.0, 660.0)
    found = transcribe(audio, 22_050)
    start = 142 * 256 - 15 * 256
    window = torch.from_numpy(audio[start : start + WINDOW_SAMPLES])[None]
    with torch.inference_mode():
        alone = load_basic_pitch()(window)
    assert np.allclose(found.notes[142:284], alone.notes[0, 15:157], atol=1e-4)
    assert np.allclose(found.onsets[142:284], alone.onsets[0, 15:157], atol=1e-4)


@pytest.mark.parametrize("samples", [0, 1, 256, 257])
def test_short_audio_has_few_frames(samples: int):
    found = transcribe(np.zeros(samples, np.float32), 22_050)
    assert found.notes.shape == (-(-samples // 256), 88)


def test_the_same_audio_is_not_transcribed_again():
    audio = tone(22_050, 0.5, 1.0, 2.0)
    first, again = transcribe(audio, 22_050), transcribe(audio.copy(), 22_050)
    assert again is first
    assert not first.notes.flags.writeable
    assert transcribe(audio, 24_000) is not first
    assert transcribe(audio[:-1], 22_050) is not first
    long = tone(22_050, 0.5, 1.0, 61.0)
    assert transcribe(long, 22_050) is not transcribe(long, 22_050)  # would fill the memory
