"""Estimate of how long the work before the first training step takes on this machine."""

import time
from collections.abc import Callable

import numpy as np
import torch

from riffsmith.bundle import build_piano_roll_model
from riffsmith.codec import Codec, find_beats, fit_codec
from riffsmith.config import LatentSettings, Settings
from riffsmith.parallel import count_workers, use_threads
from riffsmith.training.device import count_threads
from riffsmith.training.latent.piano_roll import fit_piano_roll_model
from riffsmith.transcription import PITCHES, transcribe

_LEAST_SECONDS = 4.0
_TIMED_STEPS = 3
_ROLL_STEPS = 256


def measure_preparation_seconds(
    settings: Settings, training_seconds: float, held_out_seconds: float, recordings: int
) -> float:
    """Time that a training spends on features, codec and notes before its first step.

    A few seconds of noise are measured, and a few steps of each fit are timed. The estimate is
    rough: what follows the music itself, such as the number of its notes, is left out.

    Args:
        settings: Settings of the system. The picture presets have no such work.
        training_seconds: Length of the recordings to train on.
        held_out_seconds: Length of the held-out recordings.
        recordings: Number of recordings, which are measured side by side.

    Returns:
        Seconds.
    """
    if not isinstance(settings, LatentSettings):
        return 0.0
    with use_threads(count_threads(settings.training)):
        codec = Codec(settings)
        rate = settings.corpus.sample_rate
        hop = settings.corpus.hop_samples
        samples = max(round(_LEAST_SECONDS * rate), 512 * hop)
        # Other noise each time: a transcription that was made before is not made again.
        noise = np.random.default_rng().standard_normal((2, samples), np.float32) * 0.1
        began = time.perf_counter()
        with torch.inference_mode():
            features = codec.analysis(torch.from_numpy(noise)[None])[0].clone()
        find_beats(features, settings)
        measured = time.perf_counter()
        if settings.piano_roll.hidden:
            transcribe(noise[0], rate)
        transcribed = time.perf_counter()
        per_second = rate / samples
        offsets = settings.training.offsets
        seconds = (measured - began) * (training_seconds * offsets + held_out_seconds)
        seconds += (transcribed - measured) * (training_seconds + held_out_seconds)
        seconds *= per_second / max(1, min(count_workers(), recordings))
        seconds += settings.codec.texture_steps * _step_seconds(
            lambda report: fit_codec([features], codec, 0, _TIMED_STEPS, report, codec)
        )
        if settings.piano_roll.hidden:
            model, roll = build_piano_roll_model(settings), torch.zeros(_ROLL_STEPS, PITCHES)
            seconds += settings.piano_roll.steps * _step_seconds(
                lambda report: fit_piano_roll_model(model, [roll], _TIMED_STEPS, 0, report)
            )
    return seconds


def _step_seconds(fit: Callable[[Callable[[float], None]], None]) -> float:
    """Mean time of a step of a fit, which reports each; the first one is not counted."""
    times: list[float] = []
    fit(lambda _: times.append(time.perf_counter()))
    return (times[-1] - times[0]) / (len(times) - 1)
