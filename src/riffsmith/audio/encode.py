"""Encoding: float samples to audio files, and to bytes for other programs."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import soundfile
from jaxtyping import Float
from numpy.typing import NDArray

from riffsmith.audio.id3 import id3_tag
from riffsmith.audio.limiter import limiting_gain
from riffsmith.audio.loop_grid import LoopGrid, mark_loop
from riffsmith.audio.spool import AudioSpool
from riffsmith.errors import AudioError
from riffsmith.files import atomic_path

_FORMATS = {
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
_LOSSY = frozenset({".ogg", ".mp3"})
_BLOCK_SAMPLES = 1 << 16  # libsndfile's Vorbis encoder overflows its stack on very large writes
_UNKNOWN_SIZE = 0xFFFF_FFFF
"""Size in a WAV header whose length is not known; players then read to the end."""
_INFO_CHUNKS = {
    "title": b"INAM",
    "artist": b"IART",
    "comment": b"ICMT",
    "software": b"ISFT",
    "date": b"ICRD",
    "copyright": b"ICOP",
}
"""Chunks of a WAV file that hold its texts."""

TAGS = ("title", "artist", "comment", "software", "date", "copyright")
"""Names of the texts that a file can carry about itself."""


def audio_suffixes() -> list[str]:
    """File endings of the formats that `write_audio` writes."""
    return list(_FORMATS)


def write_audio(
    path: Path,
    audio: NDArray[np.float32] | NDArray[np.int16] | AudioSpool[np.float32],
    sample_rate: int,
    *,
    loop: LoopGrid | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Writes an audio file whole or not at all, at a lower gain if its peak exceeds −1 dBFS.

    Args:
        path: File to write; its ending selects the format: `.wav` and `.flac` (16 bit), `.ogg`
            (Vorbis) or `.mp3`.
        audio: Samples (time, channels), full scale at 1.0; or 16-bit integers, which `.wav` and
            `.flac` store as they are, at no other gain; or audio that waits on the disk.
        sample_rate: Sample rate in Hz.
        loop: Bars and tempo of a loop. The tag `comment` tells them, and a `.wav` also has the
            chunks that samplers and sequencers read. `None`: the audio is no loop.
        tags: Texts to store in the file, by the names in `TAGS`.

    Raises:
        AudioError: The ending is unknown, a sample is NaN or infinite, or writing fails.
    """
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        known = ", ".join(audio_suffixes())
        raise AudioError(f"cannot write {path.name!r}: its ending must be one of {known}")
    gain = 1.0
    is_stored = audio.dtype == np.int16
    for block in () if is_stored else _blocks(audio):
        if not np.isfinite(block).all():
            raise AudioError(
                f"refusing to write {path.name}: the audio holds NaN or infinite samples"
            )
        gain = min(gain, limiting_gain(np.asarray(block, np.float32)))
    if loop is not None:
        tags = {"comment": loop.describe(), **(tags or {})}
    if is_stored and suffix in _LOSSY and not isinstance(audio, AudioSpool):
        audio = np.asarray(audio / 32_768, np.float32)
        is_stored, gain = False, limiting_gain(audio)
    try:
        with atomic_path(path, AudioError) as partial:
            written = {} if suffix == ".mp3" else tags or {}
            _write(partial, audio, None if is_stored else gain, sample_rate, suffix, written)
            if loop is not None and suffix == ".wav":
                mark_loop(partial, len(audio), sample_rate, loop)
            if suffix in _LOSSY:  # A lossy codec changes the peaks, so they are measured again.
                for _ in range(4):
                    overshoot = _measure_overshoot(partial)
                    if overshoot == 1:
                        break
                    gain *= 0.995 * overshoot
                    _write(partial, audio, gain, sample_rate, suffix, written)
            if suffix == ".mp3" and tags:
                partial.write_bytes(id3_tag(tags) + partial.read_bytes())
    except soundfile.LibsndfileError as cause:
        raise AudioError(
            f"writing {path.name} failed ({cause.error_string.rstrip('.').lower()}): check the "
            f"disk's free space, or that {_FORMATS[suffix][0]} can hold {sample_rate} Hz"
        ) from cause


def _blocks(
    audio: NDArray[np.float32] | NDArray[np.int16] | AudioSpool[np.float32],
) -> Iterator[NDArray[np.float32] | NDArray[np.int16]]:
    if isinstance(audio, AudioSpool):
        yield from audio.blocks(_BLOCK_SAMPLES)
        return
    for start in range(0, len(audio), _BLOCK_SAMPLES):
        yield audio[start : start + _BLOCK_SAMPLES]


def _measure_overshoot(path: Path) -> float:
    """The gain that brings the peak of a file to the limit, as `limiting_gain` gives it."""
    gain = 1.0
    with soundfile.SoundFile(path) as file:
        while len(block := file.read(_BLOCK_SAMPLES)):
            gain = min(gain, limiting_gain(np.asarray(block, np.float32)))
    return gain


def _write(
    path: Path,
    audio: NDArray[np.float32] | NDArray[np.int16] | AudioSpool[np.float32],
    gain: float | None,
    sample_rate: int,
    suffix: str,
    tags: Mapping[str, str],
) -> None:
    container, subtype = _FORMATS[suffix]
    channels = audio.shape[1]
    with soundfile.SoundFile(
        path, "w", sample_rate, channels, subtype=subtype, format=container
    ) as file:
        for tag, text in tags.items():
            setattr(file, tag, text)
        for block in _blocks(audio):
            file.write(block if gain is None else block * np.float32(gain))


def to_pcm16(audio: Float[np.ndarray, "time channels"]) -> bytes:
    """Converts samples to signed 16-bit integers, little-endian, with interleaved channels."""
    return (audio * 32_767).round().clip(-32_768, 32_767).astype("<i2").tobytes()


def wav_header(
    sample_rate: int,
    channels: int,
    samples: int | None = None,
    tags: Mapping[str, str] | None = None,
) -> bytes:
    """Builds the header of a WAV file of 16-bit samples (RIFF MCI, 1991).

    Args:
        sample_rate: Sample rate in Hz.
        channels: Number of channels.
        samples: Number of samples per channel. `None`: the length is not known yet.
        tags: Texts to store in the file, by the names in `TAGS`.
    """
    info = _info_list(tags) if tags else b""
    frame_bytes = 2 * channels
    size = _UNKNOWN_SIZE if samples is None else min(samples * frame_bytes, _UNKNOWN_SIZE)
    byte_rate = sample_rate * frame_bytes
    form = struct.pack("<HHIIHH", 1, channels, sample_rate, byte_rate, frame_bytes, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", min(size + 36 + len(info), _UNKNOWN_SIZE), b"WAVE")
        + struct.pack("<4sI", b"fmt ", len(form))
        + form
        + info
        + struct.pack("<4sI", b"data", size)
    )


def _info_list(tags: Mapping[str, str]) -> bytes:
    """The chunk `LIST` of type `INFO`; each text ends in a null byte, and at an even length."""
    content = b"INFO"
    for name, text in tags.items():
        encoded = text.encode() + b"\0"
        content += struct.pack("<4sI", _INFO_CHUNKS[name], len(encoded)) + encoded
        content += b"\0" * (len(encoded) % 2)
    return struct.pack("<4sI", b"LIST", len(content)) + content
