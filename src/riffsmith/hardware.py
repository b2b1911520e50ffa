"""Capabilities of the machine."""

from contextlib import AbstractContextManager

import torch


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware; without that, bfloat16 is slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    checks = (
        "_is_amx_tile_supported",
        "_is_avx512_bf16_supported",
    )  # Torch has no public names for them.
    return any(getattr(torch.cpu, name, bool)() for name in checks)


def playing_precision(device: torch.device) -> AbstractContextManager[object]:
    """Context for running networks without training: bfloat16 if the device has it in hardware."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16(device))
