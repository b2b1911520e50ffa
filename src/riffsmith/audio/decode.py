"""Decoding: audio files to blocks of float samples."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from riffsmith.audio.remarks import RecordingCode, RecordingRemark, recording_error
from riffsmith.errors import AudioError, DecodingStoppedError
from riffsmith.files import error_reason

SOUNDFILE_SUFFIXES = frozenset(
    ".wav .wave .flac .ogg .oga .opus .mp3 .aif .aiff .aifc .au .snd .caf .w64 .rf64 .sf".split()
)
"""Endings of the formats that libsndfile reads."""
PYAV_SUFFIXES = frozenset(".m4a .mp4 .aac .wma .webm .mkv .mka .mov .avi .ac3 .ape .wv".split())
"""Endings of containers that libsndfile does not read; the extra `av` reads them."""

BLOCK_SECONDS = 3
"""Length of a block. Longer blocks make two threads compete for fresh memory pages."""

_MAXIMUM_CHANNELS = 64
_SAMPLE_RATES_HZ = (1_000, 1_000_000)
_UNKNOWN_LENGTH = 1 << 62
"""libsndfile reports a length of 2^63 - 1 samples where the header does not hold one; anything
from here on is no length."""
_LOSSLESS_SUBTYPES = ("PCM_", "FLOAT", "DOUBLE", "ALAC_")
"""Beginnings of libsndfile's names of encodings that keep every sample."""
_STREAMED_RIFF = 0xFFFFFFFF - 8
"""A RIFF size from here on says that the file was written without knowing its length."""


@dataclass(frozen=True)
class Source:
    """An opened audio file: the values of its header, and its samples."""

    sample_rate: int
    """Sample rate in Hz."""
    channels: int
    header_samples: int | None
    """Number of samples according to the header. `None`: the header does not say."""
    is_cut_off: bool
    """Whether the container says that the file should be longer."""
    encoding: str
    """Container and sample format, as text for people."""
    is_lossy: bool
    """Whether the encoding leaves out what is hardly heard, as MP3 does."""
    blocks: Iterator[NDArray[np.float32]]
    """Consecutive blocks (time, channels) of `BLOCK_SECONDS` each, the last one shorter.

    Full scale is 1.0; lossy and floating-point files may exceed it. The iterator raises
    `DecodingStoppedError` where the file stops being readable; the blocks before are sound.
    """


def is_audio_name(path: Path) -> bool:
    """Whether a file has an ending of audio or video that Riffsmith can try to decode."""
    return path.suffix.lower() in SOUNDFILE_SUFFIXES | PYAV_SUFFIXES


def open_audio(path: Path) -> Source:
    """Opens an audio file; its samples are decoded only as `blocks` is iterated.

    Raises:
        AudioError: The file cannot be opened, is empty, or is not audio that can be decoded; the
            error's `code` is a `RecordingCode`.
    """
    try:
        if path.exists() and not path.is_file():
            raise recording_error(RecordingCode.NOT_A_FILE)
        if path.stat().st_size == 0:
            raise recording_error(RecordingCode.EMPTY_FILE)
        with path.open("rb") as handle:
            handle.read(1)
    except OSError as cause:
        raise recording_error(RecordingCode.CANNOT_OPEN, cause=error_reason(cause)) from cause
    if path.suffix.lower() in PYAV_SUFFIXES:
        return _open_with_pyav(path)
    try:
        file = soundfile.SoundFile(str(path).encode(errors="surrogateescape"))  # pyright: ignore[reportArgumentType]
    except (soundfile.LibsndfileError, ValueError) as cause:
        raise _cannot_decode(_sndfile_reason(cause)) from cause
    least, most = _SAMPLE_RATES_HZ
    if not 1 <= file.channels <= _MAXIMUM_CHANNELS or not least <= file.samplerate <= most:
        raise recording_error(
            RecordingCode.IMPLAUSIBLE_HEADER,
            channels=file.channels,
            sample_rate=file.samplerate,
        )
    return Source(
        sample_rate=file.samplerate,
        channels=file.channels,
        header_samples=file.frames if 0 < file.frames < _UNKNOWN_LENGTH else None,
        is_cut_off=_is_cut_off(path),
        encoding=f"{file.format} {file.subtype}",
        is_lossy=not file.subtype.startswith(_LOSSLESS_SUBTYPES),
        blocks=_soundfile_blocks(file),
    )


