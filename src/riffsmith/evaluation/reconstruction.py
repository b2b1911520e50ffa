"""What a codec keeps of a recording: a comparison of the recording with its reconstruction."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict

from riffsmith.evaluation.embedders.embedder import Embedder, build_embedders
from riffsmith.evaluation.embedders.embedding import embed_audio, mix_to_mono
from riffsmith.evaluation.metrics.kad import kernel_distance
from riffsmith.evaluation.metrics.note_f1 import note_f1
from riffsmith.features import MelTransform
from riffsmith.transcription.transcribe import transcribe

_MELS = 128
_RANGE_DB = 60.0
"""Bands further below the loudest one are not compared."""


class ReconstructionScore(BaseModel):
    """How near a reconstruction is to its original; `riffsmith reconstruct` prints it."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    note_f1: float | None
    """F1 score of the notes in each frame. `None`: neither has notes."""
    mel_error_db: float
    """Mean absolute difference of 128 mel bands in decibels."""
    distances: dict[str, float]
    """KAD between the windows of both, by the name of the embedder; 0 is equal."""


def score_reconstruction(
    original: Float[np.ndarray, "time channels"],
    reconstruction: Float[np.ndarray, "time channels"],
    sample_rate: int,
    embedders: Sequence[Embedder] | None = None,
) -> ReconstructionScore:
    """Compares a reconstruction with its original, frame by frame and window by window.

    Args:
        original: Samples of the recording.
        reconstruction: Samples of the same length.
        sample_rate: Sample rate of both in Hz.
        embedders: Networks of the distances. `None`: the built-in ones.

    Raises:
        AudioError: The audio is shorter than a window of an embedder.
    """
    pair = [mix_to_mono(audio) for audio in (original, reconstruction)]
    rolls = [transcribe(mono, sample_rate).roll() for mono in pair]
    distances: dict[str, float] = {}
    for embedder in embedders or build_embedders():
        ours, theirs = (
            embed_audio(audio, sample_rate, embedder) for audio in (reconstruction, original)
        )
        distances[f"kad_{embedder.name}"] = kernel_distance(ours, theirs)
    return ReconstructionScore(
        seconds=len(original) / sample_rate,
        note_f1=note_f1(rolls[1], rolls[0]),
        mel_error_db=_mel_error(pair[0], pair[1], sample_rate),
        distances=distances,
    )


def _mel_error(
    original: Float[np.ndarray, " time"], other: Float[np.ndarray, " time"], sample_rate: int
) -> float:
    hop = round(sample_rate * 0.0116)
    transform = MelTransform(sample_rate, 4 * hop, hop, _MELS)
    levels = [
        transform.to_db(torch.from_numpy(np.ascontiguousarray(mono, np.float32))).numpy()
        for mono in (original, other)
    ]
    floor = max(level.max() for level in levels) - _RANGE_DB
    clipped = [np.maximum(level, floor) for level in levels]
    return float(np.abs(clipped[0] - clipped[1]).mean())
