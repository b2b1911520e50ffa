"""Audio as bytes for other programs, with or without an end."""

import struct

import numpy as np
from jaxtyping import Float

_UNKNOWN = 0xFFFF_FFFF
"""What a WAV header says where the length is not known; players then read to the end."""


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
