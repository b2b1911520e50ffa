"""Encoder and decoder of the codec in float32, without complex numbers."""

from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.codec import Codec, to_left_right, to_mid_side
from riffsmith.export.fourier import RealSpectrum


class PlainDecoder(nn.Module):
    """Computes what `Codec.decode` computes."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec
        self.spectrum = RealSpectrum(codec.analysis.spectrum)

    def forward(
        self,
        latents: Float[Tensor, "batch components latents"],
        noise: Float[Tensor, "batch residual latents"],
    ) -> Float[Tensor, "batch 2 time"]:
        """Left and right channel (batch, 2, time) of latents.

        Args:
            latents: Latents (batch, components, latents).
            noise: Standard normal noise for the texture (batch, residual, latents).
        """
        codec, analysis = self.codec, self.codec.analysis
        residual = codec.texture.draw(
            codec.linear.standardise(latents), noise, codec.texture_strength
        )
        features = codec.linear.decode(latents, residual)
        real, imaginary = codec.decoder.shapes(features)
        gain, target_power = analysis.envelope(features), analysis.target_power(features)
        real, imaginary = real * gain, imaginary * gain
        for number in range(codec.decoder.corrections + 1):
            if number:
                real, imaginary = self.spectrum(self.spectrum.inverse(real, imaginary))
            gain = analysis.gains(real.square() + imaginary.square(), target_power)
            real, imaginary = real * gain, imaginary * gain
        return to_left_right(self.spectrum.inverse(real, imaginary))


class PlainEncoder(nn.Module):
    """Computes what `Codec.encode` computes, for whole latent frames."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec
        self.spectrum = RealSpectrum(codec.analysis.spectrum)

    def forward(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> Float[Tensor, "batch components latents"]:
        """Latents (batch, components, latents) of left and right channel (batch, 2, time)."""
        codec = self.codec
        real, imaginary = self.spectrum(to_mid_side(audio))
        power = real.square() + imaginary.square()
        return codec.linear.encode(codec.analysis.measure_power(power))
