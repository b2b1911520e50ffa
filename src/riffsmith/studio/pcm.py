"""Float samples → what goes over the wire."""

import numpy as np
from jaxtyping import Float

from riffsmith.audio import to_pcm16

CHANNELS = 2
FRAME_BYTES = 2 * CHANNELS


def to_pcm(audio: Float[np.ndarray, "time channels"]) -> bytes:
    """Interleaved signed 16-bit little-endian stereo."""
    return to_pcm16(audio if audio.shape[1] == CHANNELS else audio[:, :1].repeat(CHANNELS, axis=1))


def from_pcm(content: bytes) -> Float[np.ndarray, "time 2"]:
    """The same as floats again."""
    return np.frombuffer(content, "<i2").reshape(-1, CHANNELS).astype(np.float32) / 32_768
