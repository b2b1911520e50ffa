"""Operations on arrays of samples: change the channels or the sample rate, join with crossfades."""

from collections.abc import Iterable

import numpy as np
import soxr
from jaxtyping import Float
from numpy.typing import NDArray


def find_peak(audio: Float[np.ndarray, "..."]) -> float:
    """The largest absolute value, without a copy of the samples; 0 if there are none.

    It is NaN if one of them is.
    """
    return max(float(audio.max(initial=0.0)), -float(audio.min(initial=0.0)))


def resample(
    audio: NDArray[np.float32], source_sample_rate: int, sample_rate: int
) -> NDArray[np.float32]:
    """Converts audio (time, channels) to another sample rate with soxr's high quality.

    Args:
        audio: Samples (time, channels).
        source_sample_rate: Sample rate of `audio` in Hz.
        sample_rate: Sample rate of the result in Hz.
    """
    if source_sample_rate == sample_rate:
        return audio
    return np.asarray(soxr.resample(audio, source_sample_rate, sample_rate), np.float32)


def mix_channels(block: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """Mixes audio (time, any number of channels) to one or two channels.

    Args:
        block: Samples (time, channels).
        channels: 1 gives the mean over all channels. 2 keeps left and right, doubles mono, and
            gives the mean on both sides where there are more than two channels.
    """
    if block.shape[1] == channels:
        return block
    if block.shape[1] > 2 or channels == 1:
        block = (block @ np.full(block.shape[1], 1 / block.shape[1], np.float32))[:, None]
    return block if channels == 1 else np.repeat(block, 2, axis=1)


def join(
    pieces: Iterable[Float[np.ndarray, "piece channels"]], count: int, fade: int
) -> Float[np.ndarray, "time channels"]:
    """Joins pieces of audio of equal length with crossfades of equal power.

    Args:
        pieces: Samples (time, channels) of each piece. The iterator is read one piece at a time,
            so that the pieces need not all be in memory at once.
        count: Number of pieces, at least 1.
        fade: Length of a crossfade in samples.
    """
    joined = np.zeros((0, 0), np.float32)
    rise = np.sqrt(np.linspace(0, 1, fade, dtype=np.float32))[:, None]
    for number, piece in enumerate(pieces):
        length, advance = len(piece), len(piece) - fade
        if number == 0:
            joined = np.zeros((advance * count + fade, piece.shape[1]), np.float32)
        faded = piece.astype(np.float32)
        if number > 0:
            faded[:fade] *= rise
        if number < count - 1:
            faded[length - fade :] *= rise[::-1]
        joined[number * advance : number * advance + length] += faded
    return joined
