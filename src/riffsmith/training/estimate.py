"""How long a training will take here, from a few real steps on random pictures."""

import statistics
import time
from math import ceil

import torch
from torch import Tensor

from riffsmith.codec import Codec
from riffsmith.config import LatentSettings, Settings
from riffsmith.networks import build_loss
from riffsmith.training.device import choose_device
from riffsmith.training.fresh import initialise_state
from riffsmith.training.latent.step import LatentTrainer
from riffsmith.training.latent.windows import window_channels
from riffsmith.training.memory import keep_freed_memory
from riffsmith.training.picture.step import Trainer

_TIMED_STEPS = 3


def steps_per_epoch(segments: int, settings: Settings) -> int:
    """Steps of an epoch where there are so many segments: a pass over them, or what is set."""
    steps = steps_per_pass(segments, settings)
    return (settings.training.epoch_steps or steps) if steps else 0


def steps_per_pass(segments: int, settings: Settings) -> int:
    """Steps in which each of so many segments is seen once."""
    batch = settings.training.batch_size
    return segments // batch if settings.training.drop_last else ceil(segments / batch)


def measure_training_seconds(settings: Settings, steps: int) -> float:
    """What so many training steps will take on this machine, from the median of a few of each
    kind.
    """
    keep_freed_memory()
    device = choose_device(settings.training)
    stream = torch.Generator().manual_seed(0)
    batch = settings.training.batch_size
    state = initialise_state(settings, 0, device)
    if not isinstance(settings, LatentSettings):
        shape = (batch, settings.corpus.channel_count, *settings.corpus.grid)
        trainer = Trainer(settings, state, build_loss(settings.training), 0, device)
        return steps * _median_seconds(trainer, torch.rand(shape, generator=stream) * 2 - 1)
    channels = window_channels(settings)
    real = torch.randn(batch, channels, settings.training.window_frames, generator=stream)
    latent_trainer = LatentTrainer(settings, state, Codec(settings), 0, device)
    warm_up = min(steps, settings.training.warm_up_steps)
    seconds = 0.0
    for first, count in ((0, warm_up), (settings.training.warm_up_steps, steps - warm_up)):
        state.step = first
        seconds += count * _median_seconds(latent_trainer, real) if count else 0.0
    return seconds


def _median_seconds(trainer: Trainer | LatentTrainer, real: Tensor) -> float:
    """Of a step, after one to warm up."""
    times: list[float] = []
    for _ in range(1 + _TIMED_STEPS):
        began = time.perf_counter()
        trainer.step(real)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])
