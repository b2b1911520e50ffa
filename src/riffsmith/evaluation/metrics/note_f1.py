"""Agreement of the notes of a reconstruction with those of the original."""

import numpy as np
from jaxtyping import Bool


def note_f1(
    found: Bool[np.ndarray, "found_frames pitches"],
    expected: Bool[np.ndarray, "expected_frames pitches"],
) -> float | None:
    """F1 over frames and pitches: 2 × both / (found + expected) of the sounding ones.

    Args:
        found: Roll of the reconstruction (frames, pitches).
        expected: Roll of the original; what is longer is cut.

    Returns:
        0 to 1; `None` where nothing sounds in either.
    """
    length = min(len(found), len(expected))
    found, expected = found[:length], expected[:length]
    total = int(found.sum()) + int(expected.sum())
    return 2 * int((found & expected).sum()) / total if total else None
