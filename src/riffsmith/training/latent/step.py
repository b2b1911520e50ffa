"""One update of each network of the latent GAN."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Codec
from riffsmith.config import LatentSettings, LatentTrainingSettings
from riffsmith.networks import (
    CLOCK_CHANNELS,
    Denoiser,
    approximate_gradient_penalty,
    draw_timesteps,
    flow_matching_loss,
    predict_clean,
    relativistic_loss,
    sample,
    update_average,
)
from riffsmith.networks.flow import Velocity
from riffsmith.seeds import derive_seed, random_stream
from riffsmith.training.device import autocast
from riffsmith.training.distributed import ProcessGroup
from riffsmith.training.latent.windows import split_window
from riffsmith.training.picture.step import StepMetrics
from riffsmith.training.schedule import learning_rate_factor, set_learning_rate
from riffsmith.training.state import TrainingState

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
        process_group: ProcessGroup | None = None,
    ) -> None:
        self._crew = process_group or ProcessGroup()
        self._settings, self._training = settings, settings.training
        self._state, self._seed, self._device = state, seed, device
        louder = codec.linear.gain_direction()
        no_clock = torch.zeros(CLOCK_CHANNELS)
        gain = torch.cat([louder, no_clock, codec.style_embedding.gain_direction(louder)])
        self._gain = gain[None, :, None].to(device)

    def step(self, windows: Float[Tensor, "pairs both frames"]) -> StepMetrics:
        """In the warm-up the generator's update alone; then the discriminator's goes before it."""
        state, training = self._state, self._training
        share = warm_up_factor(training, state.step)
        set_learning_rate(state.generator_optimizer, training.learning_rate * share)
        windows = windows.to(self._device)
        if state.step < training.warm_up_steps:
            loss = self._flow_loss(windows)
            figures = StepMetrics(0.0, loss.item(), 0.0, 0.0)
        else:
            # a half for each network
            real_logits, fake_logits, discriminator_loss = self._update_discriminator(windows[::2])
            loss, verdict = self._game_loss(windows[1::2])
            figures = StepMetrics(discriminator_loss, verdict, real_logits, fake_logits)
        state.generator_optimizer.zero_grad()
        loss.backward()
        self._crew.average_gradients(state.generator)
        torch.nn.utils.clip_grad_norm_(state.generator.parameters(), 1.0)
        state.generator_optimizer.step()
        state.step += 1
        update_average(state.averaged_generator, state.generator, training.ema_decay, state.step)
        return StepMetrics(*self._crew.mean(list(vars(figures).values())))

    def _flow_loss(self, windows: Tensor) -> Tensor:
        """How far the velocity is from the straight way between examples and noise."""
        stream = random_stream(self._seed, "flow", self._state.step)
        count = len(windows)
        music, conditioning = self._split(windows + self._draw_gain(count, stream))
        noise = self._draw_normal(music.shape, stream)
        times = self._share(draw_timesteps(self._crew.size * count, stream))
        with_clock = (
            self._draw_uniform(count, 1, stream)[:, 0] >= self._training.unconditioned_fraction
        )
        conditioning[:, :CLOCK_CHANNELS] *= with_clock
        return flow_matching_loss(self._velocity(conditioning), music, noise, times)

    def _update_discriminator(self, windows: Tensor) -> tuple[float, float, float]:
        state, training = self._state, self._training
        set_learning_rate(state.discriminator_optimizer, training.discriminator_learning_rate)
        with torch.no_grad():
            fake = self._generate(windows, "discriminator")
        shown = self._augment(torch.cat([windows, fake]), "discriminator")
        stream = random_stream(self._seed, "penalty", state.step)
        deviation = training.penalty_deviation
        noisy = shown.clone()
        for latents in self._split(noisy)[0].chunk(2):
            latents += self._draw_normal(latents.shape, stream) * deviation
        logits = self._discriminate(torch.cat([shown, noisy]))
        plain, noisy = _split(logits)
        real_logits, fake_logits = _split(plain)
        loss = relativistic_loss(real_logits, fake_logits)
        penalty = 2 * approximate_gradient_penalty(plain, noisy, deviation)
        state.discriminator_optimizer.zero_grad()
        (loss + training.penalty_weight / 2 * penalty).backward()
        self._crew.average_gradients(state.discriminator)
        state.discriminator_optimizer.step()
        return _mean(real_logits), _mean(fake_logits), loss.item()

    def _game_loss(self, windows: Tensor) -> tuple[Tensor, float]:
        """The warm-up's loss and the discriminator's verdict; and the verdict alone."""
        discriminator = self._state.discriminator
        discriminator.requires_grad_(False)  # its gradients are not needed here
        fake = self._generate(windows, "generator")
        shown = self._augment(torch.cat([windows, fake]), "generator")
        real_half, fake_half = shown.chunk(2)
        with torch.no_grad():
            wanted = self._discriminate(real_half)
        verdict = relativistic_loss(self._discriminate(fake_half), wanted)
        discriminator.requires_grad_(True)
        loss = self._flow_loss(windows) + self._training.adversarial_weight * verdict
        return loss, verdict.item()

    def _generate(self, windows: Tensor, purpose: str) -> Tensor:
        """Windows whose music is made, from any place on the way, to the same clock and style.

        Gradients come from the last step alone.
        """
        music, conditioning = self._split(windows)
        steps = self._settings.generator.steps
        place = derive_seed(self._seed, "place", purpose, self._state.step) % steps
        stream = random_stream(self._seed, "noise", purpose, self._state.step)
        noise = self._draw_normal(music.shape, stream)
        velocity = self._velocity(conditioning)
        with torch.no_grad():
            state = sample(velocity, noise, steps, place)
        return torch.cat([predict_clean(velocity, state, 1 - place / steps), conditioning], dim=1)

    def _split(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        return split_window(windows, self._settings.codec.components)

    def _velocity(self, conditioning: Tensor) -> Velocity:
        generator = self._state.generator
        assert isinstance(generator, Denoiser)
        return velocity_of(generator, conditioning, self._training)

    def _discriminate(self, windows: Tensor) -> list[Tensor]:
        with autocast(self._training, self._device):
            found = self._state.discriminator(windows)
        return [logits.float() for logits in found]

    def _draw_gain(self, count: int, stream: torch.Generator) -> Float[Tensor, "count channels 1"]:
        """What makes half of the windows louder or softer, and says so in their style."""
        place, chosen = self._draw_uniform(count, 2, stream).unbind(1)
        nepers = (2 * place - 1) * self._training.gain_nepers * (chosen < 0.5)
        return nepers * self._gain

    def _augment(
        self, pairs: Float[Tensor, "batch both frames"], purpose: str
    ) -> Float[Tensor, "batch both frames"]:
        """Real windows, then as many generated ones: each pair gets the same gain and cut."""
        training, count, frames = self._training, len(pairs) // 2, pairs.shape[-1]
        stream = random_stream(self._seed, "augment", purpose, self._state.step)
        louder = self._draw_gain(count, stream)
        size, place, chosen = self._draw_uniform(count, 3, stream).unbind(1)
        length = 4 + size * (frames / 4 - 4)
        start = place * (frames - length)
        places = torch.arange(frames, device=self._device)
        inside = (places >= start) & (places < start + length)
        keep = (~(inside & (chosen < training.cut_fraction))).float()
        return (pairs + louder.repeat(2, 1, 1)) * keep.repeat(2, 1, 1)

    def _share(self, whole: Tensor) -> Tensor:
        return self._crew.share(whole).to(self._device)

    def _draw_normal(self, shape: torch.Size, stream: torch.Generator) -> Tensor:
        """Of the whole batch this process's part, which has the shape."""
        return self._share(torch.randn(self._crew.size * shape[0], *shape[1:], generator=stream))

    def _draw_uniform(
        self, count: int, values: int, stream: torch.Generator
    ) -> Float[Tensor, "count values 1 1"]:
        """The same from 0 to 1."""
        return self._share(torch.rand(self._crew.size * count, values, 1, 1, generator=stream))


def velocity_of(
    generator: Denoiser, conditioning: Tensor, training: LatentTrainingSettings
) -> Velocity:
    """A network with the clock and style that it goes by."""

    def velocity(state: Tensor, times: Tensor) -> Tensor:
        with autocast(training, state.device):
            return generator(state, conditioning, times).float()

    return velocity


def warm_up_factor(training: LatentTrainingSettings, step: int) -> float:
    """Share of the learning rate: it rises, then falls along a cosine until the game begins."""
    return learning_rate_factor(
        step, training.warm_up_steps, rising_steps=_RISING_STEPS, last_share=_LAST_SHARE
    )


def _split(logits: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    halves = [found.chunk(2) for found in logits]
    return [half[0] for half in halves], [half[1] for half in halves]


def _mean(logits: list[Tensor]) -> float:
    return torch.stack([found.mean() for found in logits]).mean().item()
