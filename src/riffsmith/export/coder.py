"""The codec of a latent model as methods of nn~: audio to latents, and latents to audio.

The signatures contain no shapes, because TorchScript cannot read them.
"""

import math

import torch
from torch import Tensor, nn

from riffsmith.bundle import LatentBundle
from riffsmith.export.hashing import draw_normal
from riffsmith.export.nn_tilde import NnTildeModule


class Coder(NnTildeModule):
    """Encodes and decodes signals block by block.

    The encoder and the decoder look ahead, so the results are late by that many frames; the end of
    the input is kept for the next block. A frame is one latent.
    """

    silence: Tensor
    encoder_history: Tensor
    decoder_history: Tensor

    def __init__(self, bundle: LatentBundle, decoder: nn.Module, encoder: nn.Module) -> None:
        """Copies from a model's codec all that TorchScript can hold.

        Args:
            bundle: Model.
            decoder: Its decoder, traced: latents and noise to audio.
            encoder: Its encoder, traced: audio to latents.
        """
        settings, codec = bundle.settings, bundle.codec
        super().__init__(codec.latent_channels, codec.latent_samples)
        self.decoder, self.encoder = decoder, encoder
        self.sample_rate = codec.sample_rate
        self.latent_samples = codec.latent_samples
        self.channels = codec.latent_channels
        self.texture_channels = codec.texture_channels
        self.phase_channels = codec.phase_channels
        self.context_latents = codec.context_latents
        self.encoder_lead = math.ceil(codec.analysis.context_frames / settings.codec.patch_frames)
        self.for_texture, self.for_phases = 2, 5
        self.texture_seed = 0
        self.decode_frame = 0  # number of frames that `decode` was given
        silence = encoder(torch.zeros(1, 2, (2 * self.encoder_lead + 1) * self.latent_samples))
        self._store("silence", silence[..., self.encoder_lead : self.encoder_lead + 1])
        kept = 2 * self.encoder_lead * self.latent_samples
        self._store("encoder_history", torch.zeros(0, 2, kept))
        self._store("decoder_history", torch.zeros(0, self.channels, 2 * self.context_latents))

    @torch.jit.export
    def encode(self, audio: Tensor) -> Tensor:
        """Latents of audio (batch, 2, time), delayed by the frames that the encoder looks ahead."""
        kept = 2 * self.encoder_lead
        if self.encoder_history.shape[0] != audio.shape[0]:
            self.encoder_history = torch.zeros(
                audio.shape[0], 2, kept * self.latent_samples, device=audio.device
            )
        whole = torch.cat([self.encoder_history, audio], dim=2)
        self.encoder_history = whole[:, :, whole.shape[2] - kept * self.latent_samples :]
        frames = audio.shape[2] // self.latent_samples
        return self.encoder(whole)[:, :, self.encoder_lead : self.encoder_lead + frames]

    @torch.jit.export
    def decode(self, latents: Tensor) -> Tensor:
        """Audio (batch, 2, time) of latents, delayed by the frames of the decoder's context."""
        kept = 2 * self.context_latents
        if self.decoder_history.shape[0] != latents.shape[0]:
            self.decoder_history = self.silence.repeat(latents.shape[0], 1, kept)
        whole = torch.cat([self.decoder_history, latents], dim=2)
        self.decoder_history = whole[:, :, whole.shape[2] - kept :]
        noise = self._draw_noise(
            self.decode_frame - kept, self.decode_frame + latents.shape[2], 1.0
        )
        self.decode_frame += latents.shape[2]
        audio = self.decoder(whole, noise.repeat(latents.shape[0], 1, 1))
        begin = self.context_latents * self.latent_samples
        return audio[:, :, begin : begin + latents.shape[2] * self.latent_samples]

    def _draw_noise(self, begin: int, end: int, texture: float) -> Tensor:
        """Noise (1, texture and phase channels, frames) for the decoder."""
        frames = torch.arange(begin, end, device=self.silence.device)
        seed = self.texture_seed
        residual = draw_normal(seed, self.for_texture, self.texture_channels, frames)
        phases = draw_normal(seed, self.for_phases, self.phase_channels, frames)
        return torch.cat([texture * residual, phases], dim=1)
