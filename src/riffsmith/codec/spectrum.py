"""Short-time Fourier transform and its inverse; mid and side of stereo audio.

Spectra have the axes (frames, bins), as Fourier transforms take and return them.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn import functional

Parts = tuple[Tensor, Tensor]
"""Real and imaginary parts of a spectrum."""
Gains = Callable[[Tensor, slice], Tensor]
"""Function of squared magnitudes (*batch, frames, bins) and of the frames of the audio that these
are. It returns factors on the bins, from the lowest one on; bins without a factor become silent."""

_BLOCK_SAMPLES = 1 << 19
"""Samples in the windows of a block of frames: enough that each operation takes longer than its
call, few enough that the allocator reuses the memory of the block before."""


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
    """A short-time Fourier transform of audio (*batch, time)."""

    def parts(self, audio: Tensor) -> Parts:
        """Real and imaginary parts (*batch, frames, bins) of the spectrum."""
        ...

    def rescale(self, audio: Tensor, gains: Gains, lowest: Parts | None = None) -> Tensor:
        """Audio after each bin of its spectrum was multiplied by a gain.

        Args:
            audio: Audio of a whole number of hops.
            gains: Function that finds the gains.
            lowest: Parts (*batch, frames, _) that replace the lowest bins before. `None`: none.
        """
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

    def rescale(
        self, audio: Float[Tensor, "*batch time"], gains: Gains, lowest: Parts | None = None
    ) -> Float[Tensor, "*batch time"]:
        """Audio after each bin of its spectrum was multiplied by a gain; see `Transform`.

        The frames are worked through in blocks, because the system would clear the pages of larger
        tensors anew for each operation.
        """
        margin = (self.n_fft - self.hop_samples) // 2
        frames = functional.pad(audio, (margin, margin)).unfold(-1, self.n_fft, self.hop_samples)
        count, size = frames.shape[-2], max(1, _BLOCK_SAMPLES // self.n_fft)
        hops = audio.new_zeros(*audio.shape[:-1], count + 3, self.hop_samples)
        for first in range(0, count, size):
            block = slice(first, min(first + size, count))
            spectrum = torch.fft.rfft(frames[..., block, :] * self.window)
            if lowest is not None:
                low = torch.complex(*(part[..., block, :] for part in lowest))
                spectrum[..., : low.shape[-1]] = low
            factors = gains(spectrum.real.square() + spectrum.imag.square(), block)
            spectrum[..., : factors.shape[-1]] *= factors
            spectrum[..., factors.shape[-1] :] = 0
            pieces = torch.fft.irfft(spectrum, n=self.n_fft) * self.inverse_window
            _add_overlapping(pieces, hops[..., block.start : block.stop + 3, :])
        return hops.flatten(-2)[..., margin : margin + audio.shape[-1]]


def overlap_add(frames: Float[Tensor, "... frames size"]) -> Float[Tensor, "... time"]:
    """The sum of frames, each a quarter of its size later than the one before."""
    count, hop = frames.shape[-2], frames.shape[-1] // 4
    hops = frames.new_zeros(*frames.shape[:-2], count + 3, hop)
    _add_overlapping(frames, hops)
    return hops.flatten(-2)


def _add_overlapping(
    frames: Float[Tensor, "... frames size"], hops: Float[Tensor, "... hops quarter"]
) -> None:
    """Adds each frame to four successive hops, from that of its number on."""
    count = frames.shape[-2]
    for number, quarter in enumerate(frames.unflatten(-1, (4, -1)).unbind(-2)):
        hops[..., number : number + count, :].add_(quarter)
