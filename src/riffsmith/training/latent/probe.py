"""The latent GAN as the watch sees it."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import LatentSettings
from riffsmith.networks import Denoiser, sample
from riffsmith.runs.folder import RunRecord
from riffsmith.seeds import random_stream
from riffsmith.training.device import autocast
from riffsmith.training.latent.step import velocity_of
from riffsmith.training.latent.windows import LatentWindows, split_window
from riffsmith.training.monitor.health import Verdicts
from riffsmith.training.state import TrainingState

WATCHED = 16
"""Samples, and windows of each side: a check then costs less than a step."""

Play = Callable[[float], Float[np.ndarray, "time channels"]]


class LatentProbe:
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
        """What becomes of fixed noise, with clock and style of the fixed training windows."""
        generator = self.generator
        assert isinstance(generator, Denoiser)
        stream = random_stream(self._seed, "watched", "noise")
        music, conditioning = self._split(self._training)
        noise = torch.randn(music.shape, generator=stream).to(self._device)
        velocity = velocity_of(generator, conditioning.to(self._device), self._settings.training)
        steps = self._settings.generator.steps
        with torch.no_grad():
            return sample(velocity, noise, steps, steps).cpu()

    def references(self) -> Float[Tensor, "windows channels frames"]:
        return self._split(self._training)[0]

    def verdicts(self, generated: Float[Tensor, "samples channels frames"]) -> Verdicts | None:
        if self._state.step <= self._settings.training.warm_up_steps:
            return None  # it has learned nothing yet
        conditioning = self._split(self._training)[1]
        return Verdicts(
            training=self._discriminate(self._training),
            held_out=None if self._held_out is None else self._discriminate(self._held_out),
            generated=self._discriminate(torch.cat([generated, conditioning], dim=1)),
        )

    def play(self, seconds: float) -> Float[np.ndarray, "time channels"]:
        return self._play(seconds)

    def _split(self, windows: Float[Tensor, "windows both frames"]) -> tuple[Tensor, Tensor]:
        return split_window(windows, self._settings.codec.components)

    def _discriminate(self, windows: Float[Tensor, "windows both frames"]) -> Tensor:
        """Mean logit of each head and window."""
        with torch.no_grad(), autocast(self._settings.training, self._device):
            found = self.discriminator(windows.to(self._device))
        return torch.stack([logits.float().mean(1) for logits in found], dim=1).cpu()
