"""Decoding: audio files to blocks of float samples."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import soundfile
from numpy.typing import NDArray

from riffsmith.audio.extent import Extent, measure_extent, repair_wav
from riffsmith.audio.kinds import MPEG, TAGS_ALONE, WAV, Kind, find_kind, is_audio_content
from riffsmith.audio.quiet import without_library_notes
from riffsmith.audio.remarks import RecordingCode, RecordingRemark, recording_error
from riffsmith.errors import AudioError, DecodingStoppedError
from riffsmith.files import error_reason

SOUNDFILE_SUFFIXES = frozenset(
    ".wav .wave .flac .ogg .oga .opus .mp3 .aif .aiff .aifc .au .snd .caf .w64 .rf64 .sf".split()
)
"""Endings of the formats that libsndfile reads."""
PYAV_SUFFIXES = frozenset(
    ".m4a .m4b .m4r .mp4 .m4v .3gp .3g2 .mov .aac .wma .wmv .asf .webm .weba .mkv .mka .avi .flv "
    ".ac3 .ape .wv .tta .mpc .dsf .amr .mp1 .mp2 .mpa .mpg .mpeg .ts .mts .m2ts .ogv .ogx".split()
)
"""More endings, most of them of containers that only the extra `av` reads."""

BLOCK_SECONDS = 3
"""Length of a block. Longer blocks make two threads compete for fresh memory pages."""

_MAXIMUM_CHANNELS = 64
_SAMPLE_RATES_HZ = (1_000, 1_000_000)
_PADDING_SECONDS = 0.2
"""What an encoder may add to the audio of an MP3 file, and what a decoder then leaves out again."""
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
    is_partial: bool
    """Whether the file holds more audio than `blocks` has, which the extra `av` would read."""
    encoding: str
    """Container and sample format, as text for people."""
    is_lossy: bool
    """Whether the encoding leaves out what is hardly heard, as MP3 does."""
    software: str
    """Name of the program that wrote the file, as its tags tell it. Empty: they do not tell it."""
    blocks: Iterator[NDArray[np.float32]]
    """Consecutive blocks (time, channels) of `BLOCK_SECONDS` each, the last one shorter.

    Full scale is 1.0; lossy and floating-point files may exceed it. The iterator raises
    `DecodingStoppedError` where the file stops being readable; the blocks before are sound.
    """


def is_audio_name(path: Path) -> bool:
    """Whether a file has an ending of audio or video that Riffsmith can try to decode."""
    return path.suffix.lower() in SOUNDFILE_SUFFIXES | PYAV_SUFFIXES


def is_audio_file(path: Path) -> bool:
    """Whether a file is named as audio is, or has no ending and begins as audio does."""
    if path.suffix or not path.is_file():
        return is_audio_name(path)
    with suppress(OSError), path.open("rb") as file:
        return is_audio_content(file)
    return False  # it cannot be read


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
            kind = find_kind(handle)
    except OSError as cause:
        raise recording_error(RecordingCode.CANNOT_OPEN, cause=error_reason(cause)) from cause
    if kind == TAGS_ALONE:
        raise recording_error(RecordingCode.ONLY_TAGS)
    if kind is not None and not kind.is_for_libsndfile:
        return _open_with_pyav(path, kind)
    can_use_pyav = kind is not None and find_spec("av") is not None
    try:
        source = _open_with_soundfile(path, kind)
    except AudioError:
        if kind is None or not can_use_pyav:
            raise
        with suppress(AudioError):
            return _open_with_pyav(path, kind)
        raise
    if kind is not None and can_use_pyav and source.is_partial:
        with suppress(AudioError):
            return _open_with_pyav(path, kind)
    return source


def _open_with_soundfile(path: Path, kind: Kind | None) -> Source:
    """Opens a file with libsndfile.

    Raises:
        AudioError: It is not audio that libsndfile can decode.
    """
    try:
        file = _open_file(path, kind)
    except (soundfile.LibsndfileError, ValueError) as cause:
        raise _cannot_decode(_sndfile_reason(cause)) from cause
    _check_header(file.channels, file.samplerate)
    extent = Extent() if kind is None else measure_extent(path, kind)
    declared = file.frames if 0 < file.frames < _UNKNOWN_LENGTH else None
    is_partial = extent.streams > 1 or file.frames == 0
    if extent.seconds is not None:
        least = round((extent.seconds - _PADDING_SECONDS) * file.samplerate)
        is_partial = is_partial or (declared is not None and declared < least)
        declared = declared if extent.is_declared else max(0, least)
    return Source(
        sample_rate=file.samplerate,
        channels=file.channels,
        header_samples=declared,
        is_cut_off=_is_cut_off(path),
        is_partial=is_partial,
        encoding=f"{file.format} {file.subtype}",
        is_lossy=not file.subtype.startswith(_LOSSLESS_SUBTYPES),
        software=file.software,
        blocks=_soundfile_blocks(path, kind, file),
    )


def _check_header(channels: int, sample_rate: int) -> None:
    """Refuses values that no recording has.

    Raises:
        AudioError: The number of channels or the sample rate is out of range.
    """
    least, most = _SAMPLE_RATES_HZ
    if not 1 <= channels <= _MAXIMUM_CHANNELS or not least <= sample_rate <= most:
        raise recording_error(
            RecordingCode.IMPLAUSIBLE_HEADER, channels=channels, sample_rate=sample_rate
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


def _open_file(path: Path, kind: Kind | None) -> soundfile.SoundFile:
    repaired = repair_wav(path) if kind == WAV else None
    if repaired is not None:
        return soundfile.SoundFile(cast(BinaryIO, repaired))
    if kind is None:  # Without its name, from which libsndfile would guess the format.
        with path.open("rb") as file:
            content = mmap(file.fileno(), 0, access=ACCESS_READ)
            return soundfile.SoundFile(cast(BinaryIO, content))
    with _quietly(kind):
        return soundfile.SoundFile(str(path).encode(errors="surrogateescape"))  # pyright: ignore[reportArgumentType]


def _quietly(kind: Kind | None) -> AbstractContextManager[None]:
    return without_library_notes() if kind == MPEG else nullcontext()


def _soundfile_blocks(
    path: Path, kind: Kind | None, file: soundfile.SoundFile
) -> Iterator[NDArray[np.float32]]:
    length = file.samplerate * BLOCK_SECONDS
    position = 0
    with file:
        while True:
            try:
                with _quietly(kind):
                    block = file.read(length, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as cause:
                yield from _read_in_pieces(path, kind, position)
                raise _decoding_stopped(_sndfile_reason(cause)) from cause
            if len(block):
                yield np.asarray(block, np.float32)
            if len(block) < length:
                return
            position += len(block)


def _read_in_pieces(path: Path, kind: Kind | None, position: int) -> Iterator[NDArray[np.float32]]:
    """Reads what can be read of a damaged block, in pieces of 0.1 s."""
    with suppress(soundfile.LibsndfileError), _open_file(path, kind) as again:
        with _quietly(kind):
            again.seek(position)
        while True:
            with _quietly(kind):
                piece = again.read(again.samplerate // 10, dtype="float32", always_2d=True)
            if not len(piece):
                return
            yield np.asarray(piece, np.float32)


def _sndfile_reason(cause: Exception) -> str:
    text = cause.error_string if isinstance(cause, soundfile.LibsndfileError) else str(cause)
    return text.strip().rstrip(".").lower().removeprefix("error : ") or "unknown format"


def _ffmpeg_reason(cause: Exception) -> str:
    """FFmpeg's reason without the number of the error and the file's path."""
    return str(getattr(cause, "strerror", None) or cause).lower()


def _open_with_pyav(path: Path, kind: Kind) -> Source:
    """Opens a file with FFmpeg.

    Raises:
        AudioError: It is not audio that FFmpeg can decode, or the extra is not installed.
    """
    if find_spec("av") is None:
        raise recording_error(RecordingCode.EXTRA_NEEDED, ending=kind.name)
    import av
    from av.error import FFmpegError

    try:
        container = av.open(str(path), format=kind.demuxer)
        stream = container.streams.audio[0]
    except (FFmpegError, OSError, ValueError, UnicodeError) as cause:
        raise _cannot_decode(_ffmpeg_reason(cause)) from cause
    except IndexError as cause:
        raise recording_error(RecordingCode.NO_AUDIO_TRACK) from cause
    if stream.codec_context is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise _cannot_decode("its audio is in a format without a decoder")
    if not stream.rate or not stream.channels:
        raise _cannot_decode("no sample rate or channels")
    _check_header(stream.channels, stream.rate)

    def blocks() -> Iterator[NDArray[np.float32]]:
        # The sample rate and the channels may change within a file: all of it is converted to the
        # sample rate and the channels that FFmpeg found first.
        layout, rate = stream.layout, stream.rate
        resamplers: dict[tuple[str, str, int], av.AudioResampler] = {}
        length = rate * BLOCK_SECONDS
        pending: list[NDArray[np.float32]] = []
        with container:
            try:
                for frame in container.decode(stream):
                    form = (frame.format.name, frame.layout.name, frame.sample_rate)
                    if form not in resamplers:
                        resamplers[form] = av.AudioResampler("fltp", layout, rate)
                    for converted in resamplers[form].resample(frame):
                        pending.append(converted.to_ndarray().T.astype(np.float32))
                    if sum(map(len, pending)) >= length:
                        joined = np.concatenate(pending)
                        yield np.ascontiguousarray(joined[:length])
                        pending = [joined[length:]]
            except (FFmpegError, OSError, ValueError, UnicodeError) as cause:
                if sum(map(len, pending)):
                    yield np.ascontiguousarray(np.concatenate(pending))
                raise _decoding_stopped(_ffmpeg_reason(cause)) from cause
        if sum(map(len, pending)):
            yield np.ascontiguousarray(np.concatenate(pending))

    return Source(
        sample_rate=stream.rate,
        channels=stream.channels,
        header_samples=None,
        is_cut_off=False,
        is_partial=False,
        encoding=f"{container.format.name.split(',')[0].upper()} {stream.codec_context.name}",
        is_lossy=not stream.codec_context.codec.lossless,
        software=container.metadata.get("encoder", ""),
        blocks=blocks(),
    )
