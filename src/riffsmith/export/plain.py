"""Parts of a model in the form that is exported: float32, tensors in, tensors out."""

from copy import deepcopy

from jaxtyping import Float, Int
from torch import Tensor, nn

from riffsmith.codec import Codec
from riffsmith.export.fourier import RealSpectrum
from riffsmith.networks import PianoRollModel


class PlainDecoder(nn.Module):
    """Computes what `Codec.decode` computes, without complex numbers."""

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


class PianoRollStep(nn.Module):
    """Computes what `PianoRollModel.step` computes."""

    def __init__(self, model: PianoRollModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        before: Float[Tensor, "1 1 88"],
        number: Int[Tensor, " 1"],
        profile: Float[Tensor, "1 13"],
        memory: Float[Tensor, "1 1 hidden"],
        uniform: Float[Tensor, " 89"],
    ) -> tuple[Float[Tensor, "1 1 88"], Float[Tensor, "1 1 hidden"]]:
        """A step of a piano roll and the recurrent state after it; see `PianoRollModel.step`."""
        return self.model.step(before, number, profile, memory, uniform)
