"""Loud audio → audio below full scale, turned down around its peaks alone."""

from math import ceil

import numpy as np
from jaxtyping import Float

PEAK_LIMIT_DB = -1.0
"""Nothing that is played or written exceeds this peak, in dB of full scale."""
_LIMIT = 10 ** (PEAK_LIMIT_DB / 20) - 1 / 32_768  # rounding to 16 bits may add half a step
_BLOCK = 32
"""Samples that share a peak."""
_SLOPE_SECONDS = 0.022
"""In which the gain goes down before a peak, and up again as long after it."""


def limiting_gain(audio: Float[np.ndarray, "..."]) -> float:
    """What to multiply with, at most 1, so that the peak is −1 dBFS or below."""
    return min(1.0, _LIMIT / max(float(np.abs(audio).max(initial=0.0)), 1e-9))


def limiter_reach(sample_rate: int) -> int:
    """Samples on either side that decide about the gain of one, a multiple of 32."""
    return (2 * _slope_blocks(sample_rate) + 3) * _BLOCK


def limit_peaks(
    audio: Float[np.ndarray, "time channels"], sample_rate: int
) -> Float[np.ndarray, "time channels"]:
    """Turns audio down around each peak above −1 dBFS, by the same in all channels.

    A look-ahead limiter without memory: the gain is the lowest that a peak nearby asks for,
    smoothed by a Hann window. It depends on samples no further away than `limiter_reach`, so a
    part cut out with so much on either side (at a multiple of 32 samples) is limited like the
    whole. Samples further from every peak stay bit for bit as they are.
    """
    if limiting_gain(audio) == 1:
        return audio
    blocks = ceil(len(audio) / _BLOCK)
    levels = np.abs(audio).max(axis=1).astype(np.float64)
    peaks = np.pad(levels, (0, blocks * _BLOCK - len(audio))).reshape(blocks, _BLOCK).max(axis=1)
    asked = np.minimum(1, _LIMIT / np.maximum(peaks, 1e-9))
    slope = _slope_blocks(sample_rate)
    window = np.hanning(2 * slope + 3)[1:-1]
    lowest = _windows(asked, slope + 1).min(axis=1)  # one more: gains lie between two blocks'
    gains = 1 - _windows(1 - lowest, slope) @ (window / window.sum())
    centres = (np.arange(blocks) + 0.5) * _BLOCK
    gain = np.interp(np.arange(len(audio)) + 0.5, centres, gains)
    return audio * gain.astype(np.float32)[:, None]


def _slope_blocks(sample_rate: int) -> int:
    return max(1, round(_SLOPE_SECONDS * sample_rate / _BLOCK))


def _windows(values: Float[np.ndarray, " blocks"], reach: int) -> Float[np.ndarray, "blocks _"]:
    """What lies around each value; the ends go on as they are."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
