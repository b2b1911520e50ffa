import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import make_music

from riffsmith.audio import TAGS, AudioSpool, to_pcm16, wav_header, write_audio
from riffsmith.errors import AudioError

LIMIT = 10 ** (-1 / 20)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("gain", [0.5, 30.0])
def test_length_level_and_peak(tmp_path: Path, ending: str, channels: int, gain: float):
    audio = make_music(3.3, 22_050, channels) * np.float32(gain)
    path = tmp_path / f"clip.{ending}"
    write_audio(path, audio, 22_050)
    read, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert sample_rate == 22_050
    assert read.shape == audio.shape
    assert np.abs(read).max() <= LIMIT
    if gain < 1:
        assert abs(np.std(read) / np.std(audio) - 1) < 0.02
    else:
        assert np.abs(read).max() > 0.8


@pytest.mark.slow
def test_long_vorbis_is_written_in_blocks(tmp_path: Path):
    audio = np.random.default_rng(0).uniform(-0.5, 0.5, (22_050 * 120, 1)).astype(np.float32)
    write_audio(tmp_path / "long.ogg", audio, 22_050)
    assert soundfile.info(tmp_path / "long.ogg").frames == len(audio)


@pytest.mark.parametrize("gain", [1.0, 30.0])
def test_audio_on_the_disk_is_written_as_audio_in_memory_is(tmp_path: Path, gain: float):
    audio = make_music(10, 8_000, 2) * np.float32(gain)
    with AudioSpool(tmp_path, 2, np.float32) as spool:
        spool.add(audio)
        spool.clear()
        for block in np.array_split(audio, 7):
            spool.add(block)
        write_audio(tmp_path / "spooled.wav", spool, 8_000)
    write_audio(tmp_path / "a.wav", audio, 8_000)
    assert (tmp_path / "spooled.wav").read_bytes() == (tmp_path / "a.wav").read_bytes()


def test_silence_stays_silence(tmp_path: Path):
    write_audio(tmp_path / "a.wav", np.zeros((100, 1), np.float32), 8000)
    assert not soundfile.read(tmp_path / "a.wav")[0].any()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("a.aac", 0.1, r"'a\.aac': its ending must be one of \.wav, \.flac, \.ogg, \.mp3"),
        ("a.wav", np.nan, "NaN or infinite"),
        ("a.wav", np.inf, "NaN or infinite"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, name: str, value: float, message: str):
    with pytest.raises(AudioError, match=message):
        write_audio(tmp_path / name, np.full((10, 1), value, np.float32), 8000)
    assert not list(tmp_path.iterdir())


def test_an_impossible_sample_rate_is_explained(tmp_path: Path):
    with pytest.raises(AudioError, match="writing .* failed"):
        write_audio(tmp_path / "a.mp3", np.zeros((100, 1), np.float32), 7_919)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_a_file_says_where_it_comes_from(tmp_path: Path, ending: str):
    path = tmp_path / f"clip.{ending}"
    tags = {"title": "A riff", "comment": '{"seed": 7}', "copyright": "2026 Música"}
    write_audio(path, make_music(1.0, 22_050), 22_050, tags=tags)
    with soundfile.SoundFile(path) as file:
        assert tags.items() <= file.copy_metadata().items()


def test_samples_are_rounded_and_kept_in_range():
    audio = np.array([[0.0, 1.0], [-1.0, 0.5], [2.0, -2.0]], np.float32)
    found = np.frombuffer(to_pcm16(audio), "<i2").reshape(-1, 2)
    assert found.tolist() == [[0, 32_767], [-32_767, 16_384], [32_767, -32_768]]


def test_a_header_and_samples_are_a_file():
    audio = np.linspace(-0.5, 0.5, 200, dtype=np.float32).reshape(100, 2)
    content = wav_header(8000, 2, len(audio)) + to_pcm16(audio)
    read, sample_rate = soundfile.read(io.BytesIO(content))
    assert sample_rate == 8000
    assert np.allclose(read, audio, atol=1e-4)
    open_ended, length = wav_header(8000, 2), len(wav_header(8000, 2))
    assert length == 44
    assert open_ended[4:8] == open_ended[40:44] == b"\xff" * 4
    assert wav_header(44_100, 2, 10**10) == wav_header(44_100, 2)


@pytest.mark.parametrize("samples", [100, None])
def test_a_header_can_have_tags(samples: int | None):
    tags: dict[str, str] = dict(
        zip(TAGS, ("A riff", "Música", '{"seed": 7}', "Riffsmith", "2026", "A band"), strict=True)
    )
    content = wav_header(8000, 2, samples, tags) + bytes(400)
    with soundfile.SoundFile(io.BytesIO(content)) as file:
        assert file.copy_metadata() == tags
        assert len(file.read()) == 100
    if samples is not None:
        assert int.from_bytes(content[4:8], "little") == len(content) - 8
