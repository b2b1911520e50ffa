import io

import numpy as np
import soundfile

from riffsmith.audio import limit_peaks, to_pcm16, wav_header

LIMIT = 10 ** (-1 / 20)


def chunk(level: float) -> np.ndarray:
    return np.full((400, 2), level, np.float32)


def test_loud_places_are_turned_down_and_quiet_ones_stay():
    levels = [0.5, 0.5, 2.0, 0.5, 0.25, 0.25]
    found = list(limit_peaks(map(chunk, levels)))
    assert [len(part) for part in found] == [400] * len(levels)
    assert max(np.abs(part).max() for part in found) <= LIMIT
    for number in (0, 4, 5):
        assert np.array_equal(found[number], chunk(levels[number]))
    gain = np.concatenate([part[:, 0] / level for part, level in zip(found, levels, strict=True)])
    assert np.abs(np.diff(gain)).max() < 2 / 400  # no jumps, so no clicks
    assert np.allclose(found[2], LIMIT, atol=1e-3)


def test_a_stream_may_begin_and_end_loud():
    assert list(limit_peaks([])) == []
    (alone,) = limit_peaks([chunk(4.0)])
    assert np.allclose(alone, LIMIT, atol=1e-3)


def test_samples_are_rounded_and_kept_in_range():
    audio = np.array([[0.0, 1.0], [-1.0, 0.5], [2.0, -2.0]], np.float32)
    found = np.frombuffer(to_pcm16(audio), "<i2").reshape(-1, 2)
    assert found.tolist() == [[0, 32_767], [-32_767, 16_384], [32_767, -32_768]]


def test_a_header_and_samples_are_a_file():
    audio = np.linspace(-0.5, 0.5, 200, dtype=np.float32).reshape(100, 2)
    content = wav_header(8000, 2, len(audio)) + to_pcm16(audio)
    read, rate = soundfile.read(io.BytesIO(content))
    assert rate == 8000
    assert np.allclose(read, audio, atol=1e-4)
    open_ended, length = wav_header(8000, 2), len(wav_header(8000, 2))
    assert length == 44
    assert open_ended[4:8] == open_ended[40:44] == b"\xff" * 4
    assert wav_header(44_100, 2, 10**10) == wav_header(44_100, 2)
