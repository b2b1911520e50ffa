"""Intervals over recordings, and the distance to real as a ratio with such an interval.

Windows of one recording are alike, so resampling windows would promise too narrow an interval;
whole recordings are drawn instead.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from riffsmith.seeds import derive_seed

Groups = Sequence[Float[np.ndarray, "_ dimension"]]
Distance = Callable[[np.ndarray, np.ndarray], float]
_HALVINGS = 16


@dataclass(frozen=True)
class Interval:
    """A statistic of all recordings and where it lies for 95 % of the resampled collections."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DistanceRatio:
    """Distance to real: 1 is as near to the held-out music as the training recordings are.

    Attributes:
        ratio: d(generated, held-out) / max(d(training, held-out), floor), with its interval.
        generated: d(generated, held-out).
        training: d(training, held-out), which the floor may have replaced in the ratio.
        floor: The smallest denominator that is told from zero.
        is_floored: The value's denominator is the floor: the ratio is then in units of the
            distance's own noise and understates how far the generated music is.
        floored_share: Share of the resampled denominators that are the floor.
    """

    ratio: Interval
    generated: float
    training: float
    floor: float
    is_floored: bool
    floored_share: float


def bootstrap_interval(
    statistic: Callable[..., float],
    *collections: Groups,
    resamples: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Percentile bootstrap over recordings (Efron & Tibshirani 1993, section 13.3).

    Each collection's recordings are drawn with replacement, as many as there are, and the
    statistic is computed anew. Recordings drawn twice bring equal windows, which raises kernel and
    Fréchet distances a little: with few recordings the interval lies high and can even lie
    above the value. A collection of one recording does not vary.

    Args:
        statistic: Takes one array (windows, dimension) a collection, in the same order.
        collections: For each, the recordings' arrays (windows, dimension).
        resamples: How many collections are drawn.
        level: Share of them inside the interval.
        seed: The same seed draws the same recordings.

    Raises:
        ValueError: If a collection has no recordings.
    """
    value = statistic(*map(_joined, collections))
    values = [statistic(*drawn) for drawn in _resampled(collections, resamples, seed)]
    return _interval(value, values, level)


def distance_ratio(
    distance: Distance,
    generated_groups: Groups,
    training_groups: Groups,
    held_out_groups: Groups,
    *,
    resamples: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> DistanceRatio:
    """d(generated, held-out) / d(training, held-out) with an interval over recordings.

    Both distances of a resample see the same held-out recordings. An unbiased distance between
    like sets is near zero or negative, where a ratio means nothing. The denominator is therefore
    at least the standard deviation of d between 16 random halves of the held-out windows, the
    noise below which this distance tells nothing at that size; the result says whether that
    happened. Distances that grow for small sets (Fréchet) need as many training as generated
    windows to be fair. Equal windows in a resample raise both distances alike and so draw the
    ratios towards 1: the interval is careful rather than exact.

    Args:
        distance: Takes (windows, dimension) of a set and of the reference set.
        generated_groups: An array (windows, dimension) for each generated clip.
        training_groups: The same for each training recording.
        held_out_groups: The same for each held-out recording, four windows or more in all.
        resamples: How many collections are drawn.
        level: Share of them inside the interval.
        seed: Draws the recordings and the halves.

    Raises:
        ValueError: If a collection has no recordings.
    """
    collections = (generated_groups, training_groups, held_out_groups)
    generated, training, held_out = map(_joined, collections)
    floor = _noise_floor(distance, held_out, seed)

    def pair(drawn: Sequence[np.ndarray]) -> tuple[float, float]:
        return distance(drawn[0], drawn[2]), distance(drawn[1], drawn[2])

    above, below = pair((generated, training, held_out))
    pairs = [pair(drawn) for drawn in _resampled(collections, resamples, seed)]
    ratios = [numerator / max(denominator, floor) for numerator, denominator in pairs]
    return DistanceRatio(
        ratio=_interval(above / max(below, floor), ratios, level),
        generated=above,
        training=below,
        floor=floor,
        is_floored=below < floor,
        floored_share=sum(denominator < floor for _, denominator in pairs) / len(pairs),
    )


def _noise_floor(distance: Distance, windows: np.ndarray, seed: int) -> float:
    random = np.random.default_rng(derive_seed(seed, "bootstrap", "halves"))
    orders = [random.permutation(len(windows)) for _ in range(_HALVINGS)]
    half = len(windows) // 2
    values = [distance(windows[order[:half]], windows[order[half:]]) for order in orders]
    return max(float(np.std(values)), float(np.finfo(np.float32).tiny))


def _resampled(
    collections: Sequence[Groups], resamples: int, seed: int
) -> Iterator[tuple[np.ndarray, ...]]:
    for number in range(resamples):
        random = np.random.default_rng(derive_seed(seed, "bootstrap", number))
        draws = [random.integers(len(groups), size=len(groups)) for groups in collections]
        yield tuple(
            _joined([groups[index] for index in draw])
            for groups, draw in zip(collections, draws, strict=True)
        )


def _joined(groups: Groups) -> np.ndarray:
    if len(groups) == 0:
        raise ValueError("A collection has no recordings, and at least one is needed; add some.")
    return np.concatenate(list(groups))


def _interval(value: float, values: Sequence[float], level: float) -> Interval:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value), float(low), float(high))
