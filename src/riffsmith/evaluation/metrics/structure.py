"""Structure of a clip: the similarity of its moments as a function of the time between them.

Real music continues from one second to the next and repeats after some bars, so its similarity
starts high, falls with the lag and rises again. Seconds in random order have neither property.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.features import MelTransform

STEP_SECONDS = 0.25
_WINDOW_SECONDS = 0.093
_HOPS_PER_STEP = 8
_MELS = 40
_RANGE_DB = 80.0  # levels further below the loudest band are treated as silence
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 5000.0  # range of the pitch classes
_NEAR_SECONDS = (1.0, 3.0)
_FAR_SECONDS = 8.0


@dataclass(frozen=True)
class Structure:
    """Measures of the self-similarity of a clip.

    Attributes:
        curve: Mean similarity (−1 to 1) of moments that are 1.0, 1.25, … s apart.
        continuity: Mean similarity at lags of 1 to 3 s less that at lags of 8 s or more; about 0
            for seconds in random order.
        relief: Standard deviation of the curve over its lags; small where the similarity neither
            falls nor returns.
    """

    curve: Float[np.ndarray, " lags"]
    continuity: float
    relief: float


def measure_structure(
    audio: Float[np.ndarray, " time"], sample_rate: int, longest_seconds: float = 30.0
) -> Structure:
    """Measures the self-similarity of a clip at lags from 1 s to `longest_seconds`.

    A moment is a vector for a quarter second: 40 log-mel bands and 12 pitch classes, each
    standardised over the clip. Similarity is the cosine of two moments, about 0 for unrelated ones
    (Foote 1999, "Visualizing music and audio using self-similarity", averaged along the diagonals).

    Args:
        audio: Mono samples (time,).
        sample_rate: Sample rate in Hz.
        longest_seconds: Longest lag in seconds, more than 8. Only clips with equal longest lags
            can be compared, preferably of equal lengths of twice that.

    Raises:
        ValueError: The longest lag is too small, or the audio is too short for it.
    """
    seconds = len(audio) / sample_rate
    if longest_seconds <= _FAR_SECONDS or seconds < longest_seconds + 1:
        raise ValueError(
            f"The audio lasts {seconds:.1f} s for lags up to {longest_seconds:g} s; lags must "
            f"reach beyond {_FAR_SECONDS:g} s and the audio last 1 s more: give a longer clip or "
            "other lags."
        )
    vectors = moments(audio, sample_rate)
    lags = np.arange(round(1 / STEP_SECONDS), round(longest_seconds / STEP_SECONDS) + 1)
    curve = np.array([(vectors[lag:] * vectors[:-lag]).sum(axis=1).mean() for lag in lags])
    apart = lags * STEP_SECONDS
    near = curve[(apart >= _NEAR_SECONDS[0]) & (apart <= _NEAR_SECONDS[1])]
    far = curve[apart >= _FAR_SECONDS]
    return Structure(curve, float(near.mean() - far.mean()), float(curve.std()))


def curve_distance(
    generated: Float[np.ndarray, "generated lags"], real: Float[np.ndarray, "real lags"]
) -> float:
    """Energy distance between two sets of curves (Székely & Rizzo 2013, eq. 5), zero if equal.

    2 E|x − y| − E|x − x'| − E|y − y'| with |·| the root mean square over lags. Unlike a distance
    of mean curves it is also positive if the curves of one set vary more.

    Args:
        generated: Curves (clips, lags) of the set.
        real: Curves (clips, lags) of the reference set.
    """

    def spread(first: np.ndarray, second: np.ndarray) -> float:
        differences = first[:, None].astype(np.float64) - second[None]
        return float(np.sqrt(np.square(differences).mean(axis=2)).mean())

    return 2 * spread(generated, real) - spread(generated, generated) - spread(real, real)


def moments(
    audio: Float[np.ndarray, " time"], sample_rate: int
) -> Float[np.ndarray, "moments features"]:
    """Unit vectors (moments, features) for every quarter second of mono audio.

    The features are 40 log-mel bands and 12 pitch classes, standardised over the clip.
    """
    hop = round(sample_rate * STEP_SECONDS / _HOPS_PER_STEP)
    n_fft = 2 ** round(np.log2(sample_rate * _WINDOW_SECONDS))
    transform = MelTransform(sample_rate, n_fft, hop, _MELS)
    samples = torch.from_numpy(np.ascontiguousarray(audio, dtype=np.float32))
    power = transform.stft(samples).abs().square()
    bands = torch.cat([transform.filters.T, _pitch_classes(sample_rate, n_fft)]) @ power
    levels = 10 * np.log10(np.maximum(bands.numpy().astype(np.float64), 1e-10))
    levels = np.maximum(levels, levels.max() - _RANGE_DB)
    steps = levels.shape[1] // _HOPS_PER_STEP
    pooled = levels[:, : steps * _HOPS_PER_STEP].reshape(-1, steps, _HOPS_PER_STEP).mean(axis=2).T
    # the pitch classes without their common level are the chroma
    pooled[:, _MELS:] -= pooled[:, _MELS:].mean(axis=1, keepdims=True)
    centred = pooled - pooled.mean(axis=0)
    # a band that varies by less than 1 dB is not scaled up
    standard = centred / np.maximum(centred.std(axis=0), 1.0)
    return standard / np.maximum(np.linalg.norm(standard, axis=1, keepdims=True), 1e-9)


def _pitch_classes(sample_rate: int, n_fft: int) -> Float[torch.Tensor, "12 bins"]:
    """Matrix (12, bins) that sums the bins of each of the twelve semitones (A is the first)."""
    frequencies = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    used = (frequencies >= _LOWEST_HZ) & (frequencies <= _HIGHEST_HZ)
    semitones = np.round(12 * np.log2(np.maximum(frequencies, 1) / 440)).astype(int) % 12
    folded = (semitones[None] == np.arange(12)[:, None]) & used[None]
    return torch.from_numpy(folded.astype(np.float32))
