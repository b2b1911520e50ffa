"""Kinds of audio files, told by their first bytes and not by their names."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from riffsmith.audio.mpeg import find_frame

_HEAD_BYTES = 1 << 16
"""Length of the beginning of a file that is looked at, behind its ID3 tags."""
_TRANSPORT_PACKETS = (188, 192)
"""Distances between the sync bytes of an MPEG transport stream, in bytes."""


@runtime_checkable
class ByteReader(Protocol):
    """A file that can be read at any position: one on disk, or one that was sent."""

    def read(self, size: int = -1, /) -> bytes:
        """Reads up to so many bytes."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Moves to another position and returns it."""
        ...


@dataclass(frozen=True)
class Kind:
    """A container format."""

    name: str
    """Name for people."""
    demuxer: str
    """FFmpeg's name of the format. It is always named, because FFmpeg's own guess would also take
    playlists, whose entries it would open."""
    is_for_libsndfile: bool = False
    """Whether libsndfile reads this format; the extra `av` reads the others."""


MPEG = Kind("MP3", "mp3", is_for_libsndfile=True)
OGG = Kind("Ogg", "ogg", is_for_libsndfile=True)
FLAC = Kind("FLAC", "flac", is_for_libsndfile=True)
WAV = Kind("WAV", "wav", is_for_libsndfile=True)
TAGS_ALONE = Kind("ID3 tags", "")
"""A file of tags without any audio behind them."""
_MP4 = Kind("MP4", "mov")
_RIFF = {b"WAVE": WAV, b"AVI ": Kind("AVI", "avi")}
_BEGINNINGS = {
    b"fLaC": FLAC,
    b"OggS": OGG,
    b"RF64": WAV,
    b"BW64": WAV,
    b"RIFX": WAV,
    b"riff\x2e\x91\xcf\x11": Kind("W64", "w64", is_for_libsndfile=True),
    b"FORM": Kind("AIFF", "aiff", is_for_libsndfile=True),
    b".snd": Kind("AU", "au", is_for_libsndfile=True),
    b"dns.": Kind("AU", "au", is_for_libsndfile=True),
    b"caff": Kind("CAF", "caf", is_for_libsndfile=True),
    b"\x1a\x45\xdf\xa3": Kind("Matroska", "matroska"),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": Kind("WMA", "asf"),
    b"MAC ": Kind("APE", "ape"),
    b"wvpk": Kind("WavPack", "wv"),
    b"TTA1": Kind("TTA", "tta"),
    b"MP+": Kind("Musepack", "mpc"),
    b"MPCK": Kind("Musepack", "mpc8"),
    b"DSD ": Kind("DSF", "dsf"),
    b"FLV\x01": Kind("FLV", "flv"),
    b"#!AMR": Kind("AMR", "amr"),
    b"ADIF": Kind("AAC", "aac"),
    b"\x0b\x77": Kind("AC3", "ac3"),
    b"\x00\x00\x01\xba": Kind("MPEG", "mpeg"),
}
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"skip", b"free")


def find_kind(file: ByteReader) -> Kind | None:
    """The kind of an audio file. `None`: its beginning is that of no known kind.

    Args:
        file: The file, which is read from its start.
    """
    start = skip_tags(file)
    file.seek(start)
    head = file.read(_HEAD_BYTES)
    if start > 0 and not head.strip(b"\0"):
        return TAGS_ALONE
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    for beginning, kind in _BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    if head[4:8] in _MP4_BOXES:
        return _MP4
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:  # layer 0: not MPEG audio
        return Kind("AAC", "aac")
    if _is_transport_stream(head):
        return Kind("MPEG-TS", "mpegts")
    return None if find_frame(head, 0) is None else MPEG


def is_audio_content(file: ByteReader) -> bool:
    """Whether a file begins as audio of a known kind does; it is rewound to its start.

    Args:
        file: The file.
    """
    kind = find_kind(file)
    file.seek(0)
    return kind is not None


def skip_tags(file: ByteReader) -> int:
    """The position behind the ID3v2 tags at the beginning of a file (id3.org, ID3v2.4.0, 2000)."""
    position = 0
    while True:
        file.seek(position)
        size = tag_size(file.read(10))
        if size == 0:
            return position
        position += size


def tag_size(head: bytes) -> int:
    """The size in bytes of an ID3v2 tag with its head, or 0 if there is none.

    Args:
        head: Ten bytes of the file.
    """
    if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 0x7F:
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    has_footer = head[5] & 0x10
    return 10 + size + (10 if has_footer else 0)


def _is_transport_stream(head: bytes) -> bool:
    """Whether the sync bytes of five packets are in their places."""
    return any(
        all(head[first + number * size :][:1] == b"\x47" for number in range(5))
        for size, first in zip(_TRANSPORT_PACKETS, (0, 4), strict=True)
    )
