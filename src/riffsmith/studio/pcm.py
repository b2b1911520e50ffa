"""Float samples → what goes over the wire."""

import numpy as np
from jaxtyping import Float

from riffsmith.audio import to_pcm16

CHANNELS = 2
FRAME_BYTES = 2 * CHANNELS
_GAIN = 0.7
_KNEE = 0.7
"""Below it nothing is bent."""


def tame(audio: Float[np.ndarray, "time channels"]) -> Float[np.ndarray, "time 2"]:
    """Turned down by 3 dB and bent softly where it would exceed full scale.

    Each sample by itself, so that pieces of any size are the whole; a file, of which all is known,
    is turned down by `limit_peak` instead.
    """
    stereo = audio if audio.shape[1] == CHANNELS else np.repeat(audio[:, :1], CHANNELS, axis=1)
    quieter = stereo * np.float32(_GAIN)
    beyond = np.abs(quieter) - _KNEE
    bent = _KNEE + (1 - _KNEE) * np.tanh(np.maximum(beyond, 0) / (1 - _KNEE))
    return np.where(beyond > 0, np.sign(quieter) * bent, quieter).astype(np.float32)


def to_pcm(audio: Float[np.ndarray, "time channels"]) -> bytes:
    """Interleaved signed 16-bit little-endian stereo."""
    return to_pcm16(tame(audio))


def from_pcm(content: bytes) -> Float[np.ndarray, "time 2"]:
    """The same as floats again."""
    return np.frombuffer(content, "<i2").reshape(-1, CHANNELS).astype(np.float32) / 32_768
