"""Random numbers as a function of what they are for, in what TorchScript knows.

Written without shapes in the signatures, which TorchScript cannot read.
"""

import math

import torch
from torch import Tensor


def mix(values: Tensor) -> Tensor:
    """Integers to integers that show no pattern: outputs of SplitMix64 (Steele et al., 2014).

    Args:
        values: Numbers of the outputs, for the seed 0; 64 bits, whose products wrap around.
    """
    values = (values + 1) * -7046029254386353131
    values = (values ^ ((values >> 30) & 0x3_FFFF_FFFF)) * -4658895280553007687
    values = (values ^ ((values >> 27) & 0x1F_FFFF_FFFF)) * -7723592293110705685
    return values ^ ((values >> 31) & 0x1_FFFF_FFFF)


def choose(seed: int, purpose: int, numbers: Tensor, count: int) -> Tensor:
    """For each number one of [0, count)."""
    return (mix(mix(numbers) ^ _key(seed, purpose, numbers)) & 0x7FFF_FFFF_FFFF_FFFF) % count


def draw_normal(seed: int, purpose: int, channels: int, places: Tensor) -> Tensor:
    """Standard normal noise (1, channels, places), by the method of Box and Muller (1958).

    Args:
        seed: Of the piece.
        purpose: A number for what it is for.
        channels: At each place.
        places: Integers, of any sign.
    """
    rows = torch.arange(channels, device=places.device)[:, None]
    numbers = mix(mix(places[None, :] * channels + rows) ^ _key(seed, purpose, places))
    radius = (-2 * _share(numbers).log()).sqrt()
    return (radius * (math.tau * _share(mix(numbers))).cos())[None].to(torch.float32)


def _key(seed: int, purpose: int, like: Tensor) -> Tensor:
    return mix(mix(torch.full_like(like[:1], seed)) + purpose)


def _share(numbers: Tensor) -> Tensor:
    """From 0 (never reached) to 1."""
    return (((numbers >> 11) & 0x1F_FFFF_FFFF_FFFF).to(torch.float64) + 0.5) / 2.0**53
