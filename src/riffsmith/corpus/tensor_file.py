"""A file of tensors in the format of safetensors, of which some need not be in memory.

The format (https://github.com/huggingface/safetensors) is the length of the header in 8 bytes, the
header as JSON, and the values of all tensors without gaps.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from torch import Tensor

from riffsmith.audio import AudioSpool

_ALIGNMENT = 8
_BLOCK_SAMPLES = 1 << 18
_NAMES = {"float32": "F32", "int16": "I16"}


def write_tensors(
    path: Path,
    tensors: Mapping[str, Tensor],
    spools: Mapping[str, AudioSpool[np.int16]],
    metadata: Mapping[str, str],
) -> None:
    """Writes tensors, and after them audio that waits on the disk.

    Args:
        path: File to write.
        tensors: Tensors of type float32 by their names.
        spools: Audio by the names of its tensors (time, channels).
        metadata: Texts by their names.

    Raises:
        OSError: Writing fails.
    """
    arrays = {name: np.ascontiguousarray(tensor.numpy()) for name, tensor in tensors.items()}
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    end = 0
    for name, values in (*arrays.items(), *spools.items()):
        start, end = end, end + int(np.prod(values.shape)) * values.dtype.itemsize
        header[name] = {
            "dtype": _NAMES[values.dtype.name],
            "shape": list(values.shape),
            "data_offsets": [start, end],
        }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for values in arrays.values():
            file.write(values.data)
        for spool in spools.values():
            for block in spool.blocks(_BLOCK_SAMPLES):
                file.write(block.data)
