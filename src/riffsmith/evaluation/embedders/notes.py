"""notes: an embedding of what is played, from a transcription to notes.

`musicnn` and `aisfx` do not notice when the notes are missing from music of the right colour. This
embedding knows nothing but notes: how many sound, how long, at which intervals and in which
register. The key does not change it.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from riffsmith.evaluation.metrics.key import class_durations
from riffsmith.evaluation.metrics.notes import onset_rate
from riffsmith.features import CLASSES, correlate_keys
from riffsmith.transcription.basic_pitch import HOP_SAMPLES, PITCHES, SAMPLE_RATE
from riffsmith.transcription.transcribe import (
    FRAMES_PER_SECOND,
    Transcription,
    transcribe,
)

_WINDOW_FRAMES, _HOP_FRAMES = 4 * 142, 2 * 142
"""Frames of a window, 6.6 s, and between two of them."""
_DURATION_EDGES = (4, 8, 16, 32, 64)
"""Frames at which the classes of durations begin; the shortest class has less."""
_USUAL_POLYPHONY, _USUAL_ONSET_RATE, _REGISTER_SEMITONES = 1.5, 8.0, 24.0
"""Values by which features are divided, so that they are about as large as the histograms."""
_DIMENSION = 5 + len(_DURATION_EDGES) + 1 + 3 * CLASSES

Roll = Bool[np.ndarray, "frames 88"]
Histogram = Float[np.ndarray, " classes"]


def describe_notes(roll: Roll) -> Float[np.ndarray, " 47"]:
    """Features of the notes of a window.

    In order: mean and deviation of the number of notes, onset rate, mean and deviation of the
    register, then histograms, each of sum 1: durations; intervals between pitches that sound
    together, and between successive onsets, both within an octave; pitch classes from the tonic of
    the best key. Without any notes all are 0.

    Args:
        roll: Whether a pitch sounds (frames, 88).
    """
    counts = roll.sum(axis=1)
    sounding = np.nonzero(roll)[1]
    register = (sounding.mean() - PITCHES / 2, sounding.std()) if len(sounding) else (0.0, 0.0)
    numbers = np.array(
        [
            counts.mean() / _USUAL_POLYPHONY,
            counts.std() / _USUAL_POLYPHONY,
            onset_rate(roll, FRAMES_PER_SECOND) / _USUAL_ONSET_RATE,
            register[0] / _REGISTER_SEMITONES,
            register[1] / _REGISTER_SEMITONES,
        ]
    )
    return np.concatenate(
        [
            numbers,
            _durations(roll),
            _chord_intervals(roll),
            _melodic_intervals(roll),
            _degrees(roll),
        ]
    )


def _durations(roll: Roll) -> Histogram:
    padded = np.pad(roll, ((1, 1), (0, 0))).astype(np.int8).T
    changes = np.diff(padded, axis=1)
    lengths = np.nonzero(changes == -1)[1] - np.nonzero(changes == 1)[1]
    classes = np.searchsorted(_DURATION_EDGES, lengths, side="right")
    return _shares(classes, len(_DURATION_EDGES) + 1)


def _chord_intervals(roll: Roll) -> Histogram:
    """Intervals of all pairs of pitches that sound in the same frame, modulo an octave."""
    together = roll.T.astype(np.float64) @ roll
    low, high = np.triu_indices(PITCHES, 1)
    found = np.bincount((high - low) % CLASSES, together[low, high], CLASSES)
    return found / max(found.sum(), 1.0)


def _melodic_intervals(roll: Roll) -> Histogram:
    """Steps up from the highest pitch of an onset to that of the next, modulo an octave."""
    began = roll[1:] & ~roll[:-1]
    frames = began[began.any(axis=1)]
    highest = PITCHES - 1 - frames[:, ::-1].argmax(axis=1)
    return _shares(np.diff(highest) % CLASSES, CLASSES)


def _degrees(roll: Roll) -> Histogram:
    durations = class_durations(roll)
    correlations = correlate_keys(durations)
    tonic = 0 if correlations is None else int(correlations.argmax()) % CLASSES
    return np.roll(durations, -tonic) / max(durations.sum(), 1.0)


def _shares(classes: np.ndarray, count: int) -> Histogram:
    return np.bincount(classes, minlength=count) / max(len(classes), 1)


@dataclass(frozen=True)
class NotesEmbedder:
    """The embedder `notes`: one vector of 47 values for each window of 6.6 s at 22.05 kHz."""

    name: str = "notes"
    version: str = "basic-pitch 0.4.0/2"
    """Version of the weights / version of the features; it changes when the vectors do."""
    sample_rate: int = SAMPLE_RATE
    window_seconds: float = _WINDOW_FRAMES / FRAMES_PER_SECOND
    hop_seconds: float = _HOP_FRAMES / FRAMES_PER_SECOND
    dimension: int = _DIMENSION

    def embed(self, windows: Float[Tensor, "windows samples"]) -> Float[Tensor, "windows 47"]:
        """Features of the notes of mono windows (windows, 145408) at 22.05 kHz, each for itself."""
        found = [transcribe(window.numpy(), SAMPLE_RATE) for window in windows]
        return torch.cat([self.embed_transcription(each) for each in found])

    def embed_transcription(self, found: Transcription) -> Float[Tensor, "windows 47"]:
        """Features of the notes of a whole piece, in windows that overlap by a half.

        Args:
            found: Transcription of a piece of at least one window.
        """
        roll = found.roll()
        whole = found.samples // HOP_SAMPLES  # the last frame may be a part
        starts = range(0, max(whole - _WINDOW_FRAMES, 0) + 1, _HOP_FRAMES)
        rows = [describe_notes(roll[start : start + _WINDOW_FRAMES]) for start in starts]
        return torch.from_numpy(np.stack(rows)).float()
