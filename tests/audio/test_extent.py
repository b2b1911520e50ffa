"""Files that hold more audio than libsndfile's first look at them tells."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import write_music

from riffsmith.audio import RecordingCode, read_recording
from riffsmith.audio.extent import measure_extent
from riffsmith.audio.kinds import FLAC, MPEG, OGG
from riffsmith.audio.mpeg import read_frame

RATE = 16_000


def without_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("riffsmith.audio.decode.find_spec", lambda name: None)


def joined(folder: Path, ending: str) -> Path:
    """Three recordings of 2 s, one behind the other, as radio recorders write them."""
    parts = [write_music(folder / f"{n}.{ending}", 2.0, RATE, seed=n) for n in range(3)]
    path = folder / f"joined.{ending}"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def vbr_without_header(path: Path, *, quiet_first: bool) -> Path:
    """An MP3 file of variable bit rate, 8 s long, without the frame that tells its length."""
    noise = np.random.default_rng(0).standard_normal(8 * RATE) * 0.3
    half = len(noise) // 2
    noise[slice(0, half) if quiet_first else slice(half, None)] *= 1e-4
    with soundfile.SoundFile(
        path, "w", RATE, 1, compression_level=0.3, bitrate_mode="VARIABLE"
    ) as file:
        file.write(noise)
    content = path.read_bytes()
    header = read_frame(content[:3])
    assert header is not None
    assert b"Xing" in content[: header.length]
    path.write_bytes(content[header.length :])
    return path


@pytest.mark.parametrize(("ending", "kind"), [("ogg", OGG), ("flac", FLAC), ("mp3", MPEG)])
def test_files_that_were_joined_are_read_whole(
    tmp_path: Path, ending: str, kind: object, monkeypatch: pytest.MonkeyPatch
):
    path = joined(tmp_path, ending)
    recording = read_recording(path, 8000, 1)
    assert 5.9 < recording.seconds < 6.5
    assert recording.flaws == ()
    without_extra(monkeypatch)
    recording = read_recording(path, 8000, 1)
    assert recording.seconds == pytest.approx(2, abs=0.1)
    assert [flaw.code for flaw in recording.flaws] == [RecordingCode.PARTIAL]
    assert "holds more than the 2.0 s" in recording.flaws[0].text


def test_parts_of_other_rates_and_channels_are_converted(tmp_path: Path):
    pytest.importorskip("av")
    first = write_music(tmp_path / "a.mp3", 1.0, 44_100, channels=2)
    second = write_music(tmp_path / "b.mp3", 1.0, 22_050)
    path = tmp_path / "joined.mp3"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    assert read_recording(path, 8000, 2).seconds == pytest.approx(2, abs=0.15)


@pytest.mark.parametrize("quiet_first", [True, False])
def test_the_length_of_an_mp3_without_a_header_is_counted(tmp_path: Path, quiet_first: bool):
    path = vbr_without_header(tmp_path / "a.mp3", quiet_first=quiet_first)
    guess = soundfile.info(path).duration
    assert not 7 < guess < 9  # otherwise the file would show nothing
    recording = read_recording(path, 8000, 1)
    assert 7.9 < recording.seconds < 8.2
    assert recording.flaws == ()


def test_frames_are_counted_across_what_lies_between_them(tmp_path: Path):
    path = write_music(tmp_path / "a.mp3", 2.0, RATE)
    content = path.read_bytes()
    tag = b"ID3\x04\0\0\0\0\x10\0" + bytes(2048)
    path.write_bytes(tag + content + tag + content)
    assert measure_extent(path, MPEG).seconds == pytest.approx(4.2, abs=0.3)


def test_a_wav_of_a_recorder_that_was_stopped_is_read_to_its_end(tmp_path: Path):
    whole = write_music(tmp_path / "whole.wav", 4.0).read_bytes()
    expected = read_recording(tmp_path / "whole.wav", 8000, 1).audio
    size = whole.index(b"data") + 4
    for riff, data in ((0, 0), (len(whole) - 8, 0), (4036, 4000)):
        content = bytearray(whole)
        content[4:8] = riff.to_bytes(4, "little")
        content[size : size + 4] = data.to_bytes(4, "little")
        (tmp_path / "a.wav").write_bytes(content)
        recording = read_recording(tmp_path / "a.wav", 8000, 1)
        assert np.array_equal(recording.audio, expected)
        assert recording.flaws == ()


def test_chunks_behind_the_audio_are_not_taken_for_audio(tmp_path: Path):
    whole = write_music(tmp_path / "whole.wav", 1.0).read_bytes()
    chunk = b"junk" + (40_000).to_bytes(4, "little") + bytes(40_000)
    size = len(whole) + len(chunk) - 8
    (tmp_path / "a.wav").write_bytes(whole[:4] + size.to_bytes(4, "little") + whole[8:] + chunk)
    assert read_recording(tmp_path / "a.wav", 8000, 1).seconds == 1


def test_frame_heads_are_read_as_the_standard_says():
    frame = read_frame(bytes.fromhex("fffb90"))  # MPEG-1 layer 3, 128 kbit/s, 44.1 kHz
    assert frame is not None
    assert (frame.length, frame.samples, frame.sample_rate) == (417, 1152, 44_100)
    frame = read_frame(bytes.fromhex("fff382"))  # MPEG-2 layer 3, 64 kbit/s, 22.05 kHz, padded
    assert frame is not None
    assert (frame.length, frame.samples, frame.sample_rate) == (209, 576, 22_050)
    for head in ("fff190", "fffbf0", "fffb9c", "ffeb90", "00fb90", "ff"):
        assert read_frame(bytes.fromhex(head)) is None
