"""Pieces of audio in a row, each faded into the next."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float


def join(
    pieces: Iterable[Float[np.ndarray, "piece channels"]], count: int, fade: int
) -> Float[np.ndarray, "time channels"]:
    """Pieces of equal length in a row, each faded into the next at equal power.

    Args:
        pieces: Taken one after the other, so that they need not all be there at once.
        count: How many there are, at least one.
        fade: Samples that neighbours share.
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
