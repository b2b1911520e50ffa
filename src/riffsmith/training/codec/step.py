"""One update of a decoder that is trained from scratch, and of its discriminators."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Adam

from riffsmith.codec import (
    Codec,
    Decoder,
    SpectralLoss,
    SpectrumDiscriminator,
    feature_matching_loss,
    to_mid_side,
)
from riffsmith.config import CodecSettings, TrainingSettings
from riffsmith.networks import copy_for_averaging, update_average
from riffsmith.training.device import autocast
from riffsmith.training.schedule import LearningRate, warm_up_cosine
from riffsmith.training.state import TrainingState

WINDOW_FRAMES = 80
"""STFT frames of a training example."""
_EDGE_FRAMES = 10
"""Frames on either side that are not compared, because they depend on the silence beyond."""
_RISING_STEPS = 100
_LAST_FACTOR = 0.05
"""Factor on the learning rates at the end."""
_ALONE_FRACTION = 0.25
"""Fraction of the steps, at the start, that train without discriminators."""
_RAMP_STEPS = 300
"""Steps in which the adversarial loss gets its full weight."""
_FEATURE_WEIGHT, _SPECTRAL_WEIGHT, _ADVERSARIAL_WEIGHT = 6.0, 8.0, 0.25
_FEATURE_MATCHING_WEIGHT = 2.0
_AVERAGE_DECAY = 0.995
_LARGEST_GRADIENT = 50.0


class DecoderTrainer:
    """Runs steps on a decoder and its discriminators."""

    def __init__(
        self,
        codec: Codec,
        settings: CodecSettings,
        training: TrainingSettings,
        device: torch.device,
    ) -> None:
        self._settings, self._training, self._device = settings, training, device
        self._decoder = codec.decoder
        self._analysis = codec.analysis
        self._loss = SpectralLoss(codec.sample_rate).to(device)
        hop = codec.analysis.spectrum.hop_samples
        self._discriminators = [
            SpectrumDiscriminator(size * hop, settings.decoder_discriminator_channels).to(device)
            for size in (1, 2, 4)
        ]
        all_discriminators = nn.ModuleList(self._discriminators)
        self.state: TrainingState[Decoder, nn.ModuleList] = TrainingState(
            generator=self._decoder,
            discriminator=all_discriminators,
            averaged_generator=copy_for_averaging(self._decoder),
            generator_optimizer=_build_adam(self._decoder),
            discriminator_optimizer=_build_adam(all_discriminators),
        )
        base = settings.decoder_learning_rate
        factor = warm_up_cosine(
            settings.decoder_steps, rising_steps=_RISING_STEPS, last_factor=_LAST_FACTOR
        )
        self._learning_rates = (
            LearningRate(self.state.generator_optimizer, base, factor),
            LearningRate(self.state.discriminator_optimizer, base / 2, factor),
        )

    def step(self, audio: Float[Tensor, "batch 2 time"]) -> float:
        """Updates the discriminators and the decoder once.

        Args:
            audio: Real audio of `WINDOW_FRAMES` hops, left and right.

        Returns:
            Mean absolute error of the features in nepers.
        """
        state = self.state
        for learning_rate in self._learning_rates:
            learning_rate.apply(state.step)
        edge = _EDGE_FRAMES * self._analysis.spectrum.hop_samples
        audio = audio.to(self._device)
        with torch.no_grad():
            features = self._analysis(audio)
        with autocast(self._training, self._device):
            spectra = self._decoder.spectra(features)
        decoded = self._decoder.refine(spectra, features)[..., edge:-edge]
        real = to_mid_side(audio)[..., edge:-edge]
        error = self._feature_error(decoded, real)
        loss = _SPECTRAL_WEIGHT * (self._loss(decoded, real) + _FEATURE_WEIGHT * error)
        alone = round(_ALONE_FRACTION * self._settings.decoder_steps)
        if state.step >= alone:
            ramp = min(1.0, (state.step - alone) / _RAMP_STEPS)
            loss = loss + ramp * _ADVERSARIAL_WEIGHT * self._adversarial_loss(decoded, real)
        state.generator_optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._decoder.parameters(), _LARGEST_GRADIENT)
        state.generator_optimizer.step()
        state.step += 1
        update_average(state.averaged_generator, self._decoder, _AVERAGE_DECAY, state.step)
        return error.item()

    def _feature_error(self, decoded: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Mean absolute error of the frames that do not depend on the silence beyond the ends."""
        found, target = (
            self._analysis.measure(self._analysis.spectrum(audio)) for audio in (decoded, real)
        )
        return (found - target)[..., 3:-3].abs().mean()

    def _adversarial_loss(self, decoded: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Updates the discriminators, and returns the decoder's loss against them.

        The hinge loss (Lim and Ye, 2017, arXiv:1705.02894) with feature matching (Kumar et al.,
        2019, arXiv:1910.06711), on the mid, the left and the right channel in turn.
        """
        numbers = torch.arange(len(decoded), device=self._device) + self.state.step
        side = torch.tensor([0.0, 1.0, -1.0], device=self._device)[numbers % 3][:, None]
        fake, real = (audio[:, 0] + side * audio[:, 1] for audio in (decoded, real))
        spectra = [(item, item.prepare(fake), item.prepare(real)) for item in self._discriminators]
        discriminator_loss = torch.zeros((), device=self._device)
        for discriminator, fake_parts, real_parts in spectra:
            with autocast(self._training, self._device):
                logits, _ = discriminator(torch.cat([fake_parts.detach(), real_parts]))
            fake_logits, real_logits = logits.chunk(2)
            hinge = (
                functional.relu(1 + fake_logits).mean() + functional.relu(1 - real_logits).mean()
            )
            discriminator_loss = discriminator_loss + hinge
        self.state.discriminator_optimizer.zero_grad()
        discriminator_loss.backward()
        self.state.discriminator_optimizer.step()
        self.state.discriminator.requires_grad_(False)  # its gradients are not needed here
        loss = torch.zeros((), device=self._device)
        for discriminator, fake_parts, real_parts in spectra:
            with autocast(self._training, self._device):
                logits, fake_layers = discriminator(fake_parts)
                with torch.no_grad():
                    _, real_layers = discriminator(real_parts)
            matching = feature_matching_loss(fake_layers, real_layers)
            loss = loss - logits.mean() + _FEATURE_MATCHING_WEIGHT * matching
        self.state.discriminator.requires_grad_(True)
        return loss / len(spectra)


def _build_adam(network: nn.Module) -> Adam:
    return Adam(network.parameters(), betas=(0.8, 0.99), fused=True)
