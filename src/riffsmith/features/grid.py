"""Spectrograms and pictures of them: scaling, resizing, moving means and masks."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


def scale(
    mel_db: Float[Tensor, "*batch rows columns"],
    low_db: Float[Tensor, "*batch 1 1"] | float,
    high_db: Float[Tensor, "*batch 1 1"] | float,
) -> Float[Tensor, "*batch rows columns"]:
    """Scales decibels linearly so that `low_db` becomes -1 and `high_db` becomes 1."""
    return (mel_db - low_db) * (2 / (high_db - low_db)) - 1


def unscale(
    picture: Float[Tensor, "*batch rows columns"], low_db: float, high_db: float
) -> Float[Tensor, "*batch rows columns"]:
    """Scales a picture back to decibels; the inverse of `scale`."""
    return (picture + 1) * ((high_db - low_db) / 2) + low_db


def resize(
    picture: Float[Tensor, "batch channels _ _"], rows: int, columns: int
) -> Float[Tensor, "batch channels rows columns"]:
    """Resizes pictures by bilinear interpolation, as the course report's preview does."""
    if picture.shape[-2:] == (rows, columns):
        return picture
    return functional.interpolate(picture, (rows, columns), mode="bilinear", align_corners=False)


def reduce_to(
    picture: Float[Tensor, "batch channels _ _"], rows: int, columns: int
) -> Float[Tensor, "batch channels rows columns"]:
    """Reduces pictures to a coarser grid; each cell is the mean of the area that it covers."""
    if picture.shape[-2:] == (rows, columns):
        return picture
    return functional.adaptive_avg_pool2d(picture, (rows, columns))


def moving_mean(values: Float[Tensor, "rows columns"], reach: int) -> Float[Tensor, "rows columns"]:
    """Mean over the columns up to `reach` away; beyond the ends the last column is repeated."""
    padded = functional.pad(values[None], (reach, reach), mode="replicate")
    return functional.avg_pool1d(padded, 2 * reach + 1, stride=1)[0]


def mask(
    mel_db: Float[Tensor, "channels mels frames"],
    mask_mels: int,
    mask_frames: int,
    generator: torch.Generator,
) -> Float[Tensor, "channels mels frames"]:
    """Masks one random span of bands and one of frames (SpecAugment; Park et al. 2019).

    The masked values are set to the minimum of the segment.

    Args:
        mel_db: Mel spectrogram of one segment (channels, mels, frames) in dB.
        mask_mels: Largest number of bands to mask; the number is uniform from 0.
        mask_frames: Largest number of frames to mask; the number is uniform from 0.
        generator: Source of the random numbers.
    """
    masked = mel_db.clone()
    for axis, largest in ((1, mask_mels), (2, mask_frames)):
        width = int(torch.randint(largest + 1, (), generator=generator))
        start = int(torch.randint(mel_db.shape[axis] - width + 1, (), generator=generator))
        masked.narrow(axis, start, width).fill_(mel_db.min())
    return masked
