"""Significance of a measure's deviation from its values for untouched music."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from riffsmith.evaluation.measures import is_distance

_SMALLEST_SPREADS = {
    "clipped_share": 1e-4,
    "silence_share": 1e-3,
    "dc_offset": 1e-4,
    "clicks": 0.3,
    "stereo_width": 1e-3,
    "loudness_lufs": 0.1,
    "peak_db": 0.1,
    "falloff_hz": 50.0,
    "bandwidth_hz": 50.0,
}
_SMALLEST_RELATIVE_SPREAD = 1e-3

Measures = Mapping[str, float | None]


@dataclass(frozen=True)
class NullDistribution:
    """Mean and spread of the measures of untouched music, from many random halvings of it.

    Attributes:
        centres: Mean of each measure.
        spreads: Standard deviation of each measure; at least a difference too small to matter.
    """

    centres: dict[str, float]
    spreads: dict[str, float]

    @classmethod
    def of(cls, halvings: Sequence[Measures]) -> "NullDistribution":
        """The distribution of those measures that most of the halvings have.

        Args:
            halvings: Measures of one half beside the other, for each halving.
        """
        centres: dict[str, float] = {}
        spreads: dict[str, float] = {}
        for measure in halvings[0]:
            known = [value for each in halvings if (value := each[measure]) is not None]
            if 2 * len(known) > len(halvings):
                centres[measure] = float(np.mean(known))
                smallest = _SMALLEST_RELATIVE_SPREAD * abs(centres[measure]) + 1e-9
                smallest = _SMALLEST_SPREADS.get(measure, smallest)
                spreads[measure] = max(float(np.std(known)), smallest)
        return cls(centres, spreads)

    def deviation(self, measure: str, value: float | None) -> float:
        """Distance of a value from the centre in standard deviations.

        It is 0 where the value is None, and for distances of embeddings below the centre.
        """
        if value is None or measure not in self.centres:
            return 0.0
        deviation = (value - self.centres[measure]) / self.spreads[measure]
        return max(deviation, 0.0) if is_distance(measure) else abs(deviation)

    def band(self, measure: str, limit: float) -> tuple[float | None, float]:
        """Lowest and highest value that is not significant; `None` for the lowest of a distance.

        Args:
            measure: Name of the measure.
            limit: Largest deviation that is not significant, in standard deviations.
        """
        width = limit * self.spreads[measure]
        low = None if is_distance(measure) else self.centres[measure] - width
        return low, self.centres[measure] + width

    def significant(self, measures: Measures, limit: float) -> tuple[str, ...]:
        """Names of the measures whose deviation is above the limit, the largest one first."""
        deviations = {name: self.deviation(name, value) for name, value in measures.items()}
        beyond = [name for name, deviation in deviations.items() if deviation > limit]
        return tuple(sorted(beyond, key=lambda name: -deviations[name]))


def find_limit(null: NullDistribution, halvings: Sequence[Measures], level: float = 0.99) -> float:
    """The deviation that no measure exceeds in 99 of 100 halvings, in standard deviations.

    One limit for the largest of all deviations keeps false alarms at 1 % for all measures
    together, however many there are and however they depend on each other (Westfall & Young 1993,
    "Resampling-based multiple testing", the max-T method).

    Args:
        null: Distribution of the measures of these halvings.
        halvings: Measures of one half beside the other, for each halving.
        level: Fraction of the halvings in which no measure exceeds the limit.
    """
    largest = [max(null.deviation(name, each[name]) for name in each) for each in halvings]
    return float(np.quantile(largest, level))
