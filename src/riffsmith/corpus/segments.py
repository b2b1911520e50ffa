"""Segments: recordings cut to fixed lengths, and their spectrogram pictures in decibels."""

from collections.abc import Iterable, Iterator
from math import ceil

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import AudioSpool, RecordingCode, RecordingRemark
from riffsmith.config import CorpusSettings
from riffsmith.corpus.entry import FULL_SCALE, SurveyEntry
from riffsmith.features import MelTransform, mask, resize, shift_pitch

ROUNDING_SECONDS = 0.0005
"""An entry's length may be too long by so much, because it is rounded."""


def count_segments(samples: int, settings: CorpusSettings) -> int:
    """Number of segments of a recording that follow each other without gaps.

    The last one may be incomplete: it is padded if it lacks at most `settings.pad_fraction`.

    Args:
        samples: Length of the recording in samples.
        settings: Settings of the corpus.
    """
    padding = settings.pad_fraction * settings.segment_samples
    return int((samples + padding) // settings.segment_samples)


def minimum_seconds(settings: CorpusSettings) -> float:
    """Length of the shortest recording that can be used.

    A picture is padded where a little is missing. Windows of audio are not.
    """
    padding = settings.pad_fraction if settings.store == "pictures" else 0.0
    return ceil((1 - padding) * settings.segment_samples) / settings.sample_rate


def is_short(entry: SurveyEntry, settings: CorpusSettings) -> bool:
    """Whether a file can be used, but not by itself, because it is too short for a segment.

    Args:
        entry: Entry of a file.
        settings: Settings of the corpus.
    """
    return entry.usable and entry.seconds - ROUNDING_SECONDS < minimum_seconds(settings)


def refuse_short(entry: SurveyEntry, settings: CorpusSettings) -> SurveyEntry:
    """The entry of a file, which is skipped where its recording is too short for a segment.

    Args:
        entry: Entry of a file.
        settings: Settings of the corpus.
    """
    if not is_short(entry, settings):
        return entry
    needed = minimum_seconds(settings)
    refusal = RecordingRemark.of(RecordingCode.TOO_SHORT, seconds=entry.seconds, needed=needed)
    return entry.model_copy(update={"refusal": refusal})


def cut_segments(
    audio: AudioSpool[np.int16], settings: CorpusSettings
) -> Iterator[Float[Tensor, "channels samples"]]:
    """Cuts stored audio into segments; an incomplete last one is padded with silence or dropped."""
    length = settings.segment_samples
    for block in audio.blocks(length, count_segments(len(audio), settings) * length):
        samples = torch.from_numpy(block).to(torch.float32).div_(FULL_SCALE)
        padded = torch.nn.functional.pad(samples, (0, 0, 0, length - len(samples)))
        yield padded.T.contiguous()


def to_pictures(
    segments: Iterable[Float[Tensor, "channels samples"]],
    count: int,
    settings: CorpusSettings,
    transform: MelTransform,
    augmentation_seed: int | None,
) -> tuple[Float[Tensor, "segments channels rows columns"], Float[Tensor, "segments 2"]]:
    """Computes the mel spectrograms of segments in the stored size.

    Args:
        segments: Samples (channels, samples) of each segment, full scale at 1. They are read one
            at a time, so that not all need be in memory.
        count: Number of segments.
        settings: Settings of the transform, the size and the augmentation.
        transform: The transform of these settings, built once by the caller.
        augmentation_seed: Seed of pitch shifts and masks. `None`: no augmentation.

    Returns:
        Pictures (segments, channels, rows, columns) in dB, and the smallest and the largest
        decibels of each segment before resizing (segments, 2).
    """
    rows, columns = settings.grid
    pictures = torch.empty(count, settings.channel_count, rows, columns)
    ranges = torch.empty(count, 2)
    generator = torch.Generator().manual_seed(augmentation_seed or 0)
    augment = augmentation_seed is not None
    for index, audio in enumerate(segments):  # One at a time fits the processor's cache.
        if augment and settings.pitch_shift_semitones:
            draw = float(torch.rand((), generator=generator)) * 2 - 1
            audio = shift_pitch(audio, draw * settings.pitch_shift_semitones)
        mel_db = transform.to_db(audio)
        ranges[index, 0], ranges[index, 1] = mel_db.min(), mel_db.max()
        if augment and (settings.mask_mels or settings.mask_frames):
            mel_db = mask(mel_db, settings.mask_mels, settings.mask_frames, generator)
        pictures[index] = resize(mel_db[None], rows, columns)[0]
    return pictures, ranges
