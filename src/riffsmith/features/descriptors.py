"""How loud, bright and busy music is, frame by frame."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


class Descriptors(NamedTuple):
    """Plain descriptions of music, in this order wherever they are held in a tensor."""

    loudness: Tensor
    """Decibels, of the power over all bands."""
    brightness: Tensor
    """Octaves: mean logarithm of the bands' frequencies, weighted by magnitude."""
    density: Tensor
    """Nepers a second that the bands rise by on average."""
    tempo: Tensor
    """Beats a minute."""


def measure_descriptors(
    log_magnitudes: Float[Tensor, "bands frames"],
    frequencies: Float[Tensor, " bands"],
    beats: Float[Tensor, " frames"],
    frames_per_second: float,
) -> Descriptors:
    """Each value for every frame.

    Args:
        log_magnitudes: Of mel bands, in nepers.
        frequencies: Of the bands' middles in Hz.
        beats: Position of each frame in beats.
        frames_per_second: The rate.
    """
    magnitudes = log_magnitudes.double().exp()
    loudness = 10 * (magnitudes.square().sum(0) + 1e-12).log10()
    shares = magnitudes / magnitudes.sum(0).clamp(min=1e-12)
    brightness = (shares * frequencies.double().log2()[:, None]).sum(0)
    rises = functional.pad(log_magnitudes.double().diff(dim=1), (1, 0)).clamp(min=0)
    tempo = torch.gradient(beats.double())[0] * 60 * frames_per_second
    return Descriptors(
        loudness.float(),
        brightness.float(),
        (rises.mean(0) * frames_per_second).float(),
        tempo.float(),
    )
