"""Decisions from the health metrics: pure logic, without networks and without a clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from riffsmith.config import TrainingSettings
from riffsmith.runs import Unit
from riffsmith.training.monitor.events import Event, EventCode
from riffsmith.training.monitor.health import HealthMetrics

OVERFITTING_ABOVE = 0.6
"""Limit of the verdict gap. ADA keeps it at 0.5 to 0.6 (Karras et al. 2020, section 3.2)."""
OVERFITTING_CHECKS = 5
"""Monitor intervals for which the gap must be above its limit."""
HEALTHY_FACTOR = 2.0
"""A snapshot without a measured distance is healthy where its diversity is this many times the
limit of a collapse: a run on its way to a collapse should not be rolled back to."""
WARM_UP_CHECKS = 10
"""Monitor intervals at the start in which only a fall of the diversity counts as a collapse,
because a new generator has hardly any."""
GRADIENT_FACTOR = 1000.0
"""A gradient that exceeds the median of the checks before by this factor is a runaway."""
GRADIENT_CHECKS = 5
"""Checks that the median needs."""
DEVIATION_FACTOR = 10.0
"""Output whose standard deviation exceeds that of real examples by this factor is a runaway.
(Pictures end at ±1: a hard black-and-white one comes to 4.)"""


@dataclass(frozen=True)
class HealthMonitor:
    """Finds events in a history of health checks. The same history gives the same events.

    Collapse and runaway must last a whole monitor interval, so that a single outlier passes. They
    are found at most two intervals (`monitor_every_steps`) after they began.
    """

    settings: TrainingSettings
    unit: Unit

    def decide(self, history: Sequence[HealthMetrics]) -> list[Event]:
        """The events of the newest check: a fault alone, or any of the others.

        Args:
            history: All checks of the run, oldest first.
        """
        now = history[-1]
        attempt = [check for check in history if check.rollbacks == now.rollbacks]
        fault = self._divergence(attempt) or self._collapse(attempt)
        if fault:
            return [fault]
        found = [self._overfitting(attempt), self._best(history), self._plateau(history)]
        return [event for event in found if event]

    def is_collapsed(self, check: HealthMetrics) -> bool:
        """Whether samples are nearly alike at a check."""
        diversity = check.diversity_relative
        return diversity is not None and diversity < self.settings.collapse_below

    def _divergence(self, attempt: Sequence[HealthMetrics]) -> Event | None:
        now = attempt[-1]
        if names := now.not_finite():
            return Event(EventCode.NOT_FINITE, {"step": now.step, "names": names})
        runaway = _trailing(lambda check: _is_runaway(check, attempt), attempt)
        if not self._lasted(runaway, 1):
            return None
        return Event(
            EventCode.RUNAWAY,
            {
                "since_step": runaway[0].step,
                "generator_gradient": now.generator_gradient,
                "discriminator_gradient": now.discriminator_gradient,
                "deviation": now.output_deviation_relative,
            },
        )

    def _collapse(self, attempt: Sequence[HealthMetrics]) -> Event | None:
        now = attempt[-1]
        alike = _trailing(self.is_collapsed, attempt)
        warm_up = WARM_UP_CHECKS * self.settings.monitor_every_steps
        has_risen = len(alike) < len(attempt)
        is_past_warm_up = now.step - attempt[0].step >= warm_up
        if not self._lasted(alike, 1) or not (has_risen or is_past_warm_up):
            return None
        return Event(
            EventCode.COLLAPSE,
            {
                "since_step": alike[0].step,
                "limit": self.settings.collapse_below,
                "diversity": now.diversity_relative,
            },
        )

    def _overfitting(self, attempt: Sequence[HealthMetrics]) -> Event | None:
        """Reported once, when it has lasted long enough."""

        def is_high(check: HealthMetrics) -> bool:
            return (check.overfitting or 0) > OVERFITTING_ABOVE

        high = _trailing(is_high, attempt)
        is_new = not self._lasted(high[:-1], OVERFITTING_CHECKS)
        if not self._lasted(high, OVERFITTING_CHECKS) or not is_new:
            return None
        return Event(EventCode.OVERFITTING, {"gap": high[-1].overfitting})

    def _best(self, history: Sequence[HealthMetrics]) -> Event | None:
        now, before = history[-1], self._distances(history[:-1])
        if now.snapshot is None or self.is_collapsed(now) or (before and now.distance is None):
            return None
        named = {"snapshot": now.snapshot, "unit": self.unit}
        if now.distance is None:
            limit = HEALTHY_FACTOR * self.settings.collapse_below
            if now.diversity_relative is not None and now.diversity_relative < limit:
                return None
            return Event(EventCode.HEALTHY, named, is_news=False)
        if before and now.distance >= min(before)[0]:
            return None
        return Event(EventCode.NEAREST, {**named, "distance": now.distance})

    def _plateau(self, history: Sequence[HealthMetrics]) -> Event | None:
        now, measured = history[-1], self._distances(history)
        if not measured or now.distance is None:
            return None
        distance, step, snapshot = min(measured)
        later = [
            check
            for check in history
            if check.step > step
            and check.distance is not None
            and check.rollbacks == now.rollbacks  # the patience begins anew after a rollback
        ]
        if len(later) < self.settings.monitor_patience:
            return None
        return Event(
            EventCode.PLATEAU,
            {
                "snapshot": snapshot,
                "unit": self.unit,
                "distance": distance,
                "measurements": len(later),
            },
        )

    def _distances(self, history: Sequence[HealthMetrics]) -> list[tuple[float, int, int]]:
        """Distance, step and number of the snapshots that may be the best one."""
        return [
            (check.distance, check.step, check.snapshot)
            for check in history
            if check.distance is not None
            and check.snapshot is not None
            and not self.is_collapsed(check)
        ]

    def _lasted(self, checks: Sequence[HealthMetrics], intervals: int) -> bool:
        """Whether consecutive checks span so many monitor intervals."""
        span = checks[-1].step - checks[0].step if checks else -1
        return span >= intervals * self.settings.monitor_every_steps


def _trailing(
    holds: Callable[[HealthMetrics], bool], attempt: Sequence[HealthMetrics]
) -> list[HealthMetrics]:
    """The newest consecutive checks for which a condition holds, oldest first."""
    return list(takewhile(holds, reversed(attempt)))[::-1]


def _is_runaway(check: HealthMetrics, attempt: Sequence[HealthMetrics]) -> bool:
    if (check.output_deviation_relative or 0) > DEVIATION_FACTOR:
        return True
    before = [earlier for earlier in attempt if earlier.step < check.step]
    pairs = [
        (check.generator_gradient, [earlier.generator_gradient for earlier in before]),
        (check.discriminator_gradient, [earlier.discriminator_gradient for earlier in before]),
    ]
    for now, earlier in pairs:
        known = [value for value in earlier if value is not None]
        if len(known) >= GRADIENT_CHECKS and (now or 0) > GRADIENT_FACTOR * median(known):
            return True
    return False
