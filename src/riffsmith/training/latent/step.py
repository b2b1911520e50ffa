"""One update of each network of the latent GAN."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import LatentSettings, LatentTrainingSettings
from riffsmith.networks import (
    CLOCK_CHANNELS,
    Denoiser,
    LatentDiscriminator,
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
from riffsmith.training.schedule import LearningRate, warm_up_cosine
from riffsmith.training.state import StepMetrics, TrainingState

_MOST_RISING_STEPS, _RISING_FRACTION = 200, 0.1
"""The generator's learning rate rises over this fraction of the steps of flow matching, but over no
more than so many steps."""
_LAST_FACTOR = 0.1
"""Factor on the generator's learning rate at the end of flow matching alone, and from then on."""
_LARGEST_GRADIENT = 1.0
_WIDEST_STRENGTH = 1.5
"""Guidance is learned for strengths up to this many times as far above 1 as the default."""

LatentState = TrainingState[Denoiser, LatentDiscriminator]


def build_learning_rates(
    training: LatentTrainingSettings, state: LatentState
) -> tuple[LearningRate, LearningRate]:
    """The learning rates of generator and discriminator."""
    matching = training.flow_matching_steps
    rising = min(_MOST_RISING_STEPS, max(1, round(_RISING_FRACTION * matching)))
    factor = warm_up_cosine(matching, rising_steps=rising, last_factor=_LAST_FACTOR)
    return (
        LearningRate(state.generator_optimizer, training.learning_rate, factor),
        LearningRate(state.discriminator_optimizer, training.discriminator_learning_rate),
    )


