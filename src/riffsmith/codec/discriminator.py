"""Real audio or decoded: dense convolutions over the frames of several STFTs."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

_COMPRESSION = 0.3
"""Magnitudes are raised to this power, so that quiet bins are seen too; phases stay."""
_STRIDES = (1, 2, 1, 2)


class SpectrumDiscriminator(nn.Module):
    """Sees real and imaginary parts of one STFT as channels, and gives logits over time.

    One-dimensional dense convolutions over frames cost a tenth of two-dimensional ones.
    """

    window: Tensor

    def __init__(self, n_fft: int, channels: int) -> None:
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
        """Compressed spectra; in full precision, whatever the caller's."""
        hop = self.n_fft // 4
        found = torch.stft(audio, self.n_fft, hop, window=self.window, return_complex=True)
        found = found / (self.n_fft / 4)
        power = found.real.square() + found.imag.square() + 1e-8
        gain = power.pow((_COMPRESSION - 1) / 2)
        return torch.cat([found.real * gain, found.imag * gain], dim=1)

    def forward(
        self, parts: Float[Tensor, "batch parts frames"]
    ) -> tuple[Float[Tensor, "batch 1 positions"], list[Tensor]]:
        """Logits, and what each layer saw."""
        seen: list[Tensor] = []
        state = parts
        for layer in self.layers:
            state = functional.leaky_relu(layer(state), 0.1)
            seen.append(state)
        return self.exit(state).float(), seen


def feature_distance(ours: Sequence[Tensor], theirs: Sequence[Tensor]) -> Float[Tensor, ""]:
    """Mean relative difference of what the layers saw (feature matching, MelGAN)."""
    distances = [
        (a.float() - b.float()).abs().mean() / (b.float().abs().mean() + 1e-4)
        for a, b in zip(ours, theirs, strict=True)
    ]
    return torch.stack(distances).mean()
