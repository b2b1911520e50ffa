"""Kinds of files, told by their content."""

import os
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from conftest import make_music, write_aac, write_music

from riffsmith.audio import RecordingCode, is_audio_file, read_recording
from riffsmith.audio.id3 import id3_tag
from riffsmith.audio.kinds import find_kind
from riffsmith.errors import AudioError


def test_files_are_read_by_their_content_whatever_their_name(tmp_path: Path):
    stereo = make_music(1.0, 44_100, channels=2)
    sources = {
        "MP3": write_music(tmp_path / "a.mp3", 1.0),
        "MOV": write_aac(tmp_path / "a.m4a", stereo, "mp4"),
        "AAC": write_aac(tmp_path / "a.aac", stereo, "adts"),
    }
    for kind, source in sources.items():
        for name in ("b.wav", "b.m4b", "b"):
            shutil.copy(source, tmp_path / name)
            assert is_audio_file(tmp_path / name), (kind, name)
            recording = read_recording(tmp_path / name, 8000, 1)
            assert recording.encoding.split()[0] == kind, name
            assert recording.seconds == pytest.approx(1, abs=0.1), (kind, name)


def test_files_without_an_ending_are_audio_by_their_content(tmp_path: Path):
    (tmp_path / "README").write_text("no audio")
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    for name in ("README", "empty", "folder", "missing"):
        assert not is_audio_file(tmp_path / name)


def test_tags_without_audio_are_called_that(tmp_path: Path):
    tag = id3_tag({"title": "t" * 2000})
    for rest in (b"", bytes(4096)):
        (tmp_path / "a.mp3").write_bytes(tag + rest)
        with pytest.raises(AudioError, match="holds tags .* and no audio") as caught:
            read_recording(tmp_path / "a.mp3", 8000, 1)
        assert caught.value.code == RecordingCode.ONLY_TAGS


def test_playlists_are_not_opened(tmp_path: Path):
    """FFmpeg by itself would read the files and the addresses that a playlist names."""
    song = write_music(tmp_path / "song.wav", 1.0)
    for name in ("a.m4a", "a.mp3"):
        (tmp_path / name).write_text(f"ffconcat version 1.0\nfile {song.name}\n")
        with pytest.raises(AudioError, match="not readable as audio .(format not|file contains)"):
            read_recording(tmp_path / name, 8000, 1)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x1a\x45\xdf\xa3", "Matroska"),
        (b"RIFF\0\0\0\0AVI ", "AVI"),
        (b"wvpk", "WavPack"),
        (b"\xff\xf1\x50\x80", "AAC"),
        (bytes(4) + b"ftypM4A ", "MP4"),
        (b"G" + bytes(187), "MPEG-TS"),
        (bytes(4) + b"G" + bytes(187), None),
        (b"RIFF\0\0\0\0ACON", None),
        (b"\xff\xfb\x90\x64" + bytes(500), None),
        (b"\xff\xd8\xff\xe0JFIF", None),
        (b"", None),
    ],
)
def test_kinds_have_their_beginnings(head: bytes, name: str | None):
    found = find_kind(BytesIO(head * 5 if name == "MPEG-TS" else head))
    assert (found and found.name) == name


@pytest.mark.slow
def test_notes_of_libraries_do_not_reach_the_user(tmp_path: Path):
    content = bytearray(write_music(tmp_path / "a.mp3", 1.0, 44_100).read_bytes())
    content[3000:6000] = os.urandom(3000)
    (tmp_path / "a.mp3").write_bytes(content * 2)
    code = (
        "import sys; from pathlib import Path; from riffsmith.audio import read_recording\n"
        "from riffsmith.audio.decode import _open_with_soundfile, MPEG\n"
        "source = _open_with_soundfile(Path(sys.argv[1]), MPEG)\n"
        "try: print(sum(map(len, source.blocks)))\n"
        "except Exception as error: print(error)\n"
        "print('ours', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.mp3"], capture_output=True, text=True, check=True
    )
    assert done.stdout
    assert done.stderr == "ours\n"
