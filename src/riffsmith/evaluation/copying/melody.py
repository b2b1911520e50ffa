"""Melody prints: which notes sound and begin, ten times a second, from a transcription.

The sequence of the notes must count, not the key, the register or how dense the music is. Each
pitch is therefore measured from its own mean over the surrounding eight seconds: a note that goes
on, or that sounds at random, adds little. A transposition shifts a print along the pitches, as in
the search for cover songs by cross-correlation of chroma (Ellis and Poliner, "Identifying cover
songs with chroma features and dynamic programming beat tracking", ICASSP 2007). All 88 pitches are
kept: folded into twelve classes, notes of another codec or instrument were found less often.
"""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.evaluation.copying.representation import Alteration, CopyKind, Representation
from riffsmith.transcription.transcribe import FRAMES_PER_SECOND, transcribe

_FRAMES_PER_SECOND = 10
_CONTEXT_FRAMES = 40  # on each side of the frame whose expected value is the mean
_LARGEST_SEMITONES = 6
_SPEEDS = (0.92, 1.0, 1.08)


def melody_print(audio: Float[np.ndarray, " time"], sample_rate: int) -> Float[Tensor, "88 frames"]:
    """Print of the notes of a piece; frame i covers the tenth of a second from i / 10 s on.

    A value is the mean probability that the pitch sounds in the frame plus the highest probability
    that it begins, less the mean of both over four seconds to either side. Silence gives 0.
    Probabilities are not compared with a threshold: behind a codec the right notes are less
    probable, and still more probable than others.

    Args:
        audio: Mono samples (time,).
        sample_rate: Sample rate in Hz.
    """
    found = transcribe(audio, sample_rate)
    frames = len(found.notes)
    numbers = (np.arange(frames) * (_FRAMES_PER_SECOND / FRAMES_PER_SECOND)).astype(int)
    count = int(numbers[-1]) + 1 if frames else 0
    first = np.searchsorted(numbers, np.arange(count + 1))
    if count == 0:
        return torch.zeros(found.notes.shape[1], 0)
    sounding = np.add.reduceat(found.notes, first[:-1], axis=0) / np.diff(first)[:, None]
    beginning = np.maximum.reduceat(found.onsets, first[:-1], axis=0)
    activity = torch.from_numpy((sounding + beginning).astype(np.float32).T.copy())
    return (activity - _moving_mean(activity)).contiguous()


def _moving_mean(activity: Float[Tensor, "88 frames"]) -> Float[Tensor, "88 frames"]:
    """Mean over the surrounding frames; those beyond the ends do not count."""
    return functional.avg_pool1d(
        activity[None],
        2 * _CONTEXT_FRAMES + 1,
        stride=1,
        padding=_CONTEXT_FRAMES,
        count_include_pad=False,
    )[0]


MELODY = Representation(
    kind=CopyKind.MELODY,
    version="basic-pitch 0.4.0/1",
    describe=melody_print,
    hop_seconds=lambda _: 1 / _FRAMES_PER_SECOND,
    is_stored=True,
    window_seconds=10.0,
    window_frames=10 * _FRAMES_PER_SECOND,
    step_frames=_FRAMES_PER_SECOND,
    held_out_step_frames=2,
    section_frames=3 * _FRAMES_PER_SECOND,
    parts=4,
    flat_rms=0.03,
    judged_rms=0.03,
    bands_per_semitone=1,
    alterations=tuple(
        Alteration(float(semitones), speed)
        for speed in _SPEEDS
        for semitones in range(-_LARGEST_SEMITONES, _LARGEST_SEMITONES + 1)
    ),
    index_edges=tuple(number / 10 - 0.45 for number in range(15)),
)
"""Notes of windows of 10 s, in four parts. A window whose root mean square is below 0.03, that of
about one note in four seconds, has too few notes to be judged."""
