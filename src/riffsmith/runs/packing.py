"""Lossless packing of float tensors: about three quarters of their size, less for rounded ones.

The lower bits of a trained weight are as good as random, but its exponent is not. So the four bytes
of each value are stored apart (all first bytes, then all second ones, ...) and are then deflated.
A value whose lower bits are zero, such as one that was rounded to bfloat16, packs to half of that.
A tensor that is nearly equal to another one is stored as the difference of their bit patterns.
"""

import math
import zlib

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_WIDTH = 4  # bytes of a float32
_LEVEL, _WINDOW_BITS, _MEMORY = 1, 15, 9
_ONE, _LAST = np.uint32(1), np.uint32(31)


def pack(tensor: Tensor, reference: Tensor | None = None) -> Tensor:
    """Packs a float32 tensor.

    Args:
        tensor: Values of any shape, on the CPU.
        reference: Nearly equal values of the same shape, which `unpack` needs again. `None`: the
            tensor is packed by itself.

    Returns:
        The packed bytes, a tensor (bytes) of uint8.
    """
    bits = _bits(tensor)
    # The sign moves to the lowest bit, so that the first byte is the exponent alone.
    moved = _rotate(bits) if reference is None else _fold(bits - _bits(reference))
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS, _MEMORY, zlib.Z_RLE)
    planes = moved.astype("<u4").view(np.uint8).reshape(-1, _WIDTH).T
    content = compressor.compress(np.ascontiguousarray(planes).data) + compressor.flush()
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)


def unpack(packed: Tensor, shape: list[int], reference: Tensor | None = None) -> Tensor:
    """Unpacks what `pack` returned.

    Args:
        packed: Packed bytes, a tensor (bytes) of uint8.
        shape: Shape of the tensor.
        reference: The reference that it was packed with.

    Raises:
        ValueError: The bytes are damaged, or belong to another shape.
    """
    try:
        limit = _WIDTH * math.prod(shape) + 1  # what unpacks to more is not of this shape
        content = zlib.decompressobj().decompress(packed.numpy().tobytes(), limit)
    except zlib.error as cause:
        raise ValueError(f"packed values are damaged: {cause}") from cause
    planes = np.frombuffer(content, np.uint8).reshape(_WIDTH, -1)
    moved = np.ascontiguousarray(planes.T).view("<u4").reshape(-1).astype(np.uint32)
    bits = _rotate_back(moved) if reference is None else _unfold(moved) + _bits(reference)
    return torch.from_numpy(bits.view(np.float32)).reshape(shape)


def _bits(tensor: Tensor) -> NDArray[np.uint32]:
    return tensor.contiguous().reshape(-1).view(torch.int32).numpy().view(np.uint32)


def _rotate(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return bits << _ONE | bits >> _LAST


def _rotate_back(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return bits >> _ONE | bits << _LAST


def _fold(differences: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Small differences of either sign as small numbers."""
    return differences << _ONE ^ -(differences >> _LAST)


def _unfold(folded: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return folded >> _ONE ^ -(folded & _ONE)
