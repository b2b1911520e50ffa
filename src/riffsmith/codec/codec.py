"""The codec: stereo audio → features → latents, and back through the decoder."""

import numpy as np
import torch
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from riffsmith.codec.analysis import Analysis
from riffsmith.codec.bands import measure_chroma
from riffsmith.codec.decoder import Decoder
from riffsmith.codec.linear import LinearCodec
from riffsmith.codec.style_embedding import StyleEmbedding
from riffsmith.codec.texture import Texture
from riffsmith.config import LatentSettings
from riffsmith.errors import ModelError
from riffsmith.features import correlate_keys


class Codec(nn.Module):
    """Stereo audio ↔ latents, one latent frame for each `latent_samples`.

    The first latents are those of the mel features, the others those of the tonal features.
    """

    def __init__(self, settings: LatentSettings) -> None:
        super().__init__()
        corpus, codec = settings.corpus, settings.codec
        self.sample_rate = corpus.sample_rate
        self.latent_samples = codec.patch_frames * corpus.hop_samples
        self.latent_channels = codec.latent_channels
        self.analysis = build_analysis(settings)
        self.linear = LinearCodec(
            self.analysis.mel, codec.patch_frames, codec.components, codec.whitening
        )
        self.tonal = (
            LinearCodec(self.analysis.tonal.count, 1, codec.tonal_components, codec.whitening)
            if self.analysis.tonal
            else None
        )
        self.texture = Texture(
            codec.components, self.linear.residual_components, codec.texture_hidden
        )
        self.texture_strength = codec.texture_strength
        self.style_embedding = StyleEmbedding(
            codec.latent_channels, codec.style_dimensions, codec.style_passages
        )
        self.decoder = Decoder(self.analysis, codec.tonal_rounds, codec.corrections)

    @property
    def patch_frames(self) -> int:
        """Feature frames that one latent frame stands for."""
        return self.linear.patch_frames

    @property
    def texture_channels(self) -> int:
        """Values of noise for the texture of each latent frame."""
        return self.linear.residual_components

    @property
    def phase_channels(self) -> int:
        """Values of noise that the decoder's phases begin with, for each latent frame."""
        return self.decoder.noise_channels

    @property
    def noise_channels(self) -> int:
        """Values of noise for each latent frame: those of the texture, then those of the phases."""
        return self.texture_channels + self.phase_channels

    @property
    def context_latents(self) -> int:
        """Latent frames on either side that decoded audio depends on."""
        return self.decoder.context_patches + 1

    def encode(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> Float[Tensor, "batch channels latents"]:
        """Latents of audio; samples at the end that do not fill a latent frame are dropped."""
        whole = audio.shape[-1] // self.latent_samples * self.latent_samples
        return self.encode_features(self.analysis(audio[..., :whole]))

    def encode_features(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch channels latents"]:
        """Latents of features; frames at the end that do not fill a latent frame are dropped."""
        mel = self.linear.encode(features[:, : self.analysis.mel])
        if self.tonal is None:
            return mel
        tonal = self.tonal.encode(features[:, self.analysis.mel :, :: self.patch_frames])
        return torch.cat([mel, tonal[..., : mel.shape[-1]]], dim=1)

    def component_bases(self) -> list[Float[Tensor, "_ _"]]:
        """The components that are kept: those of the mel bands, then those of the tonal bands."""
        parts = [self.linear, self.tonal] if self.tonal else [self.linear]
        return [part.basis[: part.components] for part in parts]

    def gain_direction(self) -> Float[Tensor, " channels"]:
        """The change of the latents when all features grow by one neper (8.7 dB of gain)."""
        parts = [self.linear, self.tonal] if self.tonal else [self.linear]
        return torch.cat([part.gain_direction() for part in parts])

    def correlate_keys(
        self, latents: Float[Tensor, "1 channels latents"]
    ) -> Float[np.ndarray, " 24"] | None:
        """Correlation of the music of latents with each key, as `features.correlate_keys` has it.

        Returns:
            The correlations; `None` where there are no tonal latents or no notes.
        """
        if self.tonal is None:
            return None
        tonal = self.tonal.decode(latents[:, self.linear.components :])[0]
        return correlate_keys(measure_chroma(tonal).sum(1).double().numpy())

    def decode_features(
        self,
        latents: Float[Tensor, "batch channels latents"],
        texture_noise: Float[Tensor, "batch texture latents"],
    ) -> Float[Tensor, "batch features frames"]:
        """Features of latents. Tonal features are the same for all frames of a latent frame.

        Args:
            latents: Latents to decode.
            texture_noise: Standard normal noise, `texture_channels` for each latent frame.
        """
        mel_latents = latents[:, : self.linear.components]
        standard = self.linear.standardise(mel_latents)
        residual = self.texture.draw(standard, texture_noise, self.texture_strength)
        mel = self.linear.decode(mel_latents, residual)
        if self.tonal is None:
            return mel
        tonal = self.tonal.decode(latents[:, self.linear.components :])
        return torch.cat([mel, tonal.repeat_interleave(self.patch_frames, -1)], dim=1)

    def decode(
        self,
        latents: Float[Tensor, "batch channels latents"],
        noise: Float[Tensor, "batch noise latents"],
        margin_latents: int = 0,
        semitones: int = 0,
    ) -> Float[Tensor, "batch 2 time"]:
        """Audio of the latents between the margins.

        Args:
            latents: Latents to decode.
            noise: Standard normal noise, `noise_channels` for each latent frame.
            margin_latents: Latent frames on either side whose audio is not needed.
            semitones: Transposition up in semitones; negative: down.
        """
        features = self.decode_features(latents, noise[:, : self.texture_channels])
        if semitones:
            features = torch.stack([self.analysis.transpose(f, semitones) for f in features])
        return self.decoder(features, noise[:, self.texture_channels :], margin_latents)

    def decode_between(
        self,
        latents: Float[Tensor, "1 channels latents"],
        noise: Float[Tensor, "1 noise latents"],
        semitones: int = 0,
    ) -> Float[Tensor, "time 2"]:
        """Audio of the latents between the `context_latents` on either side.

        Arguments as for `decode`.
        """
        return self.decode(latents, noise, self.context_latents, semitones)[0].T


def build_analysis(settings: LatentSettings) -> Analysis:
    """The transform from audio to features that the settings describe."""
    corpus, codec = settings.corpus, settings.codec
    return Analysis(
        corpus.sample_rate,
        corpus.hop_samples,
        corpus.n_mels,
        codec.side_mels,
        patch_frames=codec.patch_frames,
        has_tonal=codec.tonal_components > 0,
    )


def save_codec(codec: Codec) -> bytes:
    """The codec's weights as safetensors, those of the networks in half precision."""
    table = {
        name: (tensor.half() if name.startswith("texture.") else tensor).contiguous()
        for name, tensor in codec.state_dict().items()
    }
    return save(table)


def load_codec(settings: LatentSettings, content: bytes) -> Codec:
    """Reads a codec that `save_codec` wrote.

    Args:
        settings: Settings that the codec was built with.
        content: Bytes of the file.

    Raises:
        ModelError: The content is damaged, or belongs to another codec.
    """
    try:
        codec = Codec(settings)
        codec.load_state_dict({name: tensor.float() for name, tensor in load(content).items()})
    except (SafetensorError, RuntimeError) as cause:
        first = str(cause).splitlines()[0]
        raise ModelError(f"the codec's weights cannot be used ({first})") from cause
    return codec.eval().requires_grad_(False)
