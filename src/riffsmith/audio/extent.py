"""How much audio a file holds, counted in the file itself.

The length that a decoder reports is a guess for some files, and other files hold several
recordings one behind the other, of which libsndfile reads the first.
"""

import os
from dataclasses import dataclass
from mmap import ACCESS_COPY, ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

from riffsmith.audio.kinds import FLAC, MPEG, OGG, Kind, skip_tags
from riffsmith.audio.mpeg import count_seconds, find_frame, has_length_header

_FLAC_HEADS = (b"fLaC\x00\x00\x00\x22", b"fLaC\x80\x00\x00\x22")
"""Beginnings of a FLAC stream: its mark, and the head of the block that describes it."""
_STALE_BYTES = 1 << 14
"""Audio behind the end that a WAV header declares, from which on the header is not believed."""
_LARGEST_SIZE = 0xFFFF_FFFF
_BLOCK_BYTES = 1 << 20
"""Part of a FLAC file that is searched at a time."""


@dataclass(frozen=True)
class Extent:
    """How much audio a file holds."""

    streams: int = 1
    """Number of recordings that lie one behind the other."""
    seconds: float | None = None
    """Length in seconds, to a few frames. `None`: it was not counted."""
    is_declared: bool = True
    """Whether the file has a header that tells its length."""


def measure_extent(path: Path, kind: Kind) -> Extent:
    """Counts what a file of one of the kinds holds whose declared length may mislead.

    Args:
        path: Audio file.
        kind: Its kind; for other kinds than MP3, Ogg and FLAC nothing is counted.
    """
    if kind not in (MPEG, OGG, FLAC):
        return Extent()
    with path.open("rb") as file:
        start = skip_tags(file)
        if kind == FLAC:
            return Extent(_count_patterns(file, _FLAC_HEADS, start) or 1)
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            if kind == OGG:
                return Extent(_count_ogg_streams(data, start))
            first = find_frame(data, start)
            if first is None:
                return Extent()
            is_declared = has_length_header(data, first)
            return Extent(1, count_seconds(data, first), is_declared)


def _count_patterns(file: BinaryIO, patterns: tuple[bytes, ...], start: int) -> int:
    """Counts where bytes of equal length are, from a position of a file on.

    Files of FLAC may be large, so that not all of one is mapped into memory.
    """
    file.seek(start)
    count, overlap, waiting = 0, len(patterns[0]) - 1, b""
    while block := file.read(_BLOCK_BYTES):
        waiting += block
        count += sum(waiting.count(pattern) for pattern in patterns)
        waiting = waiting[-overlap:]
    return count


def _count_ogg_streams(data: mmap, start: int) -> int:
    """Number of links of a chained Ogg file (RFC 3533, section 4), counted by their first pages."""
    streams, is_beginning, position = 0, False, start
    while (position := data.find(b"OggS", position)) >= 0 and position + 27 <= len(data):
        was_beginning, is_beginning = is_beginning, bool(data[position + 5] & 2)
        streams += is_beginning and not was_beginning
        segments = data[position + 26]
        position += 27 + segments + sum(data[position + 27 : position + 27 + segments])
    return max(1, streams)


def repair_wav(path: Path) -> mmap | None:
    """Opens a WAV file whose header declares less audio than there is.

    A recorder writes the length at the end. One that was stopped leaves 0, or the length at some
    time before.

    Args:
        path: A WAV file.

    Returns:
        The file with its true length in its header, up to the 4 GiB that a header can declare.
        `None`: the header is right.
    """
    with path.open("rb") as file:
        sizes = _find_stale_sizes(file)
        if sizes is None:
            return None
        repaired = mmap(file.fileno(), 0, access=ACCESS_COPY)
    for size in sizes:
        length = min(len(repaired) - size - 4, _LARGEST_SIZE) // 2 * 2
        repaired[size : size + 4] = length.to_bytes(4, "little")
    return repaired


def _find_stale_sizes(file: BinaryIO) -> tuple[int, ...] | None:
    """Positions of the two sizes in the header of a WAV file that has outgrown them."""
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    if file.read(4) != b"RIFF":
        return None
    position = 12
    while True:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return None
        size = int.from_bytes(head[4:], "little")
        if head[:4] == b"data":
            break
        position += 8 + size + size % 2
    behind = position + 8 + size
    if end - behind < _STALE_BYTES:
        return None
    file.seek(behind + size % 2)
    following = file.read(8)
    is_chunk = following[:4].isascii() and following[:4].decode("ascii").isprintable()
    fits = int.from_bytes(following[4:], "little") <= end - behind
    return None if is_chunk and fits else (4, position + 4)
