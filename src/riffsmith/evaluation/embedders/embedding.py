"""Embedding of a piece of audio: mix, level, resample, cut into windows, embed each window."""

from contextlib import nullcontext
from threading import Lock

import numpy as np
import soxr
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import LoudnessMeter
from riffsmith.errors import AudioError, RiffsmithError, SettingsError
from riffsmith.evaluation.embedders.embedder import EMBEDDER_NAMES, Embedder
from riffsmith.evaluation.embedders.notes import NotesEmbedder
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.transcription.transcribe import transcribe

TARGET_LUFS = -20.0
"""Integrated loudness that every piece gets before it is embedded.

A change of loudness moves embeddings more than a change of the band does.
"""

_BATCH_WINDOWS = 8
_custom_lock = Lock()  # custom embedders need not be safe to call from several threads
_METER_BLOCK_SECONDS = 10


def mix_to_mono(audio: Float[np.ndarray, "time channels"]) -> Float[np.ndarray, " time"]:
    """The mean of all channels.

    Raises:
        AudioError: The audio holds NaN or infinite samples.
    """
    mono = audio.mean(axis=1, dtype=np.float32)
    if not np.isfinite(mono).all():
        first = int(np.argmin(np.isfinite(mono)))
        raise Remark.of(RemarkCode.NOT_NUMBERS, first=first).to_error(AudioError)
    return mono


def cut_windows(
    audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
) -> Float[Tensor, "windows samples"]:
    """The input of an embedder: mono windows at its sample rate, the whole piece at −20 LUFS.

    Each window starts one hop after the one before it; a remainder at the end is dropped. Where no
    loudness can be measured (silence) the level stays as it is.

    Args:
        audio: Samples (time, channels); full scale is 1.
        sample_rate: Sample rate of the audio in Hz.
        embedder: Embedder whose sample rate, window and hop are used.

    Raises:
        AudioError: The audio is shorter than one window, or holds NaN or infinite samples.
    """
    mono = mix_to_mono(audio)
    levelled = mono * _loudness_gain(mono, sample_rate)
    if sample_rate != embedder.sample_rate:
        levelled = soxr.resample(levelled, sample_rate, embedder.sample_rate)
    window = round(embedder.window_seconds * embedder.sample_rate)
    hop = round(embedder.hop_seconds * embedder.sample_rate)
    if len(levelled) < window:
        raise _refuse_short(mono, sample_rate, embedder)
    return torch.from_numpy(levelled).unfold(0, window, hop)


def _refuse_short(
    mono: Float[np.ndarray, " time"], sample_rate: int, embedder: Embedder
) -> RiffsmithError:
    remark = Remark.of(
        RemarkCode.SHORT_FOR_EMBEDDER,
        seconds=len(mono) / sample_rate,
        needed=embedder.window_seconds,
        embedder=embedder.name,
    )
    return remark.to_error(AudioError)


def embed_audio(
    audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
) -> Float[np.ndarray, "windows dimension"]:
    """One vector (float32) for each window of a piece; see `cut_windows`.

    `notes` describes windows of the transcription of the whole piece, which is not transcribed
    again where it has just been. Built-in embedders compute in single precision: bfloat16 would be
    up to twice as fast, but moves the vectors of musicnn and aisfx by 2 to 3 %.

    Args:
        audio: Samples (time, channels); full scale is 1.
        sample_rate: Sample rate of the audio in Hz.
        embedder: Embedder that computes the vectors.

    Raises:
        AudioError: The audio is shorter than one window, or holds NaN or infinite samples.
        SettingsError: The embedder's result is not a finite tensor of the shape that it declares.
    """
    if isinstance(embedder, NotesEmbedder):
        mono = mix_to_mono(audio)
        if len(mono) < embedder.window_seconds * sample_rate:
            raise _refuse_short(mono, sample_rate, embedder)
        return embedder.embed_transcription(transcribe(mono, sample_rate)).numpy()
    windows = cut_windows(audio, sample_rate, embedder)
    lock = nullcontext() if embedder.name in EMBEDDER_NAMES else _custom_lock
    with lock, torch.inference_mode():
        batches = [embedder.embed(batch.contiguous()) for batch in windows.split(_BATCH_WINDOWS)]
    for batch, piece in zip(batches, windows.split(_BATCH_WINDOWS), strict=True):
        _check_vectors(batch, len(piece), embedder)
    return torch.cat(batches).to("cpu", torch.float32).numpy()


def _check_vectors(found: object, count: int, embedder: Embedder) -> None:
    expected = (count, embedder.dimension)
    if not isinstance(found, Tensor) or tuple(found.shape) != expected:
        shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
        raise SettingsError(
            f"embedder {embedder.name} gave {shape} for {count} windows, expected a tensor "
            f"{expected}: correct its embed() or its dimension"
        )
    if not torch.isfinite(found).all():
        raise SettingsError(
            f"embedder {embedder.name} gave values that are not numbers (NaN or infinite): "
            "correct its embed()"
        )


def _loudness_gain(mono: Float[np.ndarray, " time"], sample_rate: int) -> np.float32:
    meter = LoudnessMeter(sample_rate)
    block = _METER_BLOCK_SECONDS * 10 * (sample_rate // 10)  # whole hops of the meter
    for start in range(0, len(mono), block):
        meter.add(mono[start : start + block, None])
    loudness = meter.loudness_lufs()
    return np.float32(1 if loudness is None else 10 ** ((TARGET_LUFS - loudness) / 20))
