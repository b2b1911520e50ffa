"""Checksums of a tensor by blocks of rows, so that a part is read without reading the whole."""

import zlib

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, PositiveInt
from torch import Tensor

from riffsmith.audio import AudioSpool

_BLOCK_BYTES = 2**20


class BlockChecksums(BaseModel):
    """Checksums of all blocks of a tensor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: PositiveInt
    """Rows of a block; the last one may have fewer."""
    values: tuple[int, ...]

    def blocks_of(self, start: int, stop: int) -> range:
        """Numbers of the blocks that the rows from `start` up to `stop` lie in."""
        return range(start // self.rows, -(-stop // self.rows))

    def slice_of(self, number: int) -> slice:
        """Rows of a block."""
        return slice(number * self.rows, (number + 1) * self.rows)

    def fits(self, number: int, block: Tensor) -> bool:
        """Whether a block has its checksum.

        Args:
            number: Number of the block.
            block: Its rows as they were read.
        """
        return number < len(self.values) and _checksum_of_rows(block) == self.values[number]


def measure_blocks(rows: Tensor | AudioSpool[np.int16]) -> BlockChecksums:
    """Measures the checksums of a tensor (rows, ...), or of audio that waits on the disk."""
    if isinstance(rows, Tensor):
        count = _rows_of_block(rows[:1].numel() * rows.element_size())
        blocks = iter(rows.split(count))
    else:
        count = _rows_of_block(rows.shape[1] * rows.dtype.itemsize)
        blocks = map(torch.from_numpy, rows.blocks(count))
    return BlockChecksums(rows=count, values=tuple(map(_checksum_of_rows, blocks)))


def _rows_of_block(row_bytes: int) -> int:
    return max(1, _BLOCK_BYTES // max(1, row_bytes))


def checksum_of(content: bytes) -> int:
    """CRC-32 of bytes: it finds what happens by accident, at the speed of reading."""
    return zlib.crc32(content)


def _checksum_of_rows(rows: Tensor) -> int:
    kind = f"{rows.dtype} {tuple(rows.shape[1:])}"
    return zlib.crc32(rows.contiguous().flatten().numpy().data, zlib.crc32(kind.encode()))
