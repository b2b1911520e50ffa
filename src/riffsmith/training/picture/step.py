"""One update of each network."""

from dataclasses import dataclass
from math import isfinite

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import PictureSettings
from riffsmith.features import reduce_to
from riffsmith.networks import DiscriminatorResult, Generator, Loss, update_average
from riffsmith.seeds import derive_seed, random_stream
from riffsmith.training.device import autocast
from riffsmith.training.state import TrainingState


@dataclass(frozen=True)
class StepMetrics:
    """What one step measured."""

    discriminator_loss: float
    """0 in a warm-up, where no discriminator plays, as are the logits."""
    generator_loss: float
    real_logits: float
    """Mean over the batch, at the last discriminator update."""
    fake_logits: float

    def is_finite(self) -> bool:
        return isfinite(self.discriminator_loss) and isfinite(self.generator_loss)


class Trainer:
    """Runs steps on a state; all randomness comes from the seed and the step's number."""

    def __init__(
        self,
        settings: PictureSettings,
        state: TrainingState,
        loss: Loss,
        seed: int,
        device: torch.device,
    ) -> None:
        self._settings = settings
        self._state = state
        self._loss = loss
        self._seed = seed
        self._device = device

    def step(self, real: Float[Tensor, "batch channels rows columns"]) -> StepMetrics:
        """The discriminator's updates, then the generator's on the last of their fake batches."""
        state, settings = self._state, self._settings
        state.generator.train()
        state.discriminator.train()
        real = real.to(self._device)
        if settings.discriminator.real_size == "generator_grid":
            real = reduce_to(real, settings.generator.grid, settings.generator.grid)
        if settings.training.channels_last:
            # with a single channel both layouts look alike: only the strides tell the convolution
            real = torch.empty_like(real, memory_format=torch.channels_last).copy_(real)

        rounds = settings.training.discriminator_steps
        for round_number in range(rounds - 1):
            self._update_discriminator(real, round_number)
        fake, verdict = self._update_discriminator(real, rounds - 1)

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
            discriminator_loss=verdict.loss.item(),
            generator_loss=generator_loss.item(),
            real_logits=verdict.real_logits.mean().item(),
            fake_logits=verdict.fake_logits.mean().item(),
        )

    def _update_discriminator(
        self, real: Tensor, round_number: int
    ) -> tuple[Tensor, DiscriminatorResult]:
        fake = self._make_fake(len(real), round_number)
        penalty_seed = derive_seed(self._seed, "penalty", self._state.step, round_number)
        verdict = self._loss.discriminator(self._discriminate, real, fake.detach(), penalty_seed)
        self._state.discriminator_optimizer.zero_grad()
        verdict.loss.backward()
        self._state.discriminator_optimizer.step()
        return fake, verdict

    def _make_fake(self, count: int, round_number: int) -> Tensor:
        stream = random_stream(self._seed, "noise", self._state.step, round_number)
        generator = self._state.generator
        assert isinstance(generator, Generator)
        noise = generator.draw_noise(count, stream).to(self._device)
        with autocast(self._settings.training, self._device):
            return generator(noise).float()

    def _discriminate(self, picture: Tensor) -> Tensor:
        with autocast(self._settings.training, self._device):
            return self._state.discriminator(picture).float()
