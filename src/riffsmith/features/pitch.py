"""Pitch shifting and time stretching with a phase vocoder."""

import numpy as np
import soxr
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

_N_FFT = 2048
_HOP = 512
_REFERENCE_FRAME = 4
"""Frame whose phases stay as they are. The frames before it include the padded edge."""


def time_stretch(
    audio: Float[Tensor, "channels time"], factor: float
) -> Float[Tensor, "channels _"]:
    """Makes audio longer or shorter without changing its pitch.

    The method is the phase vocoder (Flanagan and Golden, "Phase vocoder", 1966): magnitudes are
    interpolated between frames, and phases advance by the increments measured between frames.

    Args:
        audio: Samples (channels, time).
        factor: Length of the result relative to the length of `audio`.
    """
    window = torch.hann_window(_N_FFT)
    spectrum = torch.stft(audio, _N_FFT, _HOP, window=window, return_complex=True)
    spectrum = functional.pad(spectrum, (0, 2))
    positions = torch.arange(0, spectrum.shape[-1] - 2, 1 / factor, dtype=torch.float64)
    before = positions.long()
    fraction = (positions - before).to(audio.dtype)
    left, right = spectrum[..., before], spectrum[..., before + 1]
    magnitudes = torch.lerp(left.abs(), right.abs(), fraction)

    expected = torch.linspace(0, torch.pi * _HOP, _N_FFT // 2 + 1)[:, None]
    increments = right.angle() - left.angle() - expected
    increments = increments - 2 * torch.pi * torch.round(increments / (2 * torch.pi)) + expected
    phases = functional.pad(torch.cumsum(increments[..., :-1].double(), -1), (1, 0))
    start = min(_REFERENCE_FRAME, phases.shape[-1] - 1)
    reference = slice(start, start + 1)
    phases = phases + (left[..., reference].angle() - phases[..., reference])
    stretched = torch.polar(magnitudes, torch.remainder(phases, 2 * torch.pi).to(audio.dtype))
    return torch.istft(
        stretched, _N_FFT, _HOP, window=window, length=round(audio.shape[-1] * factor)
    )


def shift_pitch(
    audio: Float[Tensor, "channels time"], semitones: float
) -> Float[Tensor, "channels time"]:
    """Shifts the pitch by a number of semitones and keeps length, tempo and level (RMS)."""
    if semitones == 0:
        return audio
    factor = 2 ** (semitones / 12)
    longer = time_stretch(audio, factor)
    resampled = soxr.resample(np.ascontiguousarray(longer.numpy().T), factor, 1.0)
    shifted = torch.from_numpy(np.ascontiguousarray(resampled.T))
    missing = audio.shape[-1] - shifted.shape[-1]
    shifted = functional.pad(shifted, (0, missing))  # A negative padding cuts.
    return shifted * (audio.square().mean() / shifted.square().mean().clamp_min(1e-12)).sqrt()
