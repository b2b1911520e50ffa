"""Spectrogram pictures: decibels ↔ [-1, 1], and resizing between grids."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


def scale(
    mel_db: Float[Tensor, "*batch rows columns"],
    low_db: Float[Tensor, "*batch 1 1"] | float,
    high_db: Float[Tensor, "*batch 1 1"] | float,
) -> Float[Tensor, "*batch rows columns"]:
    """Decibels in [low, high] → [-1, 1]."""
    return (mel_db - low_db) * (2 / (high_db - low_db)) - 1


def unscale(
    picture: Float[Tensor, "*batch rows columns"], low_db: float, high_db: float
) -> Float[Tensor, "*batch rows columns"]:
    """Inverse of `scale`."""
    return (picture + 1) * ((high_db - low_db) / 2) + low_db


def resize(
    picture: Float[Tensor, "batch channels _ _"], rows: int, columns: int
) -> Float[Tensor, "batch channels rows columns"]:
    """Bilinear stretch to another grid, as the report's preview does it."""
    if picture.shape[-2:] == (rows, columns):
        return picture
    return functional.interpolate(picture, (rows, columns), mode="bilinear", align_corners=False)


def reduce_to(
    picture: Float[Tensor, "batch channels _ _"], rows: int, columns: int
) -> Float[Tensor, "batch channels rows columns"]:
    """Area mean over the cells of a coarser grid."""
    if picture.shape[-2:] == (rows, columns):
        return picture
    return functional.adaptive_avg_pool2d(picture, (rows, columns))


def mask(
    mel_db: Float[Tensor, "channels mels frames"],
    mask_mels: int,
    mask_frames: int,
    generator: torch.Generator,
) -> Float[Tensor, "channels mels frames"]:
    """Silences one random band and one random stretch (SpecAugment; Park et al. 2019).

    Their widths are uniform from 0 to the given maxima; what is masked takes the segment's minimum.
    """
    masked = mel_db.clone()
    for axis, largest in ((1, mask_mels), (2, mask_frames)):
        width = int(torch.randint(largest + 1, (), generator=generator))
        start = int(torch.randint(mel_db.shape[axis] - width + 1, (), generator=generator))
        masked.narrow(axis, start, width).fill_(mel_db.min())
    return masked
