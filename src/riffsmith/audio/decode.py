"""Audio files → blocks of float samples."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from riffsmith.errors import AudioError

SOUNDFILE_SUFFIXES = frozenset(
    ".wav .wave .flac .ogg .oga .opus .mp3 .aif .aiff .aifc .au .snd .caf .w64 .rf64 .sf".split()
)
PYAV_SUFFIXES = frozenset(".m4a .mp4 .aac .wma .webm .mkv .mka .mov .avi .ac3 .ape .wv".split())
"""Containers that libsndfile does not read; the extra `av` does."""

BLOCK_SECONDS = 3
"""Long enough to be quick, short enough that two threads do not fight over fresh memory pages."""


@dataclass(frozen=True)
class Source:
    """An opened audio file: what its header says, and its samples."""

    sample_rate: int
    """In Hz."""
    channels: int
    promised_samples: int | None
    """How many samples the header promises, where it says so."""
    is_cut_off: bool
    """Whether the container says that more should follow."""
    encoding: str
    """Container and sample format, for people."""
    blocks: Iterator[NDArray[np.float32]]
    """Consecutive blocks (time, channels) of `BLOCK_SECONDS` each, the last one shorter.

    Full scale is 1.0; lossy and floating-point files may exceed it. The iterator raises
    `AudioError` where the file stops being readable: what came before is sound.
    """


def is_audio_name(path: Path) -> bool:
    """Whether a name looks like audio or video that Riffsmith could try to decode."""
    return path.suffix.lower() in SOUNDFILE_SUFFIXES | PYAV_SUFFIXES


def open_audio(path: Path) -> Source:
    """Opens a file; its samples are decoded only as `blocks` is iterated.

    Raises:
        AudioError: The file cannot be opened, is empty, or is not audio that can be decoded.
    """
    try:
        if path.exists() and not path.is_file():
            raise AudioError("not a regular file")
        if path.stat().st_size == 0:
            raise AudioError("the file is empty (0 bytes)")
        with path.open("rb") as handle:
            handle.read(1)
    except OSError as cause:
        raise AudioError(f"cannot be opened ({(cause.strerror or str(cause)).lower()})") from cause
    if path.suffix.lower() in PYAV_SUFFIXES:
        return _open_with_pyav(path)
    try:
        file = soundfile.SoundFile(str(path).encode(errors="surrogateescape"))  # pyright: ignore[reportArgumentType]
    except (soundfile.LibsndfileError, ValueError) as cause:
        raise AudioError(f"not readable as audio ({_sndfile_reason(cause)})") from cause
    if not 1 <= file.channels <= 64 or not 1_000 <= file.samplerate <= 1_000_000:
        raise AudioError(f"implausible header ({file.channels} channels at {file.samplerate} Hz)")
    return Source(
        sample_rate=file.samplerate,
        channels=file.channels,
        promised_samples=file.frames if 0 < file.frames < 2**62 else None,
        is_cut_off=_is_cut_off(path),
        encoding=f"{file.format} {file.subtype}",
        blocks=_soundfile_blocks(file),
    )


def _is_cut_off(path: Path) -> bool:
    """Whether a RIFF or AIFF file is shorter than it says, or an Ogg stream lacks its last page."""
    with path.open("rb") as handle:
        head = handle.read(8)
        size = handle.seek(0, os.SEEK_END)
        if head[:4] in (b"RIFF", b"FORM"):
            told = int.from_bytes(head[4:], "little" if head[:4] == b"RIFF" else "big")
            return 0 < told < 0xFFFFFFFF - 8 and told + 8 > size + 1
        if head[:4] == b"OggS":
            handle.seek(-min(size, 1 << 17), os.SEEK_END)
            tail = handle.read()
            page = tail.rfind(b"OggS")
            return page < 0 or len(tail) <= page + 5 or not tail[page + 5] & 4
    return False


def _soundfile_blocks(file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    length = file.samplerate * BLOCK_SECONDS
    position = 0
    with file:
        while True:
            try:
                block = file.read(length, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as cause:
                yield from _salvage(file, position)
                raise AudioError(f"decoding stopped ({_sndfile_reason(cause)})") from cause
            if len(block):
                yield np.asarray(block, np.float32)
            if len(block) < length:
                return
            position += len(block)


def _salvage(file: soundfile.SoundFile, position: int) -> Iterator[NDArray[np.float32]]:
    """What can be read of a block that cannot be read whole, in pieces of 0.1 s."""
    with suppress(soundfile.LibsndfileError), soundfile.SoundFile(file.name) as again:
        again.seek(position)
        while len(piece := again.read(again.samplerate // 10, dtype="float32", always_2d=True)):
            yield np.asarray(piece, np.float32)


def _sndfile_reason(cause: Exception) -> str:
    text = cause.error_string if isinstance(cause, soundfile.LibsndfileError) else str(cause)
    return text.strip().rstrip(".").lower().removeprefix("error : ") or "unknown format"


def _open_with_pyav(path: Path) -> Source:
    if find_spec("av") is None:
        raise AudioError(
            f"{path.suffix} needs the extra for AAC, M4A and video: install riffsmith[av]"
        )
    import av
    from av.error import FFmpegError

    try:
        container = av.open(str(path))
        stream = container.streams.audio[0]
    except (FFmpegError, OSError, ValueError, UnicodeError) as cause:
        raise AudioError(f"not readable as audio ({str(cause).lower()})") from cause
    except IndexError as cause:
        raise AudioError("has no audio track") from cause
    if not stream.rate or not stream.channels:
        raise AudioError("not readable as audio (no sample rate or channels)")

    def blocks() -> Iterator[NDArray[np.float32]]:
        # rate and layout may change within a file: all of it is brought to those of its start
        resampler = av.AudioResampler(format="fltp", layout=stream.layout, rate=stream.rate)
        length = stream.rate * BLOCK_SECONDS
        waiting: list[NDArray[np.float32]] = []
        with container:
            try:
                for frame in container.decode(stream):
                    for converted in resampler.resample(frame):
                        waiting.append(converted.to_ndarray().T.astype(np.float32))
                    if sum(map(len, waiting)) >= length:
                        joined = np.concatenate(waiting)
                        yield np.ascontiguousarray(joined[:length])
                        waiting = [joined[length:]]
            except (FFmpegError, OSError, ValueError, UnicodeError) as cause:
                raise AudioError(f"decoding stopped ({str(cause).lower()})") from cause
        if sum(map(len, waiting)):
            yield np.ascontiguousarray(np.concatenate(waiting))

    return Source(
        sample_rate=stream.rate,
        channels=stream.channels,
        promised_samples=None,
        is_cut_off=False,
        encoding=f"{container.format.name.split(',')[0].upper()} {stream.codec_context.name}",
        blocks=blocks(),
    )
