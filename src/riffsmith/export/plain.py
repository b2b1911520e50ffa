"""Decoder of the codec in float32, without complex numbers."""

from copy import deepcopy

from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.codec import Codec
from riffsmith.export.fourier import RealSpectrum


class PlainDecoder(nn.Module):
    """Computes what `Codec.decode` computes."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = deepcopy(codec)
        for name, spectrum in self.codec.decoder.spectra().items():
            setattr(self.codec.decoder, name, RealSpectrum(spectrum))

    def forward(
        self,
        latents: Float[Tensor, "batch channels latents"],
        noise: Float[Tensor, "batch noise latents"],
    ) -> Float[Tensor, "batch 2 time"]:
        """Left and right channel of latents.

        Args:
            latents: Latents to decode.
            noise: Standard normal noise, as for `Codec.decode`.
        """
        return self.codec.decode(latents, noise)
