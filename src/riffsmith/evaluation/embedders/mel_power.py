"""What the front ends of both networks have in common."""

import torch
from jaxtyping import Float
from torch import Tensor


def measure_mel_power(
    audio: Float[Tensor, "batch time"],
    hop_samples: int,
    window: Float[Tensor, " n_fft"],
    filters: Float[Tensor, "bins mels"],
) -> Float[Tensor, "batch frames mels"]:
    """Mel powers; frames = time // hop + 1, centred, with silence beyond the edges."""
    spectrum = torch.stft(
        audio,
        len(window),
        hop_samples,
        window=window,
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    power = spectrum.real.square() + spectrum.imag.square()
    return power.transpose(1, 2) @ filters
