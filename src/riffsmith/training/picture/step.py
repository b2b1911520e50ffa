"""One update of each network of a picture GAN."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import PictureSettings
from riffsmith.features import reduce_to
from riffsmith.networks import Discriminator, DiscriminatorResult, Generator, Loss, update_average
from riffsmith.seeds import derive_seed, random_stream
from riffsmith.training.device import autocast
from riffsmith.training.schedule import LearningRate, halving, steps_per_epoch
from riffsmith.training.state import StepMetrics, TrainingState


def build_learning_rates(
    settings: PictureSettings, state: TrainingState[Generator, Discriminator], segments: int
) -> tuple[LearningRate, LearningRate]:
    """The learning rates of generator and discriminator.

    Args:
        settings: Settings of the system.
        state: Networks with their optimisers.
        segments: Number of training segments, which decides the length of an epoch.
    """
    training, every = settings.training, settings.training.halve_learning_rate_every_epochs
    factor = halving(every and every * steps_per_epoch(training, segments))
    return (
        LearningRate(state.generator_optimizer, training.learning_rate, factor),
        LearningRate(state.discriminator_optimizer, training.learning_rate, factor),
    )


class PictureTrainer:
    """Runs steps on a state. All randomness comes from the seed and the number of the step."""

    def __init__(
        self,
        settings: PictureSettings,
        state: TrainingState[Generator, Discriminator],
        loss: Loss,
        learning_rates: tuple[LearningRate, LearningRate],
        seed: int,
        device: torch.device,
    ) -> None:
        self._settings, self._state, self._loss = settings, state, loss
        self._learning_rates = learning_rates
        self._seed, self._device = seed, device

    def step(self, real: Float[Tensor, "batch channels rows columns"]) -> StepMetrics:
        """Updates the discriminator, then the generator on the last of the fake batches.

        Args:
            real: Real pictures in [-1, 1].
        """
        state, settings = self._state, self._settings
        for learning_rate in self._learning_rates:
            learning_rate.apply(state.step)
        state.generator.train()
        state.discriminator.train()
        real = real.to(self._device)
        if settings.discriminator.real_size == "generator_grid":
            real = reduce_to(real, settings.generator.grid, settings.generator.grid)
        if settings.training.channels_last:
            # With a single channel both layouts look alike: only the strides tell the convolution.
            real = torch.empty_like(real, memory_format=torch.channels_last).copy_(real)

        rounds = settings.training.discriminator_steps
        for round_number in range(rounds - 1):
            self._update_discriminator(real, round_number)
        fake, result = self._update_discriminator(real, rounds - 1)

        state.discriminator.requires_grad_(False)  # its gradients are not needed here
        generator_loss = self._loss.generator(self._discriminate, fake)
        state.generator_optimizer.zero_grad()
        generator_loss.backward()
        state.generator_optimizer.step()
        state.discriminator.requires_grad_(True)

        state.step += 1
        update_average(
            state.averaged_generator, state.generator, settings.training.ema_decay, state.step
        )
        return StepMetrics(
            generator_loss=generator_loss.item(),
            discriminator_loss=result.loss.item(),
            real_logits=result.real_logits.mean().item(),
            fake_logits=result.fake_logits.mean().item(),
        )

    def _update_discriminator(
        self, real: Tensor, round_number: int
    ) -> tuple[Tensor, DiscriminatorResult]:
        fake = self._generate(len(real), round_number)
        penalty_seed = derive_seed(self._seed, "penalty", self._state.step, round_number)
        result = self._loss.discriminator(self._discriminate, real, fake.detach(), penalty_seed)
        self._state.discriminator_optimizer.zero_grad()
        result.loss.backward()
        self._state.discriminator_optimizer.step()
        return fake, result

    def _generate(self, count: int, round_number: int) -> Tensor:
        stream = random_stream(self._seed, "noise", self._state.step, round_number)
        noise = self._state.generator.draw_noise(count, stream).to(self._device)
        with autocast(self._settings.training, self._device):
            return self._state.generator(noise).float()

    def _discriminate(self, pictures: Tensor) -> Tensor:
        with autocast(self._settings.training, self._device):
            return self._state.discriminator(pictures).float()
