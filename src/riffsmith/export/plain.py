"""The codec's ways in and out in float32, without complex numbers or mixed precision."""

from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.codec import Codec, to_left_right, to_mid_side
from riffsmith.export.fourier import RealSpectrum


class PlainDecoder(nn.Module):
    """What `Codec.decode` does."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec
        self.spectrum = RealSpectrum(codec.analysis.spectrum)

    def forward(
        self,
        latents: Float[Tensor, "batch components latents"],
        noise: Float[Tensor, "batch rest latents"],
    ) -> Float[Tensor, "batch 2 time"]:
        """Latents, and standard normal noise for the texture, to left and right."""
        codec, analysis = self.codec, self.codec.analysis
        rest = codec.texture.draw(codec.linear.standardise(latents), noise, codec.texture_strength)
        features = codec.linear.decode(latents, rest)
        real, imaginary = codec.decoder.shapes(features)
        gain, wanted = analysis.envelope(features), analysis.target_power(features)
        real, imaginary = real * gain, imaginary * gain
        for number in range(codec.decoder.corrections + 1):
            if number:
                real, imaginary = self.spectrum(self.spectrum.inverse(real, imaginary))
            gain = analysis.gains(real.square() + imaginary.square(), wanted)
            real, imaginary = real * gain, imaginary * gain
        return to_left_right(self.spectrum.inverse(real, imaginary))


class PlainEncoder(nn.Module):
    """What `Codec.encode` does with whole latent frames."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec
        self.spectrum = RealSpectrum(codec.analysis.spectrum)

    def forward(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> Float[Tensor, "batch components latents"]:
        """Left and right to latents."""
        codec = self.codec
        real, imaginary = self.spectrum(to_mid_side(audio))
        power = real.square() + imaginary.square()
        return codec.linear.encode(codec.analysis.measure_power(power))
