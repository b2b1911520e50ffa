"""A peak limiter: lowers the gain around loud peaks, and nowhere else."""

from math import ceil

import numpy as np
from jaxtyping import Float

from riffsmith.audio.transforms import find_peak

PEAK_LIMIT_DB = -1.0
"""Largest peak of anything that is played or written, in dB of full scale."""
_LIMIT = 10 ** (PEAK_LIMIT_DB / 20) - 1 / 32_768  # Rounding to 16 bits may add half a step.
_BLOCK_SAMPLES = 32
"""Length of the blocks whose peaks are measured."""
_SLOPE_SECONDS = 0.022
"""Time in which the gain falls before a peak, and rises again after it."""


def limiting_gain(audio: Float[np.ndarray, "..."]) -> float:
    """Gain, at most 1, that brings the peak to −1 dBFS or below."""
    return min(1.0, _LIMIT / max(find_peak(audio), 1e-9))


def limiter_reach(sample_rate: int) -> int:
    """Number of samples on either side that the gain of one depends on, a multiple of 32."""
    return (2 * _slope_blocks(sample_rate) + 3) * _BLOCK_SAMPLES


def limit_peaks(
    audio: Float[np.ndarray, "time channels"], sample_rate: int
) -> Float[np.ndarray, "time channels"]:
    """Lowers the gain around each peak above −1 dBFS, equally in all channels.

    This is a look-ahead limiter without memory: the gain is the lowest that any nearby peak
    needs, smoothed by a Hann window. It depends on samples no further away than `limiter_reach`.
    A part with that many samples on either side, cut at a multiple of 32 samples, is therefore
    limited exactly like the whole. Samples further away from every peak are not changed at all.

    Args:
        audio: Samples (time, channels), full scale at 1.0.
        sample_rate: Sample rate in Hz.
    """
    if limiting_gain(audio) == 1:
        return audio
    blocks = ceil(len(audio) / _BLOCK_SAMPLES)
    levels = np.abs(audio).max(axis=1).astype(np.float64)
    padded = np.pad(levels, (0, blocks * _BLOCK_SAMPLES - len(audio)))
    peaks = padded.reshape(blocks, _BLOCK_SAMPLES).max(axis=1)
    needed = np.minimum(1, _LIMIT / np.maximum(peaks, 1e-9))
    slope = _slope_blocks(sample_rate)
    window = np.hanning(2 * slope + 3)[1:-1]
    lowest = _windows(needed, slope + 1).min(axis=1)  # one more, because gains are interpolated
    gains = 1 - _windows(1 - lowest, slope) @ (window / window.sum())
    centres = (np.arange(blocks) + 0.5) * _BLOCK_SAMPLES
    gain = np.interp(np.arange(len(audio)) + 0.5, centres, gains)
    return audio * gain.astype(np.float32)[:, None]


def _slope_blocks(sample_rate: int) -> int:
    return max(1, round(_SLOPE_SECONDS * sample_rate / _BLOCK_SAMPLES))


def _windows(values: Float[np.ndarray, " blocks"], reach: int) -> Float[np.ndarray, "blocks _"]:
    """Neighbours of each value up to `reach` away; the first and the last value are repeated."""
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
