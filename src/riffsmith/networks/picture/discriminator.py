"""Discriminator of spectrogram pictures: one logit a picture."""

from collections import OrderedDict

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from riffsmith.config import DiscriminatorSettings

_GROUPS = 8
_NORMS = {
    "batch": nn.BatchNorm2d,
    "group": lambda channels: nn.GroupNorm(_GROUPS, channels),
}


class Discriminator(nn.Module):
    """Convolutions of kernel 4 and stride 2, then one of stride 1 to a map of logits.

    The logit of a picture is the mean of its map, so pictures may have any size.
    """

    def __init__(self, settings: DiscriminatorSettings, audio_channels: int) -> None:
        """Builds the network.

        Args:
            settings: Widths, normalisation and biases.
            audio_channels: Channels of a picture.
        """
        super().__init__()
        wrap = spectral_norm if settings.spectral_norm else _identity
        widths = [audio_channels, *settings.channels]
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        for number in range(1, len(widths)):
            layers[f"down_{number}"] = wrap(
                nn.Conv2d(widths[number - 1], widths[number], 4, 2, 1, bias=settings.bias)
            )
            if number in settings.norm_after:
                layers[f"norm_{number}"] = _NORMS[settings.norm](widths[number])
            layers[f"activation_{number}"] = nn.LeakyReLU(0.2, inplace=True)
        # the name belongs to the format of checkpoints
        layers["verdict"] = wrap(nn.Conv2d(widths[-1], 1, 4, 1, 0, bias=settings.bias))
        layers["mean"] = nn.AdaptiveAvgPool2d(1)
        layers["flatten"] = nn.Flatten()
        self.layers = nn.Sequential(layers)

    def forward(self, picture: Float[Tensor, "batch channels _ _"]) -> Float[Tensor, "batch 1"]:
        """Logits, higher for pictures that look real."""
        return self.layers(picture)


def _identity(module: nn.Module) -> nn.Module:
    return module
