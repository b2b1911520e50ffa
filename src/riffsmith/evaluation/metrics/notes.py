"""Notes of a clip: how many sound at a time, how many begin, and whether they last.

All functions take a roll: whether each pitch sounds in each frame.
"""

import numpy as np
from jaxtyping import Bool

Roll = Bool[np.ndarray, "frames pitches"]


def mean_polyphony(roll: Roll) -> float:
    """Mean number of pitches that sound in a frame; 0 without frames.

    Args:
        roll: Whether a pitch sounds (frames, pitches).
    """
    return float(roll.sum(axis=1).mean()) if len(roll) else 0.0


def onset_rate(roll: Roll, frames_per_second: float) -> float:
    """Notes that begin in a second: pitches that sound and did not in the frame before.

    Args:
        roll: Whether a pitch sounds (frames, pitches).
        frames_per_second: Frame rate in Hz.
    """
    began = roll[1:] & ~roll[:-1]
    return float(began.sum() * frames_per_second / len(roll)) if len(roll) else 0.0


def persistence(roll: Roll, frames_per_second: float, seconds: float) -> float | None:
    """Probability that a note that sounds is sounding some time later, less that of chance.

    Chance is the same probability for frames in random order, Σ p² / Σ p over the shares p of the
    frames in which each pitch sounds. Pitches that flicker have a persistence near 0.

    Args:
        roll: Whether a pitch sounds (frames, pitches).
        frames_per_second: Frame rate in Hz.
        seconds: Time between the two frames in seconds, rounded to whole frames.

    Returns:
        −1 to 1; `None` where nothing sounds, or the roll is too short.
    """
    lag = round(seconds * frames_per_second)
    before, after = roll[:-lag], roll[lag:]
    if not before.any():
        return None
    shares = roll.mean(axis=0)
    chance = np.square(shares).sum() / shares.sum()
    return float((before & after).sum() / before.sum() - chance)
