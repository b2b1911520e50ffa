"""The latent GAN as the watch sees it."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import LatentSettings
from riffsmith.gan import LatentGenerator
from riffsmith.seeds import random_stream
from riffsmith.training.latent_step import draw_noise
from riffsmith.training.latent_windows import LatentWindows
from riffsmith.training.precision import autocast
from riffsmith.training.run_folder import RunRecord
from riffsmith.training.signals import Verdicts
from riffsmith.training.state import TrainingState

WATCHED = 16
"""Samples, and windows of each side: a check then costs less than a step."""

Play = Callable[[float], Float[np.ndarray, "time channels"]]


class WatchedLatents:
    """Fixed windows of a run, real and generated."""

    def __init__(
        self,
        record: RunRecord,
        settings: LatentSettings,
        state: TrainingState,
        device: torch.device,
        *,
        windows: LatentWindows,
        held_out: LatentWindows | None,
        play: Play,
    ) -> None:
        self._settings, self._state, self._device = settings, state, device
        self.generator, self.discriminator = state.generator, state.discriminator
        self._seed = record.seed
        self._training = windows.draw(WATCHED, record.seed, "watched", "training")
        self._held_out = held_out and held_out.draw(WATCHED, record.seed, "watched", "held out")
        self._play = play

    def draw(self) -> Float[Tensor, "samples channels frames"]:
        generator = self.generator
        assert isinstance(generator, LatentGenerator)
        stream = random_stream(self._seed, "watched", "noise")
        noise = draw_noise(generator, self._settings, WATCHED, stream, self._device)
        with torch.no_grad(), autocast(self._settings.training, self._device):
            return generator(noise, 0, self._settings.training.window_frames).float().cpu()

    def references(self) -> Float[Tensor, "windows channels frames"]:
        return self._training

    def verdicts(self, generated: Float[Tensor, "samples channels frames"]) -> Verdicts:
        return Verdicts(
            training=self._judge(self._training),
            held_out=None if self._held_out is None else self._judge(self._held_out),
            generated=self._judge(generated),
        )

    def play(self, seconds: float) -> Float[np.ndarray, "time channels"]:
        return self._play(seconds)

    def _judge(self, latents: Tensor) -> Tensor:
        """Mean logit of each head and window."""
        with torch.no_grad(), autocast(self._settings.training, self._device):
            found = self.discriminator(latents.to(self._device))
        return torch.stack([logits.float().mean(1) for logits in found], dim=1).cpu()
