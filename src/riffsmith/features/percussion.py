"""Drums and the rest of a recording as two signals, by median filtering of its spectrogram.

A drum is a vertical line in a spectrogram and a note a horizontal one. A median over time removes
the one and a median over frequency the other (Fitzgerald, "Harmonic/percussive separation using
median filtering", DAFx 2010). Nothing is learned, so consonants, picking noise and clicks count as
drums, and the tail of a cymbal or of a toned drum does not.
"""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

_WINDOW_SECONDS = 0.093
_MEDIAN_SECONDS, _MEDIAN_HZ = 0.5, 1000.0
"""Extent of the median over time and of that over frequency."""
_PIECE_SECONDS, _MARGIN_SECONDS = 30.0, 1.0
"""Audio is split piece by piece, with a margin that is wider than window and median together."""
_BLOCK_FRAMES = 128


def split_percussion(
    audio: Float[np.ndarray, "time channels"],
    sample_rate: int,
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> tuple[Float[np.ndarray, "time channels"], Float[np.ndarray, "time channels"]]:
    """Drums and the rest, whose sum is the audio. All channels have the same mask.

    Args:
        audio: Samples.
        sample_rate: Sample rate in Hz.
        on_progress: Called with the finished fraction, from 0 to 1.
    """
    hop = max(1, round(sample_rate * _WINDOW_SECONDS / 4))
    piece, margin = (
        hop * round(seconds * sample_rate / hop) for seconds in (_PIECE_SECONDS, _MARGIN_SECONDS)
    )
    drums = np.zeros_like(audio)
    for start in range(0, len(audio), piece):
        before = min(margin, start)
        passage = audio[start - before : start + piece + margin]
        found = _percussion(torch.from_numpy(passage.T.copy()), sample_rate, hop).numpy().T
        drums[start : start + piece] = found[before : before + piece]
        on_progress(min(1.0, (start + piece) / len(audio)))
    return drums, audio - drums


def _percussion(
    audio: Float[Tensor, "channels time"], sample_rate: int, hop: int
) -> Float[Tensor, "channels time"]:
    n_fft, time = 4 * hop, audio.shape[1]
    window = torch.hann_window(n_fft)
    padded = functional.pad(audio, (n_fft, n_fft))
    spectrum = torch.stft(padded, n_fft, hop, window=window, return_complex=True)
    level = spectrum.abs().square().sum(dim=0).sqrt()
    over_time = _median(level, _odd(_MEDIAN_SECONDS * sample_rate / hop))
    over_frequency = _median(level.T, _odd(_MEDIAN_HZ * n_fft / sample_rate)).T
    steady, struck = over_time.square(), over_frequency.square()
    mask = struck / (steady + struck).clamp_min(1e-20)
    found = torch.istft(spectrum * mask, n_fft, hop, window=window, length=padded.shape[1])
    return found[:, n_fft : n_fft + time]


def _median(values: Float[Tensor, "rows columns"], size: int) -> Float[Tensor, "rows columns"]:
    """Running median along each row; beyond its ends a row counts as repeating its last value."""
    padded = functional.pad(values[None], (size // 2, size // 2), mode="replicate")[0]
    blocks = [
        block.unfold(1, size, 1).median(dim=2).values
        for block in (
            padded[:, start : start + _BLOCK_FRAMES + size - 1]
            for start in range(0, values.shape[1], _BLOCK_FRAMES)
        )
    ]
    return torch.cat(blocks, dim=1)


def _odd(size: float) -> int:
    return 2 * max(1, round(size / 2)) + 1
