"""Random numbers computed from a seed, a purpose and a position, with operations of TorchScript.

The signatures contain no shapes, because TorchScript cannot read them.
"""

import math

import torch
from torch import Tensor


def mix(values: Tensor) -> Tensor:
    """Hashes integers: outputs of the generator SplitMix64 (Steele et al., 2014) for the seed 0.

    Args:
        values: Numbers of the outputs (int64, any shape), counted from 0; products wrap around.
    """
    values = (values + 1) * -7046029254386353131
    values = (values ^ ((values >> 30) & 0x3_FFFF_FFFF)) * -4658895280553007687
    values = (values ^ ((values >> 27) & 0x1F_FFFF_FFFF)) * -7723592293110705685
    return values ^ ((values >> 31) & 0x1_FFFF_FFFF)


def choose(seed: int, purpose: int, numbers: Tensor, count: int) -> Tensor:
    """A random integer from 0 to count − 1 for each number.

    Args:
        seed: Seed of the piece.
        purpose: Number that separates the random numbers of different purposes.
        numbers: Positions of the random numbers (int64, any shape).
        count: Number of possible values.
    """
    return (mix(mix(numbers) ^ _key(seed, purpose, numbers)) & 0x7FFF_FFFF_FFFF_FFFF) % count


def draw_normal(seed: int, purpose: int, channels: int, positions: Tensor) -> Tensor:
    """Standard normal noise (1, channels, positions), by the method of Box and Muller (1958).

    Args:
        seed: Seed of the piece.
        purpose: Number that separates the random numbers of different purposes.
        channels: Number of values for each position.
        positions: Positions (int64, one axis) of any sign.
    """
    rows = torch.arange(channels, device=positions.device)[:, None]
    numbers = mix(mix(positions[None, :] * channels + rows) ^ _key(seed, purpose, positions))
    radius = (-2 * _to_uniform(numbers).log()).sqrt()
    return (radius * (math.tau * _to_uniform(mix(numbers))).cos())[None].to(torch.float32)


def draw_uniform(seed: int, purpose: int, channels: int, positions: Tensor) -> Tensor:
    """Uniform random numbers from 0 to 1 (positions, channels).

    Args:
        seed: Seed of the piece.
        purpose: Number that separates the random numbers of different purposes.
        channels: Number of values for each position.
        positions: Positions (int64, one axis) of any sign.
    """
    columns = torch.arange(channels, device=positions.device)
    numbers = mix(positions[:, None] * channels + columns[None])
    return _to_uniform(mix(numbers ^ _key(seed, purpose, positions))).to(torch.float32)


def _key(seed: int, purpose: int, reference: Tensor) -> Tensor:
    """Hash of a seed and a purpose, on the device of the reference."""
    return mix(mix(torch.full_like(reference[:1], seed)) + purpose)


def _to_uniform(numbers: Tensor) -> Tensor:
    """Uniform numbers in double precision above 0 and up to 1."""
    return (((numbers >> 11) & 0x1F_FFFF_FFFF_FFFF).to(torch.float64) + 0.5) / 2.0**53
