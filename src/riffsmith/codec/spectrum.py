"""Short-time Fourier transform and its inverse; mid and side of stereo audio.

Spectra have the axes (frames, bins), as Fourier transforms take and return them.
"""

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn import functional


def to_mid_side(audio: Float[Tensor, "batch 2 time"]) -> Float[Tensor, "batch 2 time"]:
    """Half sum (mid) and half difference (side) of the left and right channel."""
    left, right = audio[:, 0], audio[:, 1]
    return torch.stack([(left + right) / 2, (left - right) / 2], dim=1)


def to_left_right(audio: Float[Tensor, "batch 2 time"]) -> Float[Tensor, "batch 2 time"]:
    """Left and right channel from mid and side: the inverse of `to_mid_side`."""
    mid, side = audio[:, 0], audio[:, 1]
    return torch.stack([mid + side, mid - side], dim=1)


@runtime_checkable
class Transform(Protocol):
    """A short-time Fourier transform whose spectra are pairs of real and imaginary parts."""

    def parts(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts (*batch, frames, bins) of audio (*batch, time)."""
        ...

    def from_parts(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Audio (*batch, time) of a spectrum: the inverse of `parts`."""
        ...


class Spectrum(nn.Module):
    """STFT with one frame for each hop, four overlapping frames everywhere, and its inverse.

    Magnitudes are scaled so that a full-scale sine has a magnitude of about 1.
    """

    window: Tensor
    inverse_window: Tensor

    def __init__(self, hop_samples: int) -> None:
        super().__init__()
        self.hop_samples = hop_samples
        self.n_fft = 4 * hop_samples
        self.bins = self.n_fft // 2 + 1
        window, scale = torch.hann_window(self.n_fft), self.n_fft / 4
        self.register_buffer("window", window / scale, persistent=False)
        # squares of Hann windows that overlap by three quarters add up to 1.5
        self.register_buffer("inverse_window", window * scale / 1.5, persistent=False)

    def forward(self, audio: Float[Tensor, "... time"]) -> Complex[Tensor, "... frames bins"]:
        """The spectrum of audio, with silence beyond both ends.

        Args:
            audio: Audio of a whole number of hops.
        """
        lead = audio.shape[:-1]
        margin = (self.n_fft - self.hop_samples) // 2
        padded = functional.pad(audio.reshape(-1, audio.shape[-1]), (margin, margin))
        spectrum = torch.stft(
            padded,
            self.n_fft,
            self.hop_samples,
            window=self.window,
            center=False,
            return_complex=True,
        )
        return spectrum.reshape(*lead, *spectrum.shape[-2:]).mT

    def inverse(self, spectrum: Complex[Tensor, "... frames bins"]) -> Float[Tensor, "... time"]:
        """Audio from a spectrum: overlap-add of the windowed inverse transforms."""
        frames = torch.fft.irfft(spectrum, n=self.n_fft)
        audio = overlap_add(frames * self.inverse_window)
        margin = (self.n_fft - self.hop_samples) // 2
        return audio[..., margin : audio.shape[-1] - margin]

    def parts(
        self, audio: Float[Tensor, "*batch time"]
    ) -> tuple[Float[Tensor, "*batch frames bins"], Float[Tensor, "*batch frames bins"]]:
        """Real and imaginary parts of the spectrum of audio."""
        spectrum = self(audio)
        return spectrum.real, spectrum.imag

    def from_parts(
        self,
        real: Float[Tensor, "*batch frames bins"],
        imaginary: Float[Tensor, "*batch frames bins"],
    ) -> Float[Tensor, "*batch time"]:
        """Audio from the real and imaginary parts of a spectrum."""
        return self.inverse(torch.complex(real, imaginary))


def overlap_add(frames: Float[Tensor, "... frames size"]) -> Float[Tensor, "... time"]:
    """The sum of frames, each a quarter of its size later than the one before."""
    count, hop = frames.shape[-2], frames.shape[-1] // 4
    blocks = frames.new_zeros(*frames.shape[:-2], count + 3, hop)
    for number, quarter in enumerate(frames.unflatten(-1, (4, hop)).unbind(-2)):
        blocks[..., number : number + count, :] += quarter
    return blocks.flatten(-2)