def _cannot_decode(reason: str) -> AudioError:
    return recording_error(RecordingCode.CANNOT_DECODE, cause=reason)


def _decoding_stopped(reason: str) -> DecodingStoppedError:
    remark = RecordingRemark.of(RecordingCode.DECODING_STOPPED, cause=reason)
    return remark.to_error(DecodingStoppedError)


def _is_cut_off(path: Path) -> bool:
    """Whether a RIFF or AIFF file is shorter than its header says, or an Ogg file lacks its end."""
    with path.open("rb") as handle:
        head = handle.read(8)
        size = handle.seek(0, os.SEEK_END)
        if head[:4] in (b"RIFF", b"FORM"):
            declared = int.from_bytes(head[4:], "little" if head[:4] == b"RIFF" else "big")
            return 0 < declared < _STREAMED_RIFF and declared + 8 > size + 1
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
                yield from _read_in_pieces(file, position)
                raise _decoding_stopped(_sndfile_reason(cause)) from cause
            if len(block):
                yield np.asarray(block, np.float32)
            if len(block) < length:
                return
            position += len(block)


def _read_in_pieces(file: soundfile.SoundFile, position: int) -> Iterator[NDArray[np.float32]]:
    """Reads what can be read of a damaged block, in pieces of 0.1 s."""
    with suppress(soundfile.LibsndfileError), soundfile.SoundFile(file.name) as again:
        again.seek(position)
        while len(piece := again.read(again.samplerate // 10, dtype="float32", always_2d=True)):
            yield np.asarray(piece, np.float32)


def _sndfile_reason(cause: Exception) -> str:
    text = cause.error_string if isinstance(cause, soundfile.LibsndfileError) else str(cause)
    return text.strip().rstrip(".").lower().removeprefix("error : ") or "unknown format"


def _open_with_pyav(path: Path) -> Source:
    if find_spec("av") is None:
        raise recording_error(RecordingCode.EXTRA_NEEDED, ending=path.suffix)
    import av
    from av.error import FFmpegError

    try:
        container = av.open(str(path))
        stream = container.streams.audio[0]
    except (FFmpegError, OSError, ValueError, UnicodeError) as cause:
        raise _cannot_decode(str(cause).lower()) from cause
    except IndexError as cause:
        raise recording_error(RecordingCode.NO_AUDIO_TRACK) from cause
    if not stream.rate or not stream.channels:
        raise _cannot_decode("no sample rate or channels")

    def blocks() -> Iterator[NDArray[np.float32]]:
        # The sample rate and the channels may change within a file: all of it is converted to the
        # sample rate and the channels of its start.
        resampler = av.AudioResampler(format="fltp", layout=stream.layout, rate=stream.rate)
        length = stream.rate * BLOCK_SECONDS
        pending: list[NDArray[np.float32]] = []
        with container:
            try:
                for frame in container.decode(stream):
                    for converted in resampler.resample(frame):
                        pending.append(converted.to_ndarray().T.astype(np.float32))
                    if sum(map(len, pending)) >= length:
                        joined = np.concatenate(pending)
                        yield np.ascontiguousarray(joined[:length])
                        pending = [joined[length:]]
            except (FFmpegError, OSError, ValueError, UnicodeError) as cause:
                raise _decoding_stopped(str(cause).lower()) from cause
        if sum(map(len, pending)):
            yield np.ascontiguousarray(np.concatenate(pending))

    return Source(
        sample_rate=stream.rate,
        channels=stream.channels,
        header_samples=None,
        is_cut_off=False,
        encoding=f"{container.format.name.split(',')[0].upper()} {stream.codec_context.name}",
        is_lossy=not stream.codec_context.codec.lossless,
        blocks=blocks(),
    )
