"""Pitch classes and keys of a clip; `features.correlate_keys` says how a key is found."""

from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float

from riffsmith.features import CLASSES, correlate_keys

_WINDOW_SECONDS = 10.0

Roll = Bool[np.ndarray, "frames pitches"]
Durations = Float[np.ndarray, " 12"]


def class_durations(roll: Roll) -> Durations:
    """Number of frames in which each pitch class sounds; the lowest pitch has the first class.

    Args:
        roll: Whether a pitch sounds (frames, pitches).
    """
    durations = np.zeros(CLASSES)
    np.add.at(durations, np.arange(roll.shape[1]) % CLASSES, roll.sum(axis=0))
    return durations


def class_entropy(durations: Durations) -> float | None:
    """Entropy of the pitch classes in bits: 0 for a single one, log2(12) = 3.58 for all alike.

    Args:
        durations: Duration of each pitch class, in any unit.

    Returns:
        The entropy; `None` where nothing sounds.
    """
    if not durations.any():
        return None
    shares = durations[durations > 0] / durations.sum()
    return max(float(-(shares * np.log2(shares)).sum()), 0.0)


def key_clarity(durations: Durations) -> float | None:
    """Correlation of the pitch classes with their best key; `None` where there is no key."""
    correlations = correlate_keys(durations)
    return None if correlations is None else float(correlations.max())


def key_drift(roll: Roll, frames_per_second: float) -> float | None:
    """Share of neighbouring windows of 10 s whose best keys differ.

    Args:
        roll: Whether a pitch sounds (frames, pitches).
        frames_per_second: Frame rate in Hz.

    Returns:
        0 to 1; `None` where fewer than two neighbours have a key.
    """
    size = round(_WINDOW_SECONDS * frames_per_second)
    # the last window of a clip of 30 s may lack a frame of its 10 s
    starts = range(0, len(roll) - size + round(frames_per_second), size)
    found = [correlate_keys(class_durations(roll[start : start + size])) for start in starts]
    keys = [None if each is None else int(each.argmax()) for each in found]
    pairs = [one != other for one, other in pairwise(keys) if one is not None and other is not None]
    return float(np.mean(pairs)) if pairs else None
