import io

import numpy as np
import soundfile

from riffsmith.audio import to_pcm16, wav_header


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
