"""Phase reconstruction for magnitude spectrograms by the fast Griffin-Lim algorithm.

The method alternates projections with a momentum α of 0.99: Perraudin, Balazs and Søndergaard, "A
fast Griffin-Lim algorithm", WASPAA 2013, algorithm 2.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.features.mel import MelTransform

MOMENTUM = 0.99


def griffin_lim(
    magnitudes: Float[Tensor, "*batch bins frames"],
    transform: MelTransform,
    time: int,
    *,
    seed: int = 0,
    iterations: int = 32,
) -> Float[Tensor, "*batch time"]:
    """Finds audio whose STFT magnitudes approximate the given ones.

    Args:
        magnitudes: Linear magnitudes (*batch, bins, frames) of `transform.stft`.
        transform: Transform that the magnitudes belong to; another one would change speed and
            pitch.
        time: Length of the result in samples.
        seed: Seed of the random initial phases.
        iterations: Number of projections; each costs one STFT and one inverse STFT.
    """
    phases = torch.rand(magnitudes.shape, generator=torch.Generator().manual_seed(seed))
    estimate = torch.polar(magnitudes, 2 * torch.pi * phases)
    previous = torch.zeros_like(estimate)
    for _ in range(iterations):
        projected = transform.stft(transform.istft(estimate, time))
        accelerated = projected + MOMENTUM * (projected - previous)
        previous = projected
        estimate = magnitudes * accelerated / accelerated.abs().clamp_min(1e-16)
    return transform.istft(estimate, time)