class LatentTrainer:
    """Runs steps on a state. All randomness comes from the seed and the number of the step.

    The names of random streams (`"flow"`, `"place"` …) decide what is drawn. They stay as they
    are, so that a seed keeps its meaning.
    """

    def __init__(
        self,
        settings: LatentSettings,
        state: LatentState,
        gain_direction: Float[Tensor, " both"],
        learning_rates: tuple[LearningRate, LearningRate],
        seed: int,
        device: torch.device,
        process_group: ProcessGroup | None = None,
    ) -> None:
        self._process_group = process_group or ProcessGroup()
        self._settings, self._training = settings, settings.training
        self._state, self._seed, self._device = state, seed, device
        self._learning_rate, self._discriminator_learning_rate = learning_rates
        self._gain_direction = gain_direction[None, :, None].to(device)

    def step(self, windows: Float[Tensor, "batch both frames"]) -> StepMetrics:
        """Updates the generator; in the adversarial phase, the discriminator before it.

        Args:
            windows: Real windows.
        """
        state, training = self._state, self._training
        self._learning_rate.apply(state.step)
        windows = windows.to(self._device)
        if state.step < training.flow_matching_steps:
            loss = self._flow_loss(windows)
            metrics = StepMetrics(generator_loss=loss.item(), flow_matching_loss=loss.item())
        else:
            fake = self._generate(windows)
            real_logits, fake_logits, discriminator_loss = self._update_discriminator(
                windows, fake.detach()
            )
            adversarial = self._adversarial_loss(windows, fake)
            flow = self._flow_loss(windows)
            loss = flow + training.adversarial_weight * adversarial
            metrics = StepMetrics(
                generator_loss=loss.item(),
                discriminator_loss=discriminator_loss,
                real_logits=real_logits,
                fake_logits=fake_logits,
                flow_matching_loss=flow.item(),
                adversarial_loss=adversarial.item(),
            )
        state.generator_optimizer.zero_grad()
        loss.backward()
        self._process_group.average_gradients(state.generator)
        torch.nn.utils.clip_grad_norm_(state.generator.parameters(), _LARGEST_GRADIENT)
        state.generator_optimizer.step()
        state.step += 1
        update_average(state.averaged_generator, state.generator, training.ema_decay, state.step)
        known = metrics.known()
        means = self._process_group.mean(list(known.values()))
        return StepMetrics(**dict(zip(known, means, strict=True)))

    def _flow_loss(self, windows: Tensor) -> Tensor:
        """Error of the velocity on the straight trajectory between examples and noise."""
        stream = self._stream("flow")
        count = len(windows)
        music, conditioning = self._split(windows + self._draw_gain(count, stream))
        noise = self._draw_normal(music.shape, stream)
        timesteps = self._local_part(draw_timesteps(self._process_group.size * count, stream))
        with_clock = (
            self._draw_uniform(count, 1, stream)[:, 0] >= self._training.unconditioned_fraction
        )
        conditioning[:, :CLOCK_CHANNELS] *= with_clock
        strength = self._draw_strength(count, stream)
        velocity = self._velocity(conditioning, strength)
        guide = self._guide(conditioning, strength)
        return flow_matching_loss(velocity, music, noise, timesteps, guide)

    def _draw_strength(self, count: int, stream: torch.Generator) -> Float[Tensor, " count"]:
        """Strengths of the guidance: 1 for some examples, up to a bit above the default for others.

        Without guidance all are 1.
        """
        position = self._draw_uniform(count, 1, stream).flatten()
        training, guidance = self._training, self._settings.generator.guidance
        first = training.guided_from_fraction * training.flow_matching_steps
        is_due = training.base is not None or self._state.step >= first
        if guidance is None or not is_due:
            return torch.ones_like(position)
        # As many in every batch, evenly spread, so that all steps have the same shapes.
        numbers = self._local_part(
            torch.arange(self._process_group.size * count, device=self._device)
        )
        share = training.guided_fraction
        is_guided = ((numbers + 1) * share).floor() > (numbers * share).floor()
        widest = _WIDEST_STRENGTH * (guidance - 1)
        return 1 + widest * position * is_guided

    def _guide(self, conditioning: Tensor, strength: Float[Tensor, " count"]) -> Velocity:
        """What guidance adds to the velocity of each example."""

        @torch.no_grad()
        def guide(state: Tensor, timesteps: Tensor) -> Tensor:
            added = torch.zeros_like(state)
            guided = (strength > 1).nonzero()[:, 0]
            if len(guided):
                direction = self._guidance(conditioning[guided])(state[guided], timesteps[guided])
                added[guided] = (strength[guided, None, None] - 1) * direction
            return added

        return guide

    def _guidance(self, conditioning: Tensor) -> Velocity:
        """The direction of the guidance: from the velocity for silence to that for the notes.

        This is classifier-free guidance (Ho and Salimans, 2022, arXiv:2207.12598), with a piano
        roll in which nothing sounds in place of a condition that is unknown.
        """
        network, pitches = self._state.averaged_generator, self._state.averaged_generator.pitches
        silent = conditioning.clone()
        silent[:, conditioning.shape[1] - pitches :] = 0
        plain = torch.ones(len(conditioning), device=conditioning.device)
        with_notes = velocity_of(network, conditioning, self._training, plain)
        without_notes = velocity_of(network, silent, self._training, plain)
        return lambda state, timesteps: (
            with_notes(state, timesteps) - without_notes(state, timesteps)
        )

    def _update_discriminator(self, windows: Tensor, fake: Tensor) -> tuple[float, float, float]:
        state, training = self._state, self._training
        self._discriminator_learning_rate.apply(state.step)
        augmented = self._augment(torch.cat([windows, fake]), "discriminator")
        stream = self._stream("penalty")
        deviation = training.penalty_deviation
        noisy = augmented.clone()
        # Only latents get noise, and not their conditioning. Both halves are views of `noisy`.
        for latents in self._split(noisy)[0].chunk(2):
            latents += self._draw_normal(latents.shape, stream) * deviation
        logits = self._discriminate(torch.cat([augmented, noisy]))
        plain, noisy = _halves(logits)
        real_logits, fake_logits = _halves(plain)
        loss = relativistic_loss(real_logits, fake_logits)
        # The mean over real and fake windows, twice, is R1 + R2; their weight is γ/2 as in R3GAN.
        penalty = 2 * approximate_gradient_penalty(plain, noisy, deviation)
        state.discriminator_optimizer.zero_grad()
        (loss + training.penalty_weight / 2 * penalty).backward()
        self._process_group.average_gradients(state.discriminator)
        state.discriminator_optimizer.step()
        return _mean(real_logits), _mean(fake_logits), loss.item()

    def _adversarial_loss(self, windows: Tensor, fake: Tensor) -> Tensor:
        """The generator's relativistic loss."""
        discriminator = self._state.discriminator
        discriminator.requires_grad_(False)  # its gradients are not needed here
        augmented = self._augment(torch.cat([windows, fake]), "generator")
        real_half, fake_half = augmented.chunk(2)
        with torch.no_grad():
            real_logits = self._discriminate(real_half)
        loss = relativistic_loss(self._discriminate(fake_half), real_logits)
        discriminator.requires_grad_(True)
        return loss

    def _generate(self, windows: Tensor) -> Tensor:
        """Windows with generated latents for the same conditioning.

        The latents are predicted from a random timestep of the sampling trajectory. Gradients come
        from that prediction alone. Both networks of a step learn from the same windows, because the
        steps from noise to that timestep are most of its time.
        """
        music, conditioning = self._split(windows)
        steps = self._settings.generator.steps
        steps_done = derive_seed(self._seed, "place", "generator", self._state.step) % steps
        stream = self._stream("noise", "generator")
        noise = self._draw_normal(music.shape, stream)
        velocity = self._velocity(conditioning)
        with torch.no_grad():
            extrapolation = self._settings.generator.extrapolation
            noisy = sample(velocity, noise, steps, steps_done, extrapolation=extrapolation)
        clean = predict_clean(velocity, noisy, 1 - steps_done / steps)
        return torch.cat([clean, conditioning], dim=1)

    def _split(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        return split_window(windows, self._settings.codec.latent_channels)

    def _velocity(
        self, conditioning: Tensor, strength: Float[Tensor, " count"] | None = None
    ) -> Velocity:
        return velocity_of(self._state.generator, conditioning, self._training, strength)

    def _discriminate(self, windows: Tensor) -> list[Tensor]:
        with autocast(self._training, self._device):
            found = self._state.discriminator(windows)
        return [logits.float() for logits in found]

    def _draw_gain(self, count: int, stream: torch.Generator) -> Float[Tensor, "count channels 1"]:
        """A change of gain for half of the windows, in their latents and their style embedding."""
        position, chosen = self._draw_uniform(count, 2, stream).unbind(1)
        nepers = (2 * position - 1) * self._training.gain_nepers * (chosen < 0.5)
        return nepers * self._gain_direction

    def _augment(
        self, pairs: Float[Tensor, "batch both frames"], purpose: str
    ) -> Float[Tensor, "batch both frames"]:
        """Gives each pair of a real and a generated window the same gain and the same cut.

        Args:
            pairs: Real windows, then as many generated ones.
            purpose: Name of the random stream.
        """
        training, count, frames = self._training, len(pairs) // 2, pairs.shape[-1]
        stream = self._stream("augment", purpose)
        gain = self._draw_gain(count, stream)
        size, position, chosen = self._draw_uniform(count, 3, stream).unbind(1)
        length = 4 + size * (frames / 4 - 4)
        start = position * (frames - length)
        numbers = torch.arange(frames, device=self._device)
        inside = (numbers >= start) & (numbers < start + length)
        keep = (~(inside & (chosen < training.cut_fraction))).float()
        return (pairs + gain.repeat(2, 1, 1)) * keep.repeat(2, 1, 1)

    def _stream(self, *names: str) -> torch.Generator:
        """The random generator of this step for one purpose, on the device of the networks."""
        return random_stream(self._seed, *names, self._state.step, device=self._device)

    def _local_part(self, whole: Tensor) -> Tensor:
        return self._process_group.local_part(whole)

    def _draw_normal(self, shape: torch.Size, stream: torch.Generator) -> Tensor:
        """Standard normal noise of a shape: this process's part of that for the whole batch."""
        return self._local_part(
            torch.randn(
                self._process_group.size * shape[0],
                *shape[1:],
                generator=stream,
                device=stream.device,
            )
        )

    def _draw_uniform(
        self, count: int, values: int, stream: torch.Generator
    ) -> Float[Tensor, "count values 1 1"]:
        """Uniform values in [0, 1): this process's part of those for the whole batch."""
        return self._local_part(
            torch.rand(
                self._process_group.size * count,
                values,
                1,
                1,
                generator=stream,
                device=stream.device,
            )
        )


def velocity_of(
    generator: Denoiser,
    conditioning: Tensor,
    training: LatentTrainingSettings,
    guidance: Float[Tensor, " count"] | None = None,
) -> Velocity:
    """The velocity field of a generator for fixed conditioning, and a strength of guidance."""

    def velocity(state: Tensor, timesteps: Tensor) -> Tensor:
        with autocast(training, state.device):
            return generator(state, conditioning, timesteps, guidance).float()

    return velocity


def _halves(logits: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    halves = [found.chunk(2) for found in logits]
    return [half[0] for half in halves], [half[1] for half in halves]


def _mean(logits: list[Tensor]) -> float:
    return torch.stack([found.mean() for found in logits]).mean().item()
