"""Rounding of prints to a few levels, and packing of the rounded ones.

A rounded value is a digit, the number of its level. As many digits as fit are written into each
byte, and the bytes are compressed (LZMA): neighbouring frames of a print are alike.
"""

import lzma
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BYTE_VALUES = 256
_FILTERS = (
    {"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 22, "lc": 4, "lp": 0, "pb": 0},
)
"""Settings of the compression, which are part of the format of the file."""


def round_values(
    values: NDArray[np.float32], edges: Sequence[float]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Rounds values to one level for each range between two edges.

    Args:
        values: Values of any shape.
        edges: Edges between the ranges, ascending.

    Returns:
        The levels (ranges,), each the mean of the values in its range, and the number of the level
        of each value, in the shape of the values.
    """
    digits = np.digitize(values, edges).astype(np.uint8)
    base = len(edges) + 1
    counts = np.bincount(digits.ravel(), minlength=base)
    sums = np.bincount(digits.ravel(), weights=values.ravel(), minlength=base)
    return (sums / np.maximum(counts, 1)).astype(np.float32), digits


def pack_digits(digits: NDArray[np.uint8], base: int) -> NDArray[np.uint8]:
    """Packs digits below a base, in the order of their rows.

    Args:
        digits: Digits of any shape.
        base: Number of different digits, from 2 to 256.

    Returns:
        Compressed bytes (bytes,), for `unpack_digits`.
    """
    powers = _powers(base)
    rows = np.zeros((-(-digits.size // len(powers)), len(powers)), np.uint8)
    rows.reshape(-1)[: digits.size] = digits.ravel()
    content = (rows @ powers).astype(np.uint8).tobytes()
    packed = lzma.compress(content, format=lzma.FORMAT_RAW, filters=_FILTERS)
    return np.frombuffer(packed, np.uint8)


def unpack_digits(packed: NDArray[np.uint8], base: int, count: int) -> NDArray[np.uint8]:
    """Unpacks what `pack_digits` returned.

    Args:
        packed: Compressed bytes (bytes,).
        base: Number of different digits.
        count: Number of digits that were packed. No more memory than they need is used, whatever
            the bytes are.

    Returns:
        The digits (count,).

    Raises:
        ValueError: The bytes are damaged, or hold another number of digits.
    """
    powers = _powers(base)
    size = -(-count // len(powers))
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS)
    try:
        content = decompressor.decompress(packed.tobytes(), max_length=size + 1)
    except lzma.LZMAError as cause:
        raise ValueError(f"packed values are damaged: {cause}") from cause
    if len(content) != size:
        raise ValueError(f"packed values do not have the length of {count} digits")
    whole = np.frombuffer(content, np.uint8)[:, None]
    return (whole // powers % base).astype(np.uint8).reshape(-1)[:count]


def _powers(base: int) -> NDArray[np.int64]:
    """Value of each digit of a byte."""
    digits = 1
    while base ** (digits + 1) <= _BYTE_VALUES:
        digits += 1
    return base ** np.arange(digits)
