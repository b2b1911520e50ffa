"""One update of each network of the latent GAN."""

from math import log

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Codec
from riffsmith.config import LatentSettings
from riffsmith.gan import update_average
from riffsmith.gan.latent_discriminator import LatentDiscriminator
from riffsmith.gan.latent_generator import LatentGenerator, LatentNoise
from riffsmith.gan.relativistic import pair_loss, smoothness_penalty
from riffsmith.seeds import random_stream
from riffsmith.training.precision import autocast
from riffsmith.training.state import TrainingState
from riffsmith.training.step import StepFigures

_CLOCK_START = 2**14
"""A window's clock begins anywhere within so many latent frames."""


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
        self._latent_seconds = settings.latent_seconds
        self._gain = codec.linear.latents_of_gain()[None, :, None].to(device)

    def step(self, real: Float[Tensor, "pairs channels frames"]) -> StepFigures:
        """The discriminator's update on the first half of the windows, the generator's on the rest.

        Both sides of a pair are augmented alike.
        """
        state, training = self._state, self._training
        generator, discriminator = state.generator, state.discriminator
        assert isinstance(generator, LatentGenerator)
        assert isinstance(discriminator, LatentDiscriminator)
        first, second = real.to(self._device).chunk(2)
        count = len(first)

        with torch.no_grad():
            fake = self._generate(generator, count, "discriminator")
        shown = self._augment(torch.cat([first, fake]), "discriminator")
        stream = random_stream(self._seed, "penalty", state.step)
        deviation = training.penalty_deviation
        noise = torch.randn(shown.shape, generator=stream).to(self._device) * deviation
        logits = self._judge(discriminator, torch.cat([shown, shown + noise]))
        plain, noisy = _split(logits)
        real_logits, fake_logits = _split(plain)
        penalty = 2 * smoothness_penalty(plain, noisy, deviation)
        discriminator_loss = pair_loss(real_logits, fake_logits)
        state.discriminator_optimizer.zero_grad()
        (discriminator_loss + training.penalty_weight / 2 * penalty).backward()
        state.discriminator_optimizer.step()

        discriminator.requires_grad_(False)  # its gradients are not needed here
        fake = self._generate(generator, len(second), "generator")
        shown = self._augment(torch.cat([second, fake]), "generator")
        real_half, fake_half = shown.chunk(2)
        with torch.no_grad():
            wanted = self._judge(discriminator, real_half)
        generator_loss = pair_loss(self._judge(discriminator, fake_half), wanted)
        state.generator_optimizer.zero_grad()
        generator_loss.backward()
        state.generator_optimizer.step()
        discriminator.requires_grad_(True)

        state.step += 1
        update_average(state.averaged_generator, generator, training.ema_decay, state.step)
        return StepFigures(
            discriminator_loss=discriminator_loss.item(),
            generator_loss=generator_loss.item(),
            real_logits=_mean(real_logits),
            fake_logits=_mean(fake_logits),
        )

    def _generate(self, generator: LatentGenerator, count: int, purpose: str) -> Tensor:
        noise = draw_noise(
            generator,
            self._settings,
            count,
            random_stream(self._seed, "noise", purpose, self._state.step),
            self._device,
        )
        with autocast(self._training, self._device):
            return generator(noise, 0, self._training.window_frames).float()

    def _judge(self, discriminator: LatentDiscriminator, latents: Tensor) -> list[Tensor]:
        with autocast(self._training, self._device):
            return [found.float() for found in discriminator(latents)]

    def _augment(
        self, pairs: Float[Tensor, "batch channels frames"], purpose: str
    ) -> Float[Tensor, "batch channels frames"]:
        """Real windows, then as many generated ones: each pair gets the same gain and cut."""
        training, count, frames = self._training, len(pairs) // 2, pairs.shape[-1]
        stream = random_stream(self._seed, "augment", purpose, self._state.step)
        uniform = torch.rand(5, count, 1, 1, generator=stream).to(self._device)
        nepers = (2 * uniform[0] - 1) * training.gain_nepers * (uniform[1] < 0.5)
        length = 4 + uniform[2] * (frames / 4 - 4)
        start = uniform[3] * (frames - length)
        places = torch.arange(frames, device=self._device)
        inside = (places >= start) & (places < start + length)
        is_cut = inside & (uniform[4] < training.cut_share)
        keep = (~is_cut).float()
        return (pairs + (nepers * self._gain).repeat(2, 1, 1)) * keep.repeat(2, 1, 1)


def draw_noise(
    generator: LatentGenerator,
    settings: LatentSettings,
    count: int,
    stream: torch.Generator,
    device: torch.device,
) -> LatentNoise:
    """Independent noise for windows in a batch, each with a tempo and a place of its own."""
    frames = settings.training.window_frames
    slow, fast = (
        log(bpm / 60 * settings.latent_seconds)
        for bpm in (settings.generator.slowest_bpm, settings.generator.fastest_bpm)
    )
    tempo = (slow + (fast - slow) * torch.rand(count, generator=stream)).exp()
    begin = torch.randint(_CLOCK_START, (count, 1), generator=stream).float()
    levels: list[Tensor] = []
    clocks: list[Tensor] = []
    for level, (first, positions) in enumerate(generator.positions(0, frames)):
        shape = (count, generator.noise_channels, positions)
        levels.append(torch.randn(shape, generator=stream).to(device))
        clocks.append(generator.clock(level, first, positions, tempo, begin).to(device))
    style = torch.randn(count, generator.style_channels, generator=stream).to(device)
    return LatentNoise(style, levels, clocks)


def _split(logits: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    halves = [found.chunk(2) for found in logits]
    return [half[0] for half in halves], [half[1] for half in halves]


def _mean(logits: list[Tensor]) -> float:
    return torch.stack([found.mean() for found in logits]).mean().item()
