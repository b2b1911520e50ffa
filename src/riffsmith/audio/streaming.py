"""Audio without an end: kept below full scale, and as bytes for other programs."""

import struct
from collections.abc import Iterable, Iterator

import numpy as np
from jaxtyping import Float

from riffsmith.audio.encode import limiting_gain

_UNKNOWN = 0xFFFF_FFFF
"""What a WAV header says where the length is not known; players then read to the end."""


def limit_peaks(
    chunks: Iterable[Float[np.ndarray, "_ channels"]],
) -> Iterator[Float[np.ndarray, "_ channels"]]:
    """Turns loud places of a stream down so that no peak exceeds −1 dBFS.

    The gain goes along straight lines from chunk to chunk; at each border it is low enough for
    both neighbours, so a chunk is given once the next one is known. Chunks without such a place
    and without such a neighbour stay bit for bit as they are.
    """
    before: np.ndarray | None = None
    needed = begin = 1.0
    for chunk in chunks:
        following = limiting_gain(chunk)
        if before is None:
            begin = following
        else:
            end = min(needed, following)
            yield _fade(before, begin, end)
            begin = end
        before, needed = chunk, following
    if before is not None:
        yield _fade(before, begin, needed)


def _fade(
    chunk: Float[np.ndarray, "time channels"], begin: float, end: float
) -> Float[np.ndarray, "time channels"]:
    if begin == end == 1:
        return chunk
    return chunk * np.linspace(begin, end, len(chunk), dtype=np.float32)[:, None]


def to_pcm16(audio: Float[np.ndarray, "time channels"]) -> bytes:
    """Signed 16-bit samples, little-endian, channels side by side."""
    return (audio * 32_767).round().clip(-32_768, 32_767).astype("<i2").tobytes()


def wav_header(sample_rate: int, channels: int, samples: int | None = None) -> bytes:
    """What stands before 16-bit samples in a WAV file (RIFF MCI, 1991).

    Args:
        sample_rate: In Hz.
        channels: Side by side.
        samples: Of each channel, or none where the end is open.
    """
    frame = 2 * channels
    size = _UNKNOWN if samples is None else min(samples * frame, _UNKNOWN)
    form = struct.pack("<HHIIHH", 1, channels, sample_rate, sample_rate * frame, frame, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", min(size + 36, _UNKNOWN), b"WAVE")
        + struct.pack("<4sI", b"fmt ", len(form))
        + form
        + struct.pack("<4sI", b"data", size)
    )
