"""Rhythm of a clip: the strength, tempo, stability and persistence of its beat."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.features import MelTransform, track_beats

_FRAMES_PER_SECOND = 100
_WINDOW_SECONDS = 0.046
_MELS = 40
_RANGE_DB = 80.0  # levels further below the loudest band are treated as silence
_SLOWEST_BPM, _FASTEST_BPM = 40.0, 200.0
_SLOWEST_TRACKED_BPM, _FASTEST_TRACKED_BPM = 80.0, 160.0
_LOCAL_SECONDS, _LOCAL_HOP_SECONDS = 8.0, 4.0
_LATER_SECONDS = (2.0, 8.0)
RHYTHM_SECONDS = 8.0
"""Shortest audio whose rhythm is measured."""


@dataclass(frozen=True)
class Rhythm:
    """Measures of the onsets of a clip.

    Attributes:
        beat_strength: Highest autocorrelation of the onsets at the lag of a beat, 0 to about 1.
        tempo_bpm: Fastest pulse between 40 and 200 BPM that is at least 90 % as strong as the
            strongest one; `None` if nothing repeats.
        tempo_stability: 1 for one constant tempo, 0 for tempi spread over an octave; `None` if
            there are fewer than two local tempi.
        pulse_persistence: Highest autocorrelation of the onsets at lags of 2 to 8 s. It is low if
            the pulse does not continue, as in pieces in random order.
    """

    beat_strength: float
    tempo_bpm: float | None
    tempo_stability: float | None
    pulse_persistence: float


def measure_rhythm(audio: Float[np.ndarray, " time"], sample_rate: int) -> Rhythm:
    """Measures beat strength, tempo, tempo stability and pulse persistence.

    Local tempi are measured in windows of 8 s every 4 s. Whole octaves between them are ignored,
    because twice a tempo is the same music counted differently. If d is the distance of a local
    tempo in octaves from their circular mean, at most ½, the stability is 1 − mean(d) / ¼; tempi
    without any order have a mean of ¼.

    Args:
        audio: Mono samples (time,), at least 8 s.
        sample_rate: Sample rate in Hz.

    Raises:
        ValueError: The audio is shorter than 8 s.
    """
    if len(audio) < RHYTHM_SECONDS * sample_rate:
        raise ValueError(
            f"The audio lasts {len(audio) / sample_rate:.1f} s, and rhythm needs at least "
            f"{RHYTHM_SECONDS:g} s; give a longer clip."
        )
    envelope, rate = onset_envelope(audio, sample_rate)
    correlation = _autocorrelation(envelope)
    first, last = (round(seconds * rate) for seconds in _LATER_SECONDS)
    last = min(last, len(envelope) // 2)
    size, hop = round(_LOCAL_SECONDS * rate), round(_LOCAL_HOP_SECONDS * rate)
    tempi = [
        _tempo_bpm(_autocorrelation(envelope[start : start + size]), rate)
        for start in range(0, len(envelope) - size + 1, hop)
    ]
    return Rhythm(
        beat_strength=max(float(correlation[_beat_lags(rate)].max()), 0.0),
        tempo_bpm=_tempo_bpm(correlation, rate),
        tempo_stability=_stability([tempo for tempo in tempi if tempo is not None]),
        pulse_persistence=max(float(correlation[first : last + 1].max()), 0.0),
    )


def onset_envelope(
    audio: Float[np.ndarray, " time"], sample_rate: int
) -> tuple[Float[np.ndarray, " frames"], float]:
    """Spectral flux (frames,) of the log-mel spectrogram, and its frames per second (about 100).

    The flux is the rise in decibels from one frame to the next, averaged over 40 mel bands,
    smoothed (Gaussian, 20 ms), with the mean over the surrounding second subtracted (Böck & Widmer
    2013, without their maximum filter).

    Args:
        audio: Mono samples (time,).
        sample_rate: Sample rate in Hz.
    """
    hop = round(sample_rate / _FRAMES_PER_SECOND)
    n_fft = 2 ** round(np.log2(sample_rate * _WINDOW_SECONDS))
    samples = torch.from_numpy(np.ascontiguousarray(audio, dtype=np.float32))
    mel_db = MelTransform(sample_rate, n_fft, hop, _MELS).to_db(samples).numpy().astype(np.float64)
    mel_db = np.maximum(mel_db, mel_db.max() - _RANGE_DB)
    flux = np.maximum(np.diff(mel_db, axis=1), 0).mean(axis=0)
    kernel = np.exp(-0.5 * (np.arange(-6, 7) / 2) ** 2)
    smooth = _moving_average(flux, kernel)
    return smooth - _moving_average(smooth, np.ones(_FRAMES_PER_SECOND + 1)), sample_rate / hop


def find_beats(
    audio: Float[np.ndarray, " time"], sample_rate: int
) -> tuple[Float[np.ndarray, " frames"], float]:
    """Position in beats of each frame (frames,), and the frames per second (about 100).

    Args:
        audio: Mono samples (time,).
        sample_rate: Sample rate in Hz.
    """
    envelope, rate = onset_envelope(audio, sample_rate)
    return track_beats(envelope, rate, _SLOWEST_TRACKED_BPM, _FASTEST_TRACKED_BPM), rate


def _moving_average(
    values: Float[np.ndarray, " frames"], weights: Float[np.ndarray, " width"]
) -> Float[np.ndarray, " frames"]:
    """Weighted moving mean; at the ends, over the values that exist."""
    total = np.convolve(np.ones_like(values), weights, "same")
    return np.convolve(values, weights, "same") / total


def _autocorrelation(envelope: Float[np.ndarray, " frames"]) -> Float[np.ndarray, " lags"]:
    """Autocorrelation (lags,), 1 at lag 0, each lag averaged over its own number of products.

    A constant envelope gives 0 at all lags.
    """
    count = len(envelope)
    centred = envelope - envelope.mean()
    spectrum = np.fft.rfft(centred, 2 * count)
    sums = np.fft.irfft(np.abs(spectrum) ** 2)[:count]
    means = sums / np.arange(count, 0, -1)
    return means / means[0] if means[0] > 1e-6 else np.zeros(count)


def _beat_lags(rate: float) -> slice:
    return slice(round(60 / _FASTEST_BPM * rate), round(60 / _SLOWEST_BPM * rate) + 1)


def _tempo_bpm(correlation: Float[np.ndarray, " lags"], rate: float) -> float | None:
    lags = _beat_lags(rate)
    at, before, after = (
        correlation[lags.start + shift : lags.stop + shift] for shift in (0, -1, 1)
    )
    peaks = np.flatnonzero((at >= before) & (at > after) & (at > 0))
    if len(peaks) == 0:
        return None
    peak = peaks[at[peaks] >= 0.9 * at[peaks].max()][0]
    # the vertex of the parabola through three points
    bend = before[peak] - 2 * at[peak] + after[peak]
    shift = 0.5 * (before[peak] - after[peak]) / bend
    return float(60 * rate / (lags.start + peak + shift))


def _stability(tempi_bpm: list[float]) -> float | None:
    if len(tempi_bpm) < 2:
        return None
    octaves = np.log2(tempi_bpm)
    mean = np.angle(np.exp(2j * np.pi * octaves).mean()) / (2 * np.pi)
    away = np.abs((octaves - mean + 0.5) % 1 - 0.5)
    return float(max(1 - away.mean() / 0.25, 0))
