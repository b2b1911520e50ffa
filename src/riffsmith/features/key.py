"""Keys by the profiles of Krumhansl.

A key is found as in Krumhansl, "Cognitive Foundations of Musical Pitch", 1990, chapter 4: by the
correlation of the durations of the pitch classes with the profiles of the 24 keys.
"""

import numpy as np
from jaxtyping import Float

CLASSES = 12
"""Pitch classes of an octave."""
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_PROFILES = np.array([np.roll(mode, tonic) for mode in (_MAJOR, _MINOR) for tonic in range(12)])

Durations = Float[np.ndarray, " 12"]


def correlate_keys(durations: Durations) -> Float[np.ndarray, " 24"] | None:
    """Correlation of the durations with each key: major on each of the 12 classes, then minor.

    Args:
        durations: Duration of each pitch class, in any unit.

    Returns:
        The correlations; `None` where all classes have the same duration.
    """
    centred = durations - durations.mean()
    norm = np.linalg.norm(centred)
    if norm == 0:
        return None
    profiles = _PROFILES - _PROFILES.mean(axis=1, keepdims=True)
    return profiles @ centred / (np.linalg.norm(profiles, axis=1) * norm)
