"""Repetition of riffs: are notes more alike whole bars apart than at other times?"""

import numpy as np
from jaxtyping import Bool, Float

_STEPS_PER_BEAT = 4
_BAR_STEPS = 4 * _STEPS_PER_BEAT
_REPEATED_BARS = (1, 2, 4, 8)
_FEWEST_BARS = 4


def riff_repetition(
    roll: Bool[np.ndarray, "frames pitches"], beats: Float[np.ndarray, " frames"]
) -> float | None:
    """Similarity of the notes at lags of 1, 2, 4 and 8 bars, less that at other lags.

    The notes are averaged over quarters of a beat. The similarity at a lag is the mean cosine of
    two quarters that are so far apart, of which both have notes. The other lags are those from half
    a bar up to the longest of the bars' lags. A bar has four beats. Lags that leave less than a bar
    of the clip are not used.

    Args:
        roll: Whether a pitch sounds (frames, pitches).
        beats: Position of each frame in beats, from `features.track_beats`.

    Returns:
        −1 to 1; `None` where there are fewer than four bars, or no notes to compare.
    """
    steps = np.floor(beats * _STEPS_PER_BEAT).astype(int) if len(beats) else np.zeros(0, int)
    count = int(steps[-1] - steps[0]) + 1 if len(steps) else 0
    if count < _FEWEST_BARS * _BAR_STEPS:
        return None
    pooled = np.zeros((count, roll.shape[1]))
    np.add.at(pooled, steps - steps[0], roll)
    norms = np.linalg.norm(pooled, axis=1, keepdims=True)
    unit = pooled / np.maximum(norms, 1e-9)
    sounds = norms[:, 0] > 0
    at_bars = [n * _BAR_STEPS for n in _REPEATED_BARS if n * _BAR_STEPS + _BAR_STEPS <= count]
    similarities = {
        lag: (unit[lag:] * unit[:-lag]).sum(axis=1)[sounds[lag:] & sounds[:-lag]]
        for lag in range(_BAR_STEPS // 2, at_bars[-1] + 1)
    }
    means = {lag: float(found.mean()) for lag, found in similarities.items() if len(found)}
    bars = [mean for lag, mean in means.items() if lag in at_bars]
    others = [mean for lag, mean in means.items() if lag not in at_bars]
    return float(np.mean(bars) - np.mean(others)) if bars and others else None
