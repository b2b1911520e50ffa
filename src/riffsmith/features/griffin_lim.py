"""Phase for a magnitude spectrogram: fast Griffin-Lim.

Perraudin, Balazs and Søndergaard, "A fast Griffin-Lim algorithm", WASPAA 2013: alternating
projections with momentum α = 0.99 (their algorithm 2).
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
    """Audio whose STFT magnitudes approach the given ones.

    Args:
        magnitudes: Linear magnitudes of `transform.stft`.
        transform: The STFT that the magnitudes belong to; another would change speed and pitch.
        time: Length of the result in samples.
        seed: Of the random phases to start from.
        iterations: Projections; each costs one STFT and one inverse.
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
