"""Generator of spectrogram pictures from noise."""

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.config import GeneratorSettings

_NORMS = {
    "batch": nn.BatchNorm2d,
    "instance": lambda channels: nn.InstanceNorm2d(channels, affine=True),
}


class Generator(nn.Module):
    """Transposed convolutions of kernel 4: the first gives 4×4 pixels, each other one doubles both.

    ReLU follows each layer and tanh the last one, as in DCGAN (Radford, Metz and Chintala, 2016,
    arXiv:1511.06434). The settings name the layers that are normalised.
    """

    def __init__(self, settings: GeneratorSettings, audio_channels: int) -> None:
        """Builds the network.

        Args:
            settings: Widths, normalisation and biases.
            audio_channels: Channels of a picture.
        """
        super().__init__()
        self.noise_channels = settings.noise_channels
        widths = [settings.noise_channels, *settings.channels, audio_channels]
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        for number in range(1, len(widths)):
            stride, padding = (1, 0) if number == 1 else (2, 1)
            layers[f"up_{number}"] = nn.ConvTranspose2d(
                widths[number - 1], widths[number], 4, stride, padding, bias=settings.bias
            )
            if number in settings.norm_after:
                layers[f"norm_{number}"] = _NORMS[settings.norm](widths[number])
            last = number == len(widths) - 1
            layers[f"activation_{number}"] = nn.Tanh() if last else nn.ReLU(inplace=True)
        self.layers = nn.Sequential(layers)

    def forward(self, noise: Float[Tensor, "batch noise"]) -> Float[Tensor, "batch channels _ _"]:
        """Pictures with values in [-1, 1] from standard normal noise."""
        return self.layers(noise[:, :, None, None])

    def draw_noise(self, count: int, generator: torch.Generator) -> Float[Tensor, "batch noise"]:
        """Standard normal noise for `count` pictures, on the CPU."""
        return torch.randn(count, self.noise_channels, generator=generator)
