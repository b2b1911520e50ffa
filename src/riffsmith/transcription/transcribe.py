"""Transcription of audio of any length: the notes that sound and begin in each frame."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from math import ceil
from threading import Lock

import numpy as np
import torch
from jaxtyping import Bool, Float

from riffsmith.audio import resample
from riffsmith.transcription.basic_pitch import (
    HOP_SAMPLES,
    PITCHES,
    SAMPLE_RATE,
    WINDOW_FRAMES,
    WINDOW_SAMPLES,
    BasicPitch,
    load_basic_pitch,
)

FRAMES_PER_SECOND = SAMPLE_RATE / HOP_SAMPLES
"""Frame rate of a transcription, 86.13 Hz."""
NOTE_THRESHOLD = 0.3
"""Probability above which a pitch counts as sounding."""

_EDGE_FRAMES = 15
_KEPT_FRAMES = WINDOW_FRAMES - 2 * _EDGE_FRAMES
_BATCH_WINDOWS = 4
_KEPT_TRANSCRIPTIONS, _LONGEST_KEPT_SECONDS = 48, 60


@dataclass(frozen=True)
class Transcription:
    """Notes of a piece of audio.

    Attributes:
        notes: Probability that a pitch sounds (frames, 88), from A0 upwards.
        onsets: Probability that a note of this pitch begins (frames, 88).
        samples: Length of the audio in samples at 22,050 Hz.
        frames_per_second: Frame rate in Hz.
    """

    notes: Float[np.ndarray, "frames 88"]
    onsets: Float[np.ndarray, "frames 88"]
    samples: int
    frames_per_second: float = FRAMES_PER_SECOND

    def roll(self) -> Bool[np.ndarray, "frames 88"]:
        """Whether a pitch sounds in a frame: its probability is above the threshold of 0.3."""
        return self.notes > NOTE_THRESHOLD


_kept: OrderedDict[bytes, Transcription] = OrderedDict()
_kept_lock = Lock()


def transcribe(audio: Float[np.ndarray, " time"], sample_rate: int) -> Transcription:
    """Transcribes mono audio.

    The last 48 results for audio of up to a minute are kept, because several measures ask for the
    notes of the same passage. A result is found again by the hash of its samples, and its arrays
    cannot be written to.

    The network hears windows of 1.99 s. The first and last 15 frames of each window are dropped, so
    the windows' other frames follow each other without gaps. The audio counts as silent beyond both
    ends. Frame i is centred at sample 256 i of the audio at 22,050 Hz.

    Args:
        audio: Mono samples (time,).
        sample_rate: Sample rate of the audio in Hz.
    """
    samples = np.ascontiguousarray(audio, np.float32)
    if len(samples) > _LONGEST_KEPT_SECONDS * sample_rate:
        return _transcribe(samples, sample_rate)
    key = blake2b(samples.data, digest_size=16, salt=sample_rate.to_bytes(8)).digest()
    with _kept_lock:
        found = _kept.get(key)
    if found is None:
        found = _transcribe(samples, sample_rate)
    with _kept_lock:
        _kept[key] = found
        _kept.move_to_end(key)
        if len(_kept) > _KEPT_TRANSCRIPTIONS:
            _kept.popitem(last=False)
    return found


@torch.inference_mode()
def _transcribe(audio: Float[np.ndarray, " time"], sample_rate: int) -> Transcription:
    mono = resample(audio[:, None], sample_rate, SAMPLE_RATE)[:, 0]
    frames = ceil(len(mono) / HOP_SAMPLES)
    count = ceil(frames / _KEPT_FRAMES)
    before, hop = _EDGE_FRAMES * HOP_SAMPLES, _KEPT_FRAMES * HOP_SAMPLES
    needed = max(count - 1, 0) * hop + WINDOW_SAMPLES
    padded = torch.from_numpy(np.pad(mono, (before, max(needed - before - len(mono), 0))))
    windows = padded.unfold(0, WINDOW_SAMPLES, hop)[:count]
    network = _network()
    kept = slice(_EDGE_FRAMES, WINDOW_FRAMES - _EDGE_FRAMES)
    notes: list[np.ndarray] = [np.zeros((0, PITCHES), np.float32)]
    onsets: list[np.ndarray] = [np.zeros((0, PITCHES), np.float32)]
    for batch in windows.split(_BATCH_WINDOWS):
        found = network(batch)
        notes.append(found.notes[:, kept].flatten(0, 1).numpy())
        onsets.append(found.onsets[:, kept].flatten(0, 1).numpy())
    found = Transcription(
        np.concatenate(notes)[:frames], np.concatenate(onsets)[:frames], len(mono)
    )
    for values in (found.notes, found.onsets):
        values.flags.writeable = False
    return found


@cache
def _network() -> BasicPitch:
    return load_basic_pitch()
