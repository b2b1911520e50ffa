"""Float samples → audio files."""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from riffsmith.audio.limiter import limiting_gain
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

TAGS = ("title", "artist", "comment", "software", "date")
"""What a file can say about itself."""


def audio_suffixes() -> list[str]:
    """Endings of the formats that `write_audio` knows."""
    return list(_FORMATS)


def write_audio(
    path: Path,
    audio: NDArray[np.float32],
    sample_rate: int,
    *,
    loops: bool = False,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Writes audio whole or not at all, turned down where its peak would exceed −1 dBFS.

    Args:
        path: The ending chooses the format: `.wav` and `.flac` (16 bit), `.ogg` (Vorbis), `.mp3`.
        audio: (time, channels) with full scale at 1.0.
        sample_rate: In Hz.
        loops: Mark the whole as a loop, as samplers read it; only in `.wav`.
        tags: What the file says about itself, by the names in `TAGS`.

    Raises:
        AudioError: The ending is unknown or holds no loop, a sample is NaN or infinite, or
            writing fails.
    """
    suffix = path.suffix.lower()
    if suffix not in _FORMATS:
        known = ", ".join(audio_suffixes())
        raise AudioError(f"cannot write {path.name!r}: its ending must be one of {known}")
    if loops and suffix != ".wav":
        raise AudioError(f"{path.name!r} cannot be marked as a loop: its ending must be .wav")
    if not np.isfinite(audio).all():
        raise AudioError(f"refusing to write {path.name}: the audio holds NaN or infinite samples")
    gain = limiting_gain(audio)
    with atomic_path(path, AudioError) as partial:
        _write(partial, audio * np.float32(gain), sample_rate, suffix, tags)
        if loops:
            _mark_loop(partial, len(audio), sample_rate)
        if suffix in _LOSSY:  # a lossy coder moves the peaks: measure what comes back
            for _ in range(4):
                coded = np.asarray(soundfile.read(partial)[0], np.float32)
                overshoot = limiting_gain(coded)
                if overshoot == 1:
                    break
                gain *= 0.995 * overshoot
                _write(partial, audio * np.float32(gain), sample_rate, suffix, tags)


def _write(
    path: Path,
    audio: NDArray[np.float32],
    sample_rate: int,
    suffix: str,
    tags: Mapping[str, str] | None,
) -> None:
    name = path.name.removeprefix(".").removesuffix(".partial")
    container, subtype = _FORMATS[suffix]
    channels = audio.shape[1]
    try:
        with soundfile.SoundFile(
            path, "w", sample_rate, channels, subtype=subtype, format=container
        ) as file:
            for tag, text in (tags or {}).items():
                setattr(file, tag, text)
            for start in range(0, len(audio), _BLOCK_SAMPLES):
                file.write(audio[start : start + _BLOCK_SAMPLES])
    except soundfile.LibsndfileError as cause:
        raise AudioError(
            f"writing {name} failed ({cause.error_string.rstrip('.').lower()}): "
            f"check the disk's free space, or that {container} can hold {sample_rate} Hz"
        ) from cause


def _mark_loop(path: Path, samples: int, sample_rate: int) -> None:
    """Adds a `smpl` chunk with one forward loop over everything (RIFF MCI, 1994)."""
    middle_c, forward, endlessly = 60, 0, 0
    header = (0, 0, round(1e9 / sample_rate), middle_c, 0, 0, 0, 1, 0)
    loop = (0, forward, 0, samples - 1, 0, endlessly)
    chunk = struct.pack("<4sI15I", b"smpl", 60, *header, *loop)
    with path.open("r+b") as file:
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        file.write(chunk)
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))
