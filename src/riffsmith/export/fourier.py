"""Short-time Fourier transforms in real arithmetic, for runtimes without complex numbers."""

from math import isqrt, tau

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.codec import Spectrum, overlap_add


class RealSpectrum(nn.Module):
    """What `Spectrum` does, with real and imaginary parts apart and matrix products for transforms.

    A transform of size P · Q is one of size P, a rotation and one of size Q (Cooley and Tukey,
    1965, with two factors): at 2048 samples a tenth of the products of the whole matrix. Sample
    Q · p + q goes to frequency k₁ + P · k₂.
    """

    window: Tensor
    inverse_window: Tensor
    weights: Tensor
    fine_in: Tensor
    fine_out: Tensor
    cosine: Tensor
    sine: Tensor
    coarse_in: Tensor
    coarse_out: Tensor

    def __init__(self, spectrum: Spectrum) -> None:
        super().__init__()
        size, bins = spectrum.n_fft, spectrum.bins
        self.hop_samples, self.size, self.bins = spectrum.hop_samples, size, bins
        self.p = next(number for number in range(isqrt(size), 0, -1) if size % number == 0)
        self.q = size // self.p
        self.high = (bins - 1) // self.p + 1
        """Of the k₂: those that the frequencies of a real signal need."""
        p, q = torch.arange(self.p), torch.arange(self.q)
        cosine, sine = _turns(p[:, None] * p, self.p)
        self._keep("fine_in", torch.cat([cosine, -sine]))
        self._keep("fine_out", torch.cat([cosine, -sine], dim=1))
        cosine, sine = _turns(p[:, None] * q, size)
        self._keep("cosine", cosine)
        self._keep("sine", sine)
        cosine, sine = _turns(q[:, None] * q[: self.high], self.q)
        self._keep("coarse_in", _times(cosine, -sine))
        self._keep("coarse_out", _times(cosine.T, sine.T))
        weights = torch.full((bins,), 2 / size, dtype=torch.float64)
        weights[0] = weights[-1] = 1 / size  # the others stand for two frequencies each
        self._keep("weights", weights)
        self._keep("window", spectrum.window)
        self._keep("inverse_window", spectrum.inverse_window)

    def _keep(self, name: str, table: Tensor) -> None:
        self.register_buffer(name, table.float(), persistent=False)

    def forward(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> tuple[Float[Tensor, "batch 2 frames bins"], Float[Tensor, "batch 2 frames bins"]]:
        """Real and imaginary parts, one frame a hop, silence beyond both ends."""
        margin = (self.size - self.hop_samples) // 2
        hops = functional.pad(audio, (margin, margin)).unflatten(-1, (-1, self.hop_samples))
        count = hops.shape[2] - 3
        frames = torch.cat([hops[:, :, number : number + count] for number in range(4)], dim=-1)
        grid = (frames * self.window).unflatten(-1, (self.p, self.q))
        real, imaginary = (self.fine_in @ grid).chunk(2, dim=-2)
        with_controls = torch.cat(
            [
                real * self.cosine + imaginary * self.sine,
                imaginary * self.cosine - real * self.sine,
            ],
            dim=-1,
        )
        real, imaginary = (with_controls @ self.coarse_in).chunk(2, dim=-1)
        return self._in_order(real), self._in_order(imaginary)

    def inverse(
        self,
        real: Float[Tensor, "batch 2 frames bins"],
        imaginary: Float[Tensor, "batch 2 frames bins"],
    ) -> Float[Tensor, "batch 2 time"]:
        """Overlap-add of the windowed inverse transforms."""
        both = torch.cat([self._in_grid(real), self._in_grid(imaginary)], dim=-1)
        real, imaginary = (both @ self.coarse_out).chunk(2, dim=-1)
        with_controls = torch.cat(
            [
                real * self.cosine - imaginary * self.sine,
                imaginary * self.cosine + real * self.sine,
            ],
            dim=-2,
        )
        pieces = (self.fine_out @ with_controls).flatten(-2)
        audio = overlap_add(pieces * self.inverse_window)
        margin = (self.size - self.hop_samples) // 2
        return audio[..., margin : audio.shape[-1] - margin]

    def _in_order(self, grid: Tensor) -> Tensor:
        """(…, frames, k₁, k₂) to (…, frames, bins)."""
        return grid.mT.flatten(-2)[..., : self.bins]

    def _in_grid(self, flat: Tensor) -> Tensor:
        """Undoes `_in_order`, and weighs what stands for two frequencies."""
        padded = functional.pad(flat * self.weights, (0, self.high * self.p - self.bins))
        return padded.unflatten(-1, (self.high, self.p)).mT


def _turns(numerators: Tensor, whole: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of fractions of a turn."""
    angle = tau * (numerators % whole).double() / whole
    return angle.cos(), angle.sin()


def _times(real: Tensor, imaginary: Tensor) -> Tensor:
    """What real and imaginary columns side by side are multiplied with, for a complex matrix."""
    upper = torch.cat([real, imaginary], dim=1)
    return torch.cat([upper, torch.cat([-imaginary, real], dim=1)])
