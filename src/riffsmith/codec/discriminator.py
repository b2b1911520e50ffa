"""Discriminator of decoded audio on one STFT, and the feature-matching loss."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

_COMPRESSION = 0.3
"""Exponent of the magnitudes: it makes quiet bins count. Phases do not change."""
_STRIDES = (1, 2, 1, 2)


class SpectrumDiscriminator(nn.Module):
    """Logits over time from the real and imaginary parts of one STFT.

    The bins are channels of one-dimensional convolutions over the frames, which cost a tenth of
    two-dimensional ones. Several of these networks together make a multi-resolution discriminator.
    """

    window: Tensor

    def __init__(self, n_fft: int, channels: int) -> None:
        """Builds the network.

        Args:
            n_fft: Length of the STFT in samples; the hop is a quarter of it.
            channels: Channels of each layer.
        """
        super().__init__()
        self.n_fft, self.bins = n_fft, n_fft // 2 + 1
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)
        widths = [2 * self.bins, *[channels] * len(_STRIDES)]
        self.layers = nn.ModuleList(
            nn.Conv1d(above, below, 3, stride=stride, padding=1)
            for above, below, stride in zip(widths[:-1], widths[1:], _STRIDES, strict=True)
        )
        self.exit = nn.Conv1d(channels, 1, 3, padding=1)

    def prepare(self, audio: Float[Tensor, "batch time"]) -> Float[Tensor, "batch parts frames"]:
        """Compressed spectra in float32: real parts, then imaginary parts as channels."""
        hop = self.n_fft // 4
        found = torch.stft(audio, self.n_fft, hop, window=self.window, return_complex=True)
        found = found / (self.n_fft / 4)
        power = found.real.square() + found.imag.square() + 1e-8
        gain = power.pow((_COMPRESSION - 1) / 2)
        return torch.cat([found.real * gain, found.imag * gain], dim=1)

    def forward(
        self, parts: Float[Tensor, "batch parts frames"]
    ) -> tuple[Float[Tensor, "batch 1 positions"], list[Tensor]]:
        """Logits, and the activations of each layer."""
        activations: list[Tensor] = []
        state = parts
        for layer in self.layers:
            state = functional.leaky_relu(layer(state), 0.1)
            activations.append(state)
        return self.exit(state).float(), activations


def feature_matching_loss(decoded: Sequence[Tensor], real: Sequence[Tensor]) -> Float[Tensor, ""]:
    """Mean relative difference between activations of the discriminator.

    Feature matching of MelGAN (Kumar et al., 2019, arXiv:1910.06711).

    Args:
        decoded: Activations of each layer for decoded audio.
        real: Activations of each layer for real audio.
    """
    distances = [
        (a.float() - b.float()).abs().mean() / (b.float().abs().mean() + 1e-4)
        for a, b in zip(decoded, real, strict=True)
    ]
    return torch.stack(distances).mean()
