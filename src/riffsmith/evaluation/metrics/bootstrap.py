"""Bootstrap intervals over recordings, and the distance to real music as a ratio with an interval.

The windows of one recording depend on each other, so resampling windows would give too narrow an
interval. Whole recordings are resampled instead.
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
    """A statistic of all recordings, and its interval over the resampled collections."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DistanceRatio:
    """Distance to real music: 1 is as near to held-out music as the training recordings are.

    Attributes:
        ratio: d(generated, held-out) / max(d(training, held-out), floor), with its interval.
        generated: d(generated, held-out).
        training: d(training, held-out); the ratio has the floor in its place where that is larger.
        floor: Smallest denominator that can be distinguished from zero.
        is_floored: Whether the denominator of the value is the floor. The ratio is then in units
            of the distance's own noise and is too low.
        floored_share: Share of the resampled denominators that are the floor, from 0 to 1.
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
    statistic is computed again. A recording that is drawn twice contributes equal windows, which
    raises kernel and Fréchet distances a little: with few recordings the interval is too high and
    can even be above the value. A collection of one recording does not vary.

    Args:
        statistic: Function of one array (windows, dimension) for each collection, in their order.
        collections: Arrays (windows, dimension) of the recordings of each collection.
        resamples: Number of times that the collections are drawn.
        level: Share of the resampled values inside the interval, from 0 to 1.
        seed: Seed of the draws.

    Raises:
        ValueError: A collection has no recordings.
    """
    value = statistic(*map(_join, collections))
    values = [statistic(*drawn) for drawn in _resample(collections, resamples, seed)]
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

    Both distances of a resample use the same held-out recordings. An unbiased distance between
    similar sets is near zero or negative, and a ratio with such a denominator has no meaning. The
    denominator is therefore at least the standard deviation of d between 16 random halves of the
    held-out windows, which is the noise of the distance at that size; the result says whether this
    floor was used. Distances that grow for small sets (Fréchet) can only be compared for equal
    numbers of training and generated windows. Equal windows in a resample raise both distances
    alike and move the ratios towards 1, so the interval is conservative rather than exact.

    Args:
        distance: Function of the arrays (windows, dimension) of a set and of the reference set.
        generated_groups: Array (windows, dimension) of each generated clip.
        training_groups: Array (windows, dimension) of each training recording.
        held_out_groups: Array (windows, dimension) of each held-out recording; four windows or
            more in all.
        resamples: Number of times that the recordings are drawn.
        level: Share of the resampled ratios inside the interval, from 0 to 1.
        seed: Seed of the draws and of the halves.

    Raises:
        ValueError: A collection has no recordings.
    """
    collections = (generated_groups, training_groups, held_out_groups)
    generated, training, held_out = map(_join, collections)
    floor = _noise_floor(distance, held_out, seed)

    def pair(drawn: Sequence[np.ndarray]) -> tuple[float, float]:
        return distance(drawn[0], drawn[2]), distance(drawn[1], drawn[2])

    above, below = pair((generated, training, held_out))
    pairs = [pair(drawn) for drawn in _resample(collections, resamples, seed)]
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


def _resample(
    collections: Sequence[Groups], resamples: int, seed: int
) -> Iterator[tuple[np.ndarray, ...]]:
    for number in range(resamples):
        random = np.random.default_rng(derive_seed(seed, "bootstrap", number))
        draws = [random.integers(len(groups), size=len(groups)) for groups in collections]
        yield tuple(
            _join([groups[index] for index in draw])
            for groups, draw in zip(collections, draws, strict=True)
        )


def _join(groups: Groups) -> np.ndarray:
    if len(groups) == 0:
        raise ValueError("A collection has no recordings, and at least one is needed; add some.")
    return np.concatenate(list(groups))


def _interval(value: float, values: Sequence[float], level: float) -> Interval:
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(value), float(low), float(high))
