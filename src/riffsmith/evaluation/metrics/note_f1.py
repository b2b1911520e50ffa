"""F1 score of the notes of a reconstruction."""

import numpy as np
from jaxtyping import Bool


def note_f1(
    found: Bool[np.ndarray, "frames pitches"], expected: Bool[np.ndarray, "frames pitches"]
) -> float | None:
    """Harmonic mean of precision and recall over all pitches of all frames.

    Args:
        found: Whether a pitch sounds in a frame of the reconstruction.
        expected: The same of the original; of two lengths the shorter one counts.

    Returns:
        From 0 to 1. `None`: neither has a note.
    """
    frames = min(len(found), len(expected))
    found, expected = found[:frames], expected[:frames]
    notes = int(found.sum()) + int(expected.sum())
    return 2 * int((found & expected).sum()) / notes if notes else None
