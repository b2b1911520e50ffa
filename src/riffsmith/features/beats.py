"""Beat tracking by the predominant local pulse.

The method is that of Grosche and Müller ("Extracting predominant local pulse information from music
recordings", 2011). In each window it finds the sinusoid that agrees best with the onsets, and the
sum of these sinusoids is the pulse. Two things are added. The tempi of the windows are smoothed by
the Viterbi algorithm. The score of a tempo includes two and four times its frequency, so that the
pulse follows beats and not bars or semiquavers.
"""

import numpy as np
from jaxtyping import Float

_WINDOW_SECONDS, _HOP_SECONDS = 8.0, 0.2
_TEMPI = 72
"""Number of tempi on a logarithmic scale; neighbours in an octave are one per cent apart."""
_MULTIPLES = (1, 2, 4)
_MOVE_COST, _LONGEST_MOVE = 0.06, 12
"""Cost for each step on the scale that the tempo moves in a hop, and the number of steps from which
the cost stays the same."""
_PHASES = 48
"""Number of phases that are tried for each sinusoid."""
_SMOOTHING_SECONDS, _MEAN_SECONDS = 0.02, 1.0


def onset_flux(
    log_mel: Float[np.ndarray, "bands frames"], frames_per_second: float
) -> Float[np.ndarray, " frames"]:
    """Onset strength: the mean rise of the bands from frame to frame.

    The rise is smoothed, and its mean over one second around each frame is subtracted.

    Args:
        log_mel: Logarithms of the mel magnitudes (bands, frames).
        frames_per_second: Frame rate.
    """
    rises = np.maximum(np.diff(log_mel, axis=1, prepend=log_mel[:, :1]), 0).mean(axis=0)
    reach = np.arange(-5, 6) / (_SMOOTHING_SECONDS * frames_per_second)
    kernel = np.exp(-0.5 * reach**2)
    smooth = np.convolve(rises, kernel / kernel.sum(), "same")
    width = round(_MEAN_SECONDS * frames_per_second) // 2 * 2 + 1
    return smooth - np.convolve(smooth, np.ones(width) / width, "same")


def track_beats(
    flux: Float[np.ndarray, " frames"],
    frames_per_second: float,
    slowest_bpm: float,
    fastest_bpm: float,
) -> Float[np.ndarray, " frames"]:
    """Finds the position of every frame in beats: it never decreases, and whole numbers are beats.

    Args:
        flux: Onset strength of each frame, from `onset_flux`.
        frames_per_second: Frame rate of `flux`.
        slowest_bpm: Slowest tempo to consider, in beats per minute.
        fastest_bpm: Fastest tempo to consider, about twice the slowest one.
    """
    size = round(_WINDOW_SECONDS * frames_per_second) // 2 * 2
    hop = max(1, round(_HOP_SECONDS * frames_per_second))
    window = np.hanning(size)
    padded = np.pad(flux / (flux.std() + 1e-9), size // 2)
    starts = np.arange(0, len(flux), hop)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, size)[starts] * window
    offsets = np.arange(size) - size // 2
    spacing = (np.arange(_TEMPI) + 0.5) / _TEMPI
    frequencies = slowest_bpm * (fastest_bpm / slowest_bpm) ** spacing / 60 / frames_per_second
    waves = {k: np.exp(-2j * np.pi * k * np.outer(offsets, frequencies)) for k in _MULTIPLES}
    spectra = {k: pieces @ wave for k, wave in waves.items()}
    power = np.sqrt((pieces**2).sum(axis=1, keepdims=True) * size / 2 + 1e-9)
    path = _smoothest_path(sum(np.abs(value) for value in spectra.values()) / power)
    rows = np.arange(len(starts))
    candidates = np.linspace(0, 2 * np.pi, _PHASES, endpoint=False)
    agreement = sum(
        (value[rows, path][:, None] * np.exp(1j * k * candidates)).real
        for k, value in spectra.items()
    )
    phases = candidates[np.asarray(agreement).argmax(axis=1)]
    pulse = np.zeros(len(padded))
    for start, phase, frequency in zip(starts, phases, frequencies[path], strict=True):
        pulse[start : start + size] += window * np.cos(2 * np.pi * frequency * offsets - phase)
    within = pulse[size // 2 : size // 2 + len(flux)]
    beats = np.unwrap(np.angle(_analytic(within))) / (2 * np.pi)
    return np.maximum.accumulate(beats)


def _analytic(values: Float[np.ndarray, " frames"]) -> np.ndarray:
    """Analytic signal: the signal without its negative frequencies."""
    spectrum = np.fft.fft(values)
    spectrum[len(values) // 2 + 1 :] = 0
    return np.fft.ifft(spectrum)


def _smoothest_path(scores: Float[np.ndarray, "hops tempi"]) -> np.ndarray:
    """Viterbi algorithm: the sequence of tempi with the highest score less the cost of its moves.

    Args:
        scores: Score of each tempo in each hop.

    Returns:
        Number of the tempo in each hop.
    """
    count = scores.shape[1]
    moves = np.abs(np.arange(count)[:, None] - np.arange(count))
    # The scale is cyclic, because a tempo one octave away is the same pulse.
    moves = np.minimum(moves, count - moves)
    costs = _MOVE_COST * np.minimum(moves, _LONGEST_MOVE)
    best, origins = scores[0], []
    for score in scores[1:]:
        reached = best[:, None] - costs
        origins.append(reached.argmax(axis=0))
        best = reached.max(axis=0) + score
    path = [int(best.argmax())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1])
