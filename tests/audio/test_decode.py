import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import make_music, write_aac, write_music
from hypothesis import given, settings, strategies as st

from riffsmith.audio import (
    is_audio_name,
    open_audio,
    read_recording,
)
from riffsmith.errors import AudioError


@pytest.mark.parametrize(
    ("ending", "subtype"),
    [
        ("wav", "PCM_U8"),
        ("wav", "PCM_16"),
        ("wav", "PCM_24"),
        ("wav", "PCM_32"),
        ("wav", "FLOAT"),
        ("wav", "DOUBLE"),
        ("flac", "PCM_16"),
        ("flac", "PCM_24"),
        ("aiff", "PCM_16"),
        ("ogg", "VORBIS"),
        ("ogg", "OPUS"),
        ("mp3", "MPEG_LAYER_III"),
    ],
)
def test_every_format_gives_the_same_music(tmp_path: Path, ending: str, subtype: str):
    path = write_music(tmp_path / f"a.{ending}", 2.0, 48_000, channels=2, subtype=subtype)
    recording = read_recording(path, 48_000, 2)
    expected = make_music(2.0, 48_000, channels=2)
    assert recording.audio.shape == (96_000, 2)
    assert recording.seconds == 2.0
    assert subtype.split("_")[0] in recording.encoding
    error = np.sqrt(np.mean((recording.audio - expected) ** 2) / np.mean(expected**2))
    lossy = ending in ("ogg", "mp3")  # the noise under the notes goes first
    assert error < (0.25 if lossy else 0.1 if subtype == "PCM_U8" else 0.001)


@pytest.mark.parametrize("sample_rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_sample_rates_and_channels_are_unified(tmp_path: Path, sample_rate: int, channels: int):
    time = np.arange(sample_rate * 2) / sample_rate
    tone = 0.5 * np.sin(2 * np.pi * 440 * time)
    soundfile.write(tmp_path / "a.wav", np.repeat(tone[:, None], channels, 1), sample_rate, "FLOAT")
    recording = read_recording(tmp_path / "a.wav", 22_050, 1)
    assert recording.audio.shape == (44_100, 1)
    assert (recording.source_sample_rate, recording.source_channels) == (sample_rate, channels)
    middle = recording.audio[5_000:-5_000, 0]
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(5_000, 39_100) / 22_050)
    assert np.abs(middle - expected).max() < 2e-3


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(
    sample_rate=st.sampled_from([8_000, 16_000, 22_050, 44_100]), samples=st.integers(4_000, 60_000)
)
def test_length_follows_the_sample_rate(
    tmp_path_factory: pytest.TempPathFactory, sample_rate: int, samples: int
):
    path = tmp_path_factory.mktemp("length") / "a.wav"
    soundfile.write(path, make_music(8, 8000)[:samples], sample_rate)
    audio = read_recording(path, 16_000, 1).audio
    assert abs(len(audio) - min(samples, 64_000) * 16_000 / sample_rate) <= 1


def test_long_files_come_in_blocks(tmp_path: Path):
    path = write_music(tmp_path / "a.wav", 25.0)
    blocks = list(open_audio(path).blocks)
    assert [len(block) for block in blocks] == [24_000] * 8 + [8_000]
    assert np.array_equal(np.concatenate(blocks)[:, 0], soundfile.read(path, dtype="float32")[0])


def test_names_that_are_not_utf_8(tmp_path: Path):
    odd = tmp_path / os.fsdecode(b"\xff\xfe.wav")
    write_music(tmp_path / "a.wav").rename(odd)
    assert read_recording(odd, 8000, 1).seconds == 4


@pytest.mark.slow
def test_random_damage_never_escapes_as_another_error(tmp_path: Path):
    random = np.random.default_rng(1)
    for ending in ("wav", "flac", "ogg", "mp3", "aiff"):
        whole = np.frombuffer(write_music(tmp_path / f"a.{ending}", 1.0, 44_100).read_bytes(), "u1")
        for trial in range(30):
            damaged = whole.copy()
            positions = random.integers(0, len(whole) if trial % 2 else 200, 8)
            damaged[positions] = random.integers(0, 256, 8)
            (tmp_path / f"b.{ending}").write_bytes(damaged.tobytes())
            try:
                audio = read_recording(tmp_path / f"b.{ending}", 8000, 1).audio
                assert np.isfinite(audio).all()
            except AudioError:
                pass


def test_audio_is_recognised_by_its_name():
    assert is_audio_name(Path("A.WAV"))
    assert is_audio_name(Path("b.m4a"))
    assert not is_audio_name(Path("cover.jpg"))
    assert not is_audio_name(Path("wav"))


@pytest.mark.slow
def test_aac_is_read_with_the_extra(tmp_path: Path):
    audio = make_music(12.0, 44_100, channels=2)
    path = write_aac(tmp_path / "a.m4a", audio)
    recording = read_recording(path, 22_050, 1)
    assert abs(recording.seconds - 12) < 0.2
    assert recording.source_channels == 2
    assert abs(np.sqrt(np.mean(recording.audio**2)) / np.sqrt(np.mean(audio**2)) - 1) < 0.1
    (tmp_path / "b.m4a").write_bytes(b"nothing" * 100)
    with pytest.raises(AudioError, match="not readable as audio"):
        read_recording(tmp_path / "b.m4a", 22_050, 1)


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("riffsmith.audio.decode.find_spec", lambda name: None)
    (tmp_path / "a.m4a").write_bytes(bytes(4) + b"ftypM4A " + bytes(100))
    with pytest.raises(AudioError, match=r"install riffsmith\[av\]"):
        read_recording(tmp_path / "a.m4a", 8000, 1)
