"""Multi-resolution spectral loss, which does not depend on phases."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.codec.analysis import mel_bands

_FLOOR = 1e-8
"""Power that is added before logarithms and roots: 80 dB below a full-scale sine."""
_MEL_WEIGHT = 3.0
"""Weight of the errors in mel bands."""


class SpectralLoss(nn.Module):
    """Mean over several STFT sizes of the errors of magnitudes, log magnitudes and log-mel bands.

    The two magnitude terms are the multi-resolution STFT loss of Parallel WaveGAN (Yamamoto et al.,
    2020, arXiv:1910.11480), with an L1 norm in both.
    """

    def __init__(
        self,
        sample_rate: int,
        sizes: Sequence[int] = (256, 512, 1024, 2048, 4096),
        mel_sizes: Sequence[tuple[int, int]] = ((1024, 80), (2048, 128)),
    ) -> None:
        """Prepares windows and mel bands.

        Args:
            sample_rate: Sample rate in Hz.
            sizes: STFT lengths in samples; the hop is a quarter of the length.
            mel_sizes: Pairs of an STFT length, which is one of `sizes`, and a number of mel bands
                in which these spectra are compared as well.
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
        """Errors in nepers plus relative errors of the magnitude, averaged over the sizes.

        Args:
            decoded: Audio of the decoder.
            real: Original audio.
        """
        total = torch.zeros((), device=real.device)
        for size in self.sizes:
            predicted, target = (
                self._power(audio.flatten(0, 1), size) for audio in (decoded, real)
            )
            total = total + _log_error(predicted, target)
            magnitudes = target.sqrt()
            total = total + (predicted.sqrt() - magnitudes).abs().mean() / magnitudes.mean()
            if size in self.bands:
                bands = getattr(self, self.bands[size])
                total = total + _MEL_WEIGHT * _log_error(bands @ predicted, bands @ target)
        return total / len(self.sizes)

    def _power(self, audio: Float[Tensor, "batch time"], size: int) -> Tensor:
        window = getattr(self, f"window_{size}")
        spectrum = torch.stft(audio, size, size // 4, window=window, return_complex=True)
        spectrum = spectrum / (size / 4)
        return spectrum.real.square() + spectrum.imag.square() + _FLOOR


def _log_error(predicted: Tensor, target: Tensor) -> Tensor:
    return (predicted.log() - target.log()).abs().mean() / 2
