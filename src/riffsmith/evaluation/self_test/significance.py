"""When a measure counts as noticing something: it leaves the band that untouched music gives."""

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
_SMALLEST_SHARE = 1e-3

Figures = Mapping[str, float | None]


@dataclass(frozen=True)
class Null:
    """What a measure gives for untouched music, from many random halvings of it.

    Attributes:
        centres: Mean of each measure.
        spreads: Standard deviation, and at least what is too little to matter.
    """

    centres: dict[str, float]
    spreads: dict[str, float]

    @classmethod
    def of(cls, halvings: Sequence[Figures]) -> "Null":
        """Measures that most of the halvings have."""
        centres: dict[str, float] = {}
        spreads: dict[str, float] = {}
        for measure in halvings[0]:
            known = [value for each in halvings if (value := each[measure]) is not None]
            if 2 * len(known) > len(halvings):
                centres[measure] = float(np.mean(known))
                smallest = _SMALLEST_SHARE * abs(centres[measure]) + 1e-9
                smallest = _SMALLEST_SPREADS.get(measure, smallest)
                spreads[measure] = max(float(np.std(known)), smallest)
        return cls(centres, spreads)

    def deviation(self, measure: str, value: float | None) -> float:
        """Standard deviations from the centre; 0 for unknown values and for small distances."""
        if value is None or measure not in self.centres:
            return 0.0
        away = (value - self.centres[measure]) / self.spreads[measure]
        return max(away, 0.0) if is_distance(measure) else abs(away)

    def band(self, measure: str, limit: float) -> tuple[float | None, float]:
        """Least and largest value that is not noticed; distances have no least one."""
        width = limit * self.spreads[measure]
        low = None if is_distance(measure) else self.centres[measure] - width
        return low, self.centres[measure] + width

    def noticed(self, figures: Figures, limit: float) -> tuple[str, ...]:
        """The measures beyond the limit, the most certain first."""
        deviations = {name: self.deviation(name, value) for name, value in figures.items()}
        beyond = [name for name, deviation in deviations.items() if deviation > limit]
        return tuple(sorted(beyond, key=lambda name: -deviations[name]))


def find_limit(null: Null, halvings: Sequence[Figures], level: float = 0.99) -> float:
    """The deviation that no measure at all exceeds in 99 of 100 halvings.

    One limit for the largest of all deviations keeps false alarms at 1 % for all measures
    together, however many there are and however they depend on each other (Westfall & Young 1993,
    "Resampling-based multiple testing", the max-T method).
    """
    largest = [max(null.deviation(name, each[name]) for name in each) for each in halvings]
    return float(np.quantile(largest, level))
