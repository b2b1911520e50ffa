"""Short-time Fourier transform in real arithmetic, for runtimes without complex numbers."""

from math import isqrt, tau

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.codec import Spectrum, overlap_add
from riffsmith.codec.spectrum import Gains, Parts


class RealSpectrum(nn.Module):
    """The transform of `Spectrum` with separate real and imaginary parts, by matrix products.

    A transform of size P · Q is computed as one of size P, a rotation, and one of size Q (Cooley
    and Tukey, 1965, with two factors). At 2048 samples this takes a tenth of the products of one
    large matrix. The sample at Q · p + q contributes to the frequency k₁ + P · k₂.
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
        """Number of values of k₂ that the frequencies of a real signal need."""
        p, q = torch.arange(self.p), torch.arange(self.q)
        cosine, sine = _rotations(p[:, None] * p, self.p)
        self._store("fine_in", torch.cat([cosine, -sine]))
        self._store("fine_out", torch.cat([cosine, -sine], dim=1))
        cosine, sine = _rotations(p[:, None] * q, size)
        self._store("cosine", cosine)
        self._store("sine", sine)
        cosine, sine = _rotations(q[:, None] * q[: self.high], self.q)
        self._store("coarse_in", _complex_matrix(cosine, -sine))
        self._store("coarse_out", _complex_matrix(cosine.T, sine.T))
        weights = torch.full((bins,), 2 / size, dtype=torch.float64)
        weights[0] = weights[-1] = 1 / size  # every other bin represents two frequencies
        self._store("weights", weights)
        self._store("window", spectrum.window)
        self._store("inverse_window", spectrum.inverse_window)

    def _store(self, name: str, table: Tensor) -> None:
        self.register_buffer(name, table.float(), persistent=False)

    def parts(
        self, audio: Float[Tensor, "batch channels time"]
    ) -> tuple[
        Float[Tensor, "batch channels frames bins"], Float[Tensor, "batch channels frames bins"]
    ]:
        """Real and imaginary parts of audio (batch, channels, time), one frame for each hop.

        Beyond both ends the audio counts as silent.
        """
        margin = (self.size - self.hop_samples) // 2
        hops = functional.pad(audio, (margin, margin)).unflatten(-1, (-1, self.hop_samples))
        count = hops.shape[2] - 3
        frames = torch.cat([hops[:, :, number : number + count] for number in range(4)], dim=-1)
        grid = (frames * self.window).unflatten(-1, (self.p, self.q))
        real, imaginary = (self.fine_in @ grid).chunk(2, dim=-2)
        rotated = torch.cat(
            [
                real * self.cosine + imaginary * self.sine,
                imaginary * self.cosine - real * self.sine,
            ],
            dim=-1,
        )
        real, imaginary = (rotated @ self.coarse_in).chunk(2, dim=-1)
        return self._in_order(real), self._in_order(imaginary)

    def rescale(
        self, audio: Float[Tensor, "batch channels time"], gains: Gains, lowest: Parts | None = None
    ) -> Float[Tensor, "batch channels time"]:
        """Audio after each bin of its spectrum was multiplied by a gain; see `Transform`."""
        real, imaginary = self.parts(audio)
        if lowest is not None:
            low = lowest[0].shape[-1]
            real = torch.cat([lowest[0], real[..., low:]], dim=-1)
            imaginary = torch.cat([lowest[1], imaginary[..., low:]], dim=-1)
        factors = gains(real.square() + imaginary.square(), slice(None))
        factors = functional.pad(factors, (0, self.bins - factors.shape[-1]))
        return self.from_parts(real * factors, imaginary * factors)

    def from_parts(
        self,
        real: Float[Tensor, "batch channels frames bins"],
        imaginary: Float[Tensor, "batch channels frames bins"],
    ) -> Float[Tensor, "batch channels time"]:
        """Audio (batch, channels, time): overlap-add of the windowed inverse transforms."""
        both = torch.cat([self._in_grid(real), self._in_grid(imaginary)], dim=-1)
        real, imaginary = (both @ self.coarse_out).chunk(2, dim=-1)
        rotated = torch.cat(
            [
                real * self.cosine - imaginary * self.sine,
                imaginary * self.cosine + real * self.sine,
            ],
            dim=-2,
        )
        pieces = (self.fine_out @ rotated).flatten(-2)
        audio = overlap_add(pieces * self.inverse_window)
        margin = (self.size - self.hop_samples) // 2
        return audio[..., margin : audio.shape[-1] - margin]

    def _in_order(self, grid: Tensor) -> Tensor:
        """Reorders (…, frames, k₁, k₂) to (…, frames, bins)."""
        return grid.mT.flatten(-2)[..., : self.bins]

    def _in_grid(self, flat: Tensor) -> Tensor:
        """Reverses `_in_order`; weights bins by the number of frequencies that they represent."""
        padded = functional.pad(flat * self.weights, (0, self.high * self.p - self.bins))
        return padded.unflatten(-1, (self.high, self.p)).mT


def _rotations(numerators: Tensor, whole: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the angles 2π · numerator / whole."""
    angle = tau * (numerators % whole).double() / whole
    return angle.cos(), angle.sin()


def _complex_matrix(real: Tensor, imaginary: Tensor) -> Tensor:
    """Real matrix that multiplies [real, imaginary] rows as a complex matrix multiplies rows."""
    upper = torch.cat([real, imaginary], dim=1)
    return torch.cat([upper, torch.cat([-imaginary, real], dim=1)])
