"""How far decoded audio is from the original, without asking for its phase."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.codec.analysis import mel_bands

_FLOOR = 1e-8
"""Of powers: 80 dB below a full-scale sine."""
_MEL_WEIGHT = 3.0


class SpectralLoss(nn.Module):
    """Mean over several STFT sizes of logarithmic and linear magnitude errors, and of mel errors.

    The sum of both magnitude terms is the multi-resolution STFT loss of Parallel WaveGAN
    (Yamamoto et al., 2020, arXiv:1910.11480), with an L1 norm in the linear one too.
    """

    def __init__(
        self,
        sample_rate: int,
        sizes: Sequence[int] = (256, 512, 1024, 2048, 4096),
        mel_sizes: Sequence[tuple[int, int]] = ((1024, 80), (2048, 128)),
    ) -> None:
        """Prepares windows and bands.

        Args:
            sample_rate: In Hz.
            sizes: STFT lengths in samples, each with a quarter of it as hop.
            mel_sizes: Which of them are also compared in how many mel bands.
        """
        super().__init__()
        self.sizes = tuple(sizes)
        for size in sizes:
            self.register_buffer(f"window_{size}", torch.hann_window(size), persistent=False)
        self.bands = {size: f"bands_{size}" for size, _ in mel_sizes}
        for size, count in mel_sizes:
            weights = mel_bands(count, size // 2 + 1, sample_rate)
            self.register_buffer(f"bands_{size}", weights, persistent=False)

    def forward(
        self,
        decoded: Float[Tensor, "batch channels time"],
        real: Float[Tensor, "batch channels time"],
    ) -> Float[Tensor, ""]:
        """Nepers and relative magnitudes, weighted and averaged."""
        total = torch.zeros((), device=real.device)
        for size in self.sizes:
            ours, theirs = (self._power(audio.flatten(0, 1), size) for audio in (decoded, real))
            total = total + _log_error(ours, theirs)
            magnitudes = theirs.sqrt()
            total = total + (ours.sqrt() - magnitudes).abs().mean() / magnitudes.mean()
            if size in self.bands:
                bands = getattr(self, self.bands[size])
                total = total + _MEL_WEIGHT * _log_error(bands @ ours, bands @ theirs)
        return total / len(self.sizes)

    def _power(self, audio: Float[Tensor, "batch time"], size: int) -> Tensor:
        window = getattr(self, f"window_{size}")
        found = torch.stft(audio, size, size // 4, window=window, return_complex=True) / (size / 4)
        return found.real.square() + found.imag.square() + _FLOOR


def _log_error(ours: Tensor, theirs: Tensor) -> Tensor:
    return (ours.log() - theirs.log()).abs().mean() / 2
