"""What the machine can do."""

from contextlib import AbstractContextManager

import torch


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware (elsewhere it would be slower)."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    checks = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")  # torch has no public names
    return any(getattr(torch.cpu, name, bool)() for name in checks)


def playing_precision(device: torch.device) -> AbstractContextManager[object]:
    """The context that networks play in: bfloat16 where it is faster."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device))
