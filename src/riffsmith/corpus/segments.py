"""Recordings → fixed-length segments → spectrogram pictures in decibels."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import torch
from jaxtyping import Float, Int16
from torch import Tensor

from riffsmith.config import CorpusSettings
from riffsmith.corpus.survey import FULL_SCALE
from riffsmith.features import MelTransform, mask, resize, shift_pitch


def count_segments(samples: int, settings: CorpusSettings) -> int:
    """Whole segments of a recording back to back, and a last one padded if it lacks little."""
    lacking = settings.pad_fraction * settings.segment_samples
    return int((samples + lacking) // settings.segment_samples)


def estimate_training_segments(seconds: Sequence[float], settings: CorpusSettings) -> int:
    """About how many segments training will see, from the recordings' lengths alone."""
    segments = sum(count_segments(round(s * settings.sample_rate), settings) for s in seconds)
    if settings.held_out_fraction == 0 or len(seconds) < 2:
        return segments
    held_out = max(1, round(settings.held_out_fraction * len(seconds)))
    return round(segments * (1 - held_out / len(seconds)))


def minimum_seconds(settings: CorpusSettings) -> float:
    """The shortest recording that still gives a segment."""
    samples = ceil((1 - settings.pad_fraction) * settings.segment_samples)
    return samples / settings.sample_rate


def cut_segments(
    audio: Int16[np.ndarray, "time channels"], settings: CorpusSettings
) -> Float[Tensor, "segments channels samples"]:
    """Cuts stored audio; the rest is dropped, or padded with silence where it lacks little."""
    count = count_segments(len(audio), settings)
    wanted = count * settings.segment_samples
    samples = torch.from_numpy(audio[:wanted]).to(torch.float32).div_(FULL_SCALE)
    samples = torch.nn.functional.pad(samples, (0, 0, 0, wanted - len(samples)))
    return samples.reshape(count, settings.segment_samples, -1).transpose(1, 2).contiguous()


def to_pictures(
    segments: Float[Tensor, "segments channels samples"],
    settings: CorpusSettings,
    transform: MelTransform,
    augmentation_seed: int | None,
) -> tuple[Float[Tensor, "segments channels rows columns"], Float[Tensor, "segments 2"]]:
    """Spectrograms on the storage grid, in dB, and each segment's range before resizing.

    Args:
        segments: Audio with full scale at 1.
        settings: Which transform, grid and augmentation.
        transform: `MelTransform.of(settings)`, built once by the caller.
        augmentation_seed: Of pitch shifts and masks; none leaves the segments as they are.
    """
    rows, columns = settings.grid
    pictures = torch.empty(len(segments), segments.shape[1], rows, columns)
    ranges = torch.empty(len(segments), 2)
    generator = torch.Generator().manual_seed(augmentation_seed or 0)
    augment = augmentation_seed is not None
    for index, audio in enumerate(segments):  # one at a time stays within the processor's cache
        if augment and settings.pitch_shift_semitones:
            draw = float(torch.rand((), generator=generator)) * 2 - 1
            audio = shift_pitch(audio, draw * settings.pitch_shift_semitones)
        mel_db = transform.to_db(audio)
        ranges[index, 0], ranges[index, 1] = mel_db.min(), mel_db.max()
        if augment and (settings.mask_mels or settings.mask_frames):
            mel_db = mask(mel_db, settings.mask_mels, settings.mask_frames, generator)
        pictures[index] = resize(mel_db[None], rows, columns)[0]
    return pictures, ranges
