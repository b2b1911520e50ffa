"""Pitch shifting that keeps the length: a phase vocoder and a resampler."""

import numpy as np
import soxr
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

_N_FFT = 2048
_HOP = 512
_ANCHOR_FRAME = 4


def stretch(audio: Float[Tensor, "channels time"], factor: float) -> Float[Tensor, "channels _"]:
    """Makes audio `factor` times longer without moving its pitch.

    A phase vocoder: magnitudes are interpolated between frames, phases advance by the phase
    increment measured there (Flanagan and Golden, "Phase vocoder", 1966).
    """
    window = torch.hann_window(_N_FFT)
    spectrum = torch.stft(audio, _N_FFT, _HOP, window=window, return_complex=True)
    spectrum = functional.pad(spectrum, (0, 2))
    positions = torch.arange(0, spectrum.shape[-1] - 2, 1 / factor, dtype=torch.float64)
    before = positions.long()
    share = (positions - before).to(audio.dtype)
    left, right = spectrum[..., before], spectrum[..., before + 1]
    magnitudes = torch.lerp(left.abs(), right.abs(), share)

    expected = torch.linspace(0, torch.pi * _HOP, _N_FFT // 2 + 1)[:, None]
    increments = right.angle() - left.angle() - expected
    increments = increments - 2 * torch.pi * torch.round(increments / (2 * torch.pi)) + expected
    phases = functional.pad(torch.cumsum(increments[..., :-1].double(), -1), (1, 0))
    anchor = min(_ANCHOR_FRAME, phases.shape[-1] - 1)  # the first frames see the padded edge
    phases = phases + (left[..., anchor : anchor + 1].angle() - phases[..., anchor : anchor + 1])
    stretched = torch.polar(magnitudes, torch.remainder(phases, 2 * torch.pi).to(audio.dtype))
    return torch.istft(
        stretched, _N_FFT, _HOP, window=window, length=round(audio.shape[-1] * factor)
    )


def shift_pitch(
    audio: Float[Tensor, "channels time"], semitones: float
) -> Float[Tensor, "channels time"]:
    """Moves the pitch by a number of semitones; length, tempo and level (RMS) stay."""
    if semitones == 0:
        return audio
    factor = 2 ** (semitones / 12)
    longer = stretch(audio, factor)
    back = soxr.resample(np.ascontiguousarray(longer.numpy().T), factor, 1.0)
    shifted = torch.from_numpy(np.ascontiguousarray(back.T))
    missing = audio.shape[-1] - shifted.shape[-1]
    shifted = functional.pad(shifted, (0, missing))  # a negative pad cuts
    return shifted * (audio.square().mean() / shifted.square().mean().clamp_min(1e-12)).sqrt()
