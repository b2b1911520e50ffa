"""Descriptors of music for each frame: loudness, brightness, density and tempo."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


class Descriptors(NamedTuple):
    """Descriptors of each frame, in the order in which a tensor holds all of them."""

    loudness: Tensor
    """Power of all bands together, in decibels."""
    brightness: Tensor
    """Mean logarithm of the bands' frequencies, weighted by magnitude, in octaves."""
    density: Tensor
    """Mean rise of the bands, in nepers per second."""
    tempo: Tensor
    """Tempo in beats per minute."""


def measure_descriptors(
    log_magnitudes: Float[Tensor, "bands frames"],
    frequencies: Float[Tensor, " bands"],
    beats: Float[Tensor, " frames"],
    frames_per_second: float,
) -> Descriptors:
    """Computes the descriptors of each frame.

    Args:
        log_magnitudes: Logarithms of the mel magnitudes (bands, frames), in nepers.
        frequencies: Centre frequency of each band in Hz.
        beats: Position of each frame in beats, from `track_beats`.
        frames_per_second: Frame rate.
    """
    magnitudes = log_magnitudes.double().exp()
    loudness = 10 * (magnitudes.square().sum(0) + 1e-12).log10()
    weights = magnitudes / magnitudes.sum(0).clamp(min=1e-12)
    brightness = (weights * frequencies.double().log2()[:, None]).sum(0)
    rises = functional.pad(log_magnitudes.double().diff(dim=1), (1, 0)).clamp(min=0)
    tempo = torch.gradient(beats.double())[0] * 60 * frames_per_second
    return Descriptors(
        loudness.float(),
        brightness.float(),
        (rises.mean(0) * frames_per_second).float(),
        tempo.float(),
    )
