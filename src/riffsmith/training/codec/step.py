"""One update of a decoder that is trained from nothing, and of the discriminators against it."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Adam

from riffsmith.codec import (
    Codec,
    SpectralLoss,
    SpectrumDiscriminator,
    feature_matching_loss,
    to_mid_side,
)
from riffsmith.config import CodecSettings, TrainingSettings
from riffsmith.networks import copy_for_averaging, update_average
from riffsmith.training.device import autocast
from riffsmith.training.schedule import learning_rate_factor, set_learning_rate
from riffsmith.training.state import TrainingState

WINDOW_FRAMES = 80
"""STFT frames of an example."""
_EDGE_FRAMES = 10
"""On either side, which see silence beyond the example: they are not compared."""
_RISING_STEPS = 100
_LAST_SHARE = 0.05
_ALONE_SHARE = 0.25
"""Of the steps, which go without discriminators."""
_RAMP_STEPS = 300
_MEL_WEIGHT, _SPECTRAL_WEIGHT, _ADVERSARIAL_WEIGHT = 6.0, 8.0, 0.25
_AVERAGE_DECAY = 0.995
_LARGEST_GRADIENT = 50.0


class DecoderTrainer:
    """Runs steps on a decoder, its discriminators and their optimisers."""

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
        self._discriminators = nn.ModuleList(
            SpectrumDiscriminator(size * hop, settings.decoder_discriminator_channels)
            for size in (1, 2, 4)
        ).to(device)
        self.state = TrainingState(
            generator=self._decoder,
            discriminator=self._discriminators,
            averaged_generator=copy_for_averaging(self._decoder),
            generator_optimizer=_build_adam(self._decoder),
            discriminator_optimizer=_build_adam(self._discriminators),
        )

    def step(self, audio: Float[Tensor, "batch 2 time"]) -> float:
        """An update of each.

        Args:
            audio: Real, of `WINDOW_FRAMES` hops.

        Returns:
            Mean error of the features in nepers.
        """
        state, steps = self.state, self._settings.decoder_steps
        share = learning_rate_factor(
            state.step, steps, rising_steps=_RISING_STEPS, last_share=_LAST_SHARE
        )
        set_learning_rate(state.generator_optimizer, self._settings.decoder_learning_rate * share)
        set_learning_rate(
            state.discriminator_optimizer, self._settings.decoder_learning_rate * share / 2
        )
        edge = _EDGE_FRAMES * self._analysis.spectrum.hop_samples
        audio = audio.to(self._device)
        with torch.no_grad():
            features = self._analysis(audio)
        with autocast(self._training, self._device):
            spectra = self._decoder.spectra(features)
        decoded = self._decoder.refine(spectra, features)[..., edge:-edge]
        real = to_mid_side(audio)[..., edge:-edge]
        error = self._feature_error(decoded, real)
        loss = _SPECTRAL_WEIGHT * (self._loss(decoded, real) + _MEL_WEIGHT * error)
        alone = round(_ALONE_SHARE * steps)
        if state.step >= alone:
            ramp = min(1.0, (state.step - alone) / _RAMP_STEPS)
            loss = loss + ramp * _ADVERSARIAL_WEIGHT * self._play(decoded, real)
        state.generator_optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._decoder.parameters(), _LARGEST_GRADIENT)
        state.generator_optimizer.step()
        state.step += 1
        update_average(state.averaged_generator, self._decoder, _AVERAGE_DECAY, state.step)
        return error.item()

    def _feature_error(self, decoded: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Where silence beyond the ends is not seen."""
        ours, theirs = (
            self._analysis.measure(self._analysis.spectrum(audio)) for audio in (decoded, real)
        )
        return (ours - theirs)[..., 3:-3].abs().mean()

    def _play(self, decoded: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Updates the discriminators; gives their verdict on what was decoded.

        The hinge loss (Lim and Ye, 2017, arXiv:1705.02894) with feature matching (Kumar et al.,
        2019, arXiv:1910.06711), on the mid, the left and the right in turn.
        """
        count = len(decoded)
        side = torch.tensor([0.0, 1.0, -1.0], device=self._device)
        turn = side[(torch.arange(count, device=self._device) + self.state.step) % 3][:, None]
        ours, theirs = (audio[:, 0] + turn * audio[:, 1] for audio in (decoded, real))
        judges = [item for item in self._discriminators if isinstance(item, SpectrumDiscriminator)]
        seen = [
            (discriminate, discriminate.prepare(ours), discriminate.prepare(theirs))
            for discriminate in judges
        ]
        wrong = torch.zeros((), device=self._device)
        for discriminate, made, given in seen:
            with autocast(self._training, self._device):
                logits, _ = discriminate(torch.cat([made.detach(), given]))
            low, high = logits.chunk(2)
            wrong = wrong + functional.relu(1 + low).mean() + functional.relu(1 - high).mean()
        self.state.discriminator_optimizer.zero_grad()
        wrong.backward()
        self.state.discriminator_optimizer.step()
        self._discriminators.requires_grad_(False)  # their gradients are not needed here
        verdict = torch.zeros((), device=self._device)
        for discriminate, made, given in seen:
            with autocast(self._training, self._device):
                logits, ours_seen = discriminate(made)
                with torch.no_grad():
                    _, theirs_seen = discriminate(given)
            verdict = verdict - logits.mean() + 2 * feature_matching_loss(ours_seen, theirs_seen)
        self._discriminators.requires_grad_(True)
        return verdict / len(seen)


def _build_adam(network: nn.Module) -> Adam:
    return Adam(network.parameters(), betas=(0.8, 0.99), fused=True)
