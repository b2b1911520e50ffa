"""One update of each network of the latent GAN."""

from math import cos, pi

import torch
from jaxtyping import Float
from torch import Tensor
from torch.optim import Optimizer

from riffsmith.codec import Codec
from riffsmith.config import LatentSettings, LatentTrainingSettings
from riffsmith.gan import (
    Denoiser,
    arrive,
    draw_times,
    flow_loss,
    pair_loss,
    smoothness_penalty,
    update_average,
    walk,
)
from riffsmith.gan.flow import Velocity
from riffsmith.seeds import derive_seed, random_stream
from riffsmith.training.latent_windows import split_window
from riffsmith.training.precision import autocast
from riffsmith.training.state import TrainingState
from riffsmith.training.step import StepFigures

_RISING_STEPS = 200
_LAST_SHARE = 0.1
"""What the learning rate has fallen to at the end of the warm-up."""


class LatentTrainer:
    """Runs steps on a state; all randomness comes from the seed and the step's number."""

    def __init__(
        self,
        settings: LatentSettings,
        state: TrainingState,
        codec: Codec,
        seed: int,
        device: torch.device,
    ) -> None:
        self._settings, self._training = settings, settings.training
        self._state, self._seed, self._device = state, seed, device
        self._gain = codec.linear.latents_of_gain()[None, :, None].to(device)

    def step(self, windows: Float[Tensor, "pairs both frames"]) -> StepFigures:
        """In the warm-up the generator's update alone; then the discriminator's goes before it."""
        state, training = self._state, self._training
        share = rate_share(training, state.step)
        _set_rate(state.generator_optimizer, training.learning_rate * share)
        music, beats = split_window(windows.to(self._device))
        if state.step < training.warm_up_steps:
            loss = self._flow_loss(music, beats)
            figures = StepFigures(0.0, loss.item(), 0.0, 0.0)
        else:
            # a half for each network
            real_logits, fake_logits, discriminator_loss = self._update_discriminator(
                music[::2], beats[::2]
            )
            loss, verdict = self._game_loss(music[1::2], beats[1::2])
            figures = StepFigures(discriminator_loss, verdict, real_logits, fake_logits)
        state.generator_optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(state.generator.parameters(), 1.0)
        state.generator_optimizer.step()
        state.step += 1
        update_average(state.averaged_generator, state.generator, training.ema_decay, state.step)
        return figures

    def _flow_loss(self, music: Tensor, beats: Tensor) -> Tensor:
        """How far the velocity is from the straight way between examples and noise."""
        stream = random_stream(self._seed, "flow", self._state.step)
        count = len(music)
        louder = self._draw_gain(count, stream)
        noise = torch.randn(music.shape, generator=stream).to(self._device)
        times = draw_times(count, stream).to(self._device)
        told = torch.rand(count, 1, 1, generator=stream) >= self._training.clockless_share
        velocity = self._velocity(beats * told.to(self._device))
        return flow_loss(velocity, music + louder, noise, times)

    def _update_discriminator(self, music: Tensor, beats: Tensor) -> tuple[float, float, float]:
        state, training = self._state, self._training
        _set_rate(state.discriminator_optimizer, training.game_rate)
        with torch.no_grad():
            fake = self._generate(beats, "discriminator")
        shown = self._augment(torch.cat([music, fake]), "discriminator")
        stream = random_stream(self._seed, "penalty", state.step)
        deviation = training.penalty_deviation
        noise = torch.randn(shown.shape, generator=stream).to(self._device) * deviation
        logits = self._judge(torch.cat([shown, shown + noise]), beats.repeat(4, 1, 1))
        plain, noisy = _split(logits)
        real_logits, fake_logits = _split(plain)
        loss = pair_loss(real_logits, fake_logits)
        penalty = 2 * smoothness_penalty(plain, noisy, deviation)
        state.discriminator_optimizer.zero_grad()
        (loss + training.penalty_weight / 2 * penalty).backward()
        state.discriminator_optimizer.step()
        return _mean(real_logits), _mean(fake_logits), loss.item()

    def _game_loss(self, music: Tensor, beats: Tensor) -> tuple[Tensor, float]:
        """The warm-up's loss and the discriminator's verdict; and the verdict alone."""
        discriminator = self._state.discriminator
        discriminator.requires_grad_(False)  # its gradients are not needed here
        fake = self._generate(beats, "generator")
        shown = self._augment(torch.cat([music, fake]), "generator")
        real_half, fake_half = shown.chunk(2)
        with torch.no_grad():
            wanted = self._judge(real_half, beats)
        verdict = pair_loss(self._judge(fake_half, beats), wanted)
        discriminator.requires_grad_(True)
        loss = self._flow_loss(music, beats) + self._training.game_weight * verdict
        return loss, verdict.item()

    def _generate(self, beats: Tensor, purpose: str) -> Tensor:
        """Music from any place on the way; gradients come from the last step alone."""
        steps = self._settings.generator.steps
        place = derive_seed(self._seed, "place", purpose, self._state.step) % steps
        stream = random_stream(self._seed, "noise", purpose, self._state.step)
        shape = (len(beats), self._settings.codec.components, beats.shape[-1])
        noise = torch.randn(shape, generator=stream).to(self._device)
        velocity = self._velocity(beats)
        with torch.no_grad():
            state = walk(velocity, noise, steps, place)
        return arrive(velocity, state, 1 - place / steps)

    def _velocity(self, beats: Tensor) -> Velocity:
        generator = self._state.generator
        assert isinstance(generator, Denoiser)
        return velocity_of(generator, beats, self._training)

    def _judge(self, latents: Tensor, beats: Tensor) -> list[Tensor]:
        with autocast(self._training, self._device):
            found = self._state.discriminator(torch.cat([latents, beats], dim=1))
        return [logits.float() for logits in found]

    def _draw_gain(self, count: int, stream: torch.Generator) -> Float[Tensor, "count channels 1"]:
        """What makes half of the examples louder or softer."""
        uniform = torch.rand(2, count, 1, 1, generator=stream).to(self._device)
        nepers = (2 * uniform[0] - 1) * self._training.gain_nepers * (uniform[1] < 0.5)
        return nepers * self._gain

    def _augment(
        self, pairs: Float[Tensor, "batch channels frames"], purpose: str
    ) -> Float[Tensor, "batch channels frames"]:
        """Real windows, then as many generated ones: each pair gets the same gain and cut."""
        training, count, frames = self._training, len(pairs) // 2, pairs.shape[-1]
        stream = random_stream(self._seed, "augment", purpose, self._state.step)
        louder = self._draw_gain(count, stream)
        uniform = torch.rand(3, count, 1, 1, generator=stream).to(self._device)
        length = 4 + uniform[0] * (frames / 4 - 4)
        start = uniform[1] * (frames - length)
        places = torch.arange(frames, device=self._device)
        inside = (places >= start) & (places < start + length)
        keep = (~(inside & (uniform[2] < training.cut_share))).float()
        return (pairs + louder.repeat(2, 1, 1)) * keep.repeat(2, 1, 1)


def velocity_of(generator: Denoiser, beats: Tensor, training: LatentTrainingSettings) -> Velocity:
    """A network with the clock that it goes by."""

    def velocity(state: Tensor, times: Tensor) -> Tensor:
        with autocast(training, state.device):
            return generator(state, beats, times).float()

    return velocity


def rate_share(training: LatentTrainingSettings, step: int) -> float:
    """Share of the learning rate: it rises, then falls along a cosine until the game begins."""
    done = min(1.0, step / max(1, training.warm_up_steps))
    falling = _LAST_SHARE + (1 - _LAST_SHARE) * (1 + cos(pi * done)) / 2
    return falling * min(1.0, (step + 1) / _RISING_STEPS)


def _set_rate(optimizer: Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


def _split(logits: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    halves = [found.chunk(2) for found in logits]
    return [half[0] for half in halves], [half[1] for half in halves]


def _mean(logits: list[Tensor]) -> float:
    return torch.stack([found.mean() for found in logits]).mean().item()
