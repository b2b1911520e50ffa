"""Estimate of how long a training takes on this machine, from a few real steps."""

import time
from math import ceil

import torch
from torch import Tensor

from riffsmith.config import LatentSettings, PictureSettings, Settings
from riffsmith.networks import build_loss
from riffsmith.parallel import use_threads
from riffsmith.training.device import choose_device, count_threads, keep_freed_memory
from riffsmith.training.latent.step import LatentTrainer, build_learning_rates
from riffsmith.training.latent.system import initialise_latent_state
from riffsmith.training.latent.windows import window_channels
from riffsmith.training.picture.step import (
    PictureTrainer,
    build_learning_rates as build_picture_learning_rates,
)
from riffsmith.training.picture.system import initialise_picture_state

_TIMED_STEPS = 2
_BATCH_FRACTION = 0.25
"""The timed steps have this fraction of a batch, which takes about this fraction of the time."""


def measure_training_seconds(settings: Settings, steps: int) -> float:
    """Time that so many training steps take on this machine.

    It is the mean of two steps of each kind on random data, which takes a few seconds; those of a
    picture GAN have a quarter of a batch. Nothing is kept, because another program may be busy
    during one measurement alone.

    Args:
        settings: Settings of the system.
        steps: Number of steps of the training.

    Returns:
        Seconds.
    """
    keep_freed_memory()
    with use_threads(count_threads(settings.training)):
        if isinstance(settings, LatentSettings):
            return _latent_seconds(settings, steps)
        return _picture_seconds(settings, steps)


def _picture_seconds(settings: PictureSettings, steps: int) -> float:
    device, batch = choose_device(settings.training), settings.training.batch_size
    state = initialise_picture_state(settings, 0, device)
    learning_rates = build_picture_learning_rates(settings, state, batch)
    loss = build_loss(settings.training)
    trainer = PictureTrainer(settings, state, loss, learning_rates, 0, device)
    shape = (_count_timed(batch), settings.corpus.channel_count, *settings.corpus.grid)
    real = torch.rand(shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    trainer.step(real)
    return steps * _mean_seconds(trainer, real, batch)


def _latent_seconds(settings: LatentSettings, steps: int) -> float:
    device, training = choose_device(settings.training), settings.training
    state = initialise_latent_state(settings, 0, device)
    learning_rates = build_learning_rates(training, state)
    gain_direction = torch.zeros(window_channels(settings))
    trainer = LatentTrainer(settings, state, gain_direction, learning_rates, 0, device)
    batch = training.batch_size  # whole, because the optimiser's part of a small step is large
    shape = (batch, window_channels(settings), training.window_frames)
    real = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    matching = training.flow_matching_steps
    guided = round(training.guided_from_fraction * matching) if training.base is None else 0
    # The three kinds of steps take different times: guided ones evaluate the generator twice more.
    phases = ((0, min(steps, guided)), (guided, min(steps, matching)), (matching, steps))
    seconds = 0.0
    trainer.step(real)
    for first, last in phases:
        state.step = first
        seconds += (last - first) * _mean_seconds(trainer, real, batch) if last > first else 0.0
    return seconds


def _count_timed(batch: int) -> int:
    """Examples of a timed step: a part of a batch, but no single one, which has no variance."""
    return min(batch, max(2, ceil(_BATCH_FRACTION * batch)))


def _mean_seconds(trainer: PictureTrainer | LatentTrainer, real: Tensor, batch: int) -> float:
    """Mean time of a step with a whole batch, once a step has warmed the trainer up."""
    began = time.perf_counter()
    for _ in range(_TIMED_STEPS):
        trainer.step(real)
    return (time.perf_counter() - began) / _TIMED_STEPS * batch / len(real)
