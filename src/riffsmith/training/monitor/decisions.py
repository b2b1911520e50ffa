"""Judging a run by its signals: pure logic, without networks and without a clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import takewhile
from math import isfinite
from statistics import median
from typing import Literal

from riffsmith.config import TrainingSettings

OVERFITTING_ABOVE = 0.6
"""ADA keeps this gap at 0.5 to 0.6 (Karras et al. 2020, section 3.2)."""
OVERFITTING_CHECKS = 5
HEALTHY_FACTOR = 2.0
"""So far above collapse is a snapshot healthy where no distance says so: one that is on its way
down is no place to go back to."""
WARM_UP_CHECKS = 10
"""A generator starts with hardly any variety: for so long only a fall counts as collapse."""
GRADIENT_FACTOR = 1000.0
"""Gradients that so far exceed the median of the checks before are running away."""
GRADIENT_CHECKS = 5
DEVIATION_FACTOR = 10.0
"""Output that deviates so much more than real segments has left the scale (pictures end at ±1: a
hard black-and-white one comes to 4)."""

Kind = Literal["best", "overfitting", "collapse", "divergence", "plateau"]


@dataclass(frozen=True)
class HealthMetrics:
    """What one check measured; None where it could not be."""

    step: int
    rollbacks: int
    """How often the run had been rolled back by then."""
    epoch: int | None = None
    """The epoch whose snapshot is like this, if one was taken."""
    diversity_relative: float | None = None
    """Mean distance between generated samples over that between real segments."""
    verdict_gap: float | None = None
    """How far held-out segments are judged from training ones on the way to generated ones: 0 is
    alike, 1 is overfitting (r_v in ADA)."""
    discriminator_loss: float | None = None
    """Of the step before the check, as are the next three."""
    generator_loss: float | None = None
    discriminator_gradient: float | None = None
    """Euclidean norm over all weights."""
    generator_gradient: float | None = None
    output_mean: float | None = None
    output_deviation_relative: float | None = None
    """Standard deviation of generated values over that of real ones."""
    distance: float | None = None
    """Distance to held-out music: 1 is as near as the training recordings are."""

    def to_line(self) -> dict[str, object]:
        """For the metrics; what is not finite becomes None, as JSON has no number for it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value if _is_sound(value) else None for name, value in values.items()}

    @classmethod
    def from_line(cls, line: Mapping[str, object]) -> "HealthMetrics":
        """From the metrics; other entries of the line are passed over."""
        known = {field.name for field in fields(cls)}
        values: dict[str, object] = {name: line[name] for name in line if name in known}
        return cls(**values)  # pyright: ignore[reportArgumentType]

    def unsound(self) -> list[str]:
        """Names of what was measured and is not finite."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return [name for name, value in values.items() if not _is_sound(value)]


def _is_sound(value: float | None) -> bool:
    return value is None or isfinite(value)


@dataclass(frozen=True)
class Event:
    """Something that the signals say, in plain words."""

    kind: Kind
    text: str
    is_news: bool = True
    """Worth a line on the screen, not only in the metrics."""


@dataclass(frozen=True)
class HealthMonitor:
    """Reads events out of a history of checks; the same history gives the same events.

    Collapse and divergence need a whole interval of bad checks, so that a single jolt passes: they
    are noticed at most two intervals (`monitor_every_steps`) after they began.
    """

    settings: TrainingSettings

    def judge(self, history: Sequence[HealthMetrics]) -> list[Event]:
        """What the newest check means: a fault alone, or any of the others.

        Args:
            history: All checks of the run, oldest first.
        """
        now = history[-1]
        attempt = [signals for signals in history if signals.rollbacks == now.rollbacks]
        fault = self._divergence(attempt) or self._collapse(attempt)
        if fault:
            return [fault]
        found = [self._overfitting(attempt), self._best(history), self._plateau(history)]
        return [event for event in found if event]

    def is_collapsed(self, signals: HealthMetrics) -> bool:
        """Whether samples are nearly alike at this check."""
        diversity = signals.diversity_relative
        return diversity is not None and diversity < self.settings.collapse_below

    def _divergence(self, attempt: Sequence[HealthMetrics]) -> Event | None:
        now = attempt[-1]
        if unsound := now.unsound():
            names = ", ".join(name.replace("_", " ") for name in unsound)
            return Event("divergence", f"no longer finite at step {now.step}: {names}")
        wild = _trailing(lambda signals: _is_wild(signals, attempt), attempt)
        if self._lasted(wild, 1):
            return Event(
                "divergence",
                f"gradients or output have run away since step {wild[0].step}: gradients "
                f"{_say(now.generator_gradient)} (generator) and "
                f"{_say(now.discriminator_gradient)} (discriminator), deviation "
                f"{_say(now.output_deviation_relative)} of real",
            )
        return None

    def _collapse(self, attempt: Sequence[HealthMetrics]) -> Event | None:
        now = attempt[-1]
        alike = _trailing(self.is_collapsed, attempt)
        warm_up = WARM_UP_CHECKS * self.settings.monitor_every_steps
        has_risen = len(alike) < len(attempt)
        if self._lasted(alike, 1) and (has_risen or now.step - attempt[0].step >= warm_up):
            return Event(
                "collapse",
                f"samples have grown alike: since step {alike[0].step} they differ by less than "
                f"{self.settings.collapse_below:g} of what real segments do (now "
                f"{_say(now.diversity_relative)})",
            )
        return None

    def _overfitting(self, attempt: Sequence[HealthMetrics]) -> Event | None:
        """Said once, when it has lasted long enough."""

        def is_high(signals: HealthMetrics) -> bool:
            return (signals.verdict_gap or 0) > OVERFITTING_ABOVE

        high = _trailing(is_high, attempt)
        if self._lasted(high, OVERFITTING_CHECKS) and not self._lasted(
            high[:-1], OVERFITTING_CHECKS
        ):
            return Event(
                "overfitting",
                "the discriminator knows its training segments by heart: held-out music looks "
                f"{_say(high[-1].verdict_gap)} of the way to generated to it; more recordings "
                "would help",
            )
        return None

    def _best(self, history: Sequence[HealthMetrics]) -> Event | None:
        now, before = history[-1], self._distances(history[:-1])
        if now.epoch is None or self.is_collapsed(now) or (before and now.distance is None):
            return None
        if now.distance is None:
            margin = HEALTHY_FACTOR * self.settings.collapse_below
            if now.diversity_relative is not None and now.diversity_relative < margin:
                return None
            text = f"epoch {now.epoch} is healthy; no distance to real is measured yet"
            return Event("best", text, is_news=False)
        if before and now.distance >= min(before)[0]:
            return None
        return Event(
            "best",
            f"epoch {now.epoch} is the nearest to real so far: distance {now.distance:.2f} "
            "(1 is as near as the training recordings are)",
        )

    def _plateau(self, history: Sequence[HealthMetrics]) -> Event | None:
        now, measured = history[-1], self._distances(history)
        if not measured or now.distance is None:
            return None
        distance, step, epoch = min(measured)
        later = [
            signals
            for signals in history
            if signals.step > step
            and signals.distance is not None
            and signals.rollbacks == now.rollbacks  # a new attempt has new patience
        ]
        if len(later) < self.settings.monitor_patience:
            return None
        return Event(
            "plateau",
            f"nothing has come nearer to real than epoch {epoch} (distance {distance:.2f}) in the "
            f"last {len(later)} measurements",
        )

    def _distances(self, history: Sequence[HealthMetrics]) -> list[tuple[float, int, int]]:
        """Distance, step and epoch of the snapshots that may be the best one."""
        return [
            (signals.distance, signals.step, signals.epoch)
            for signals in history
            if signals.distance is not None
            and signals.epoch is not None
            and not self.is_collapsed(signals)
        ]

    def _lasted(self, bad: Sequence[HealthMetrics], intervals: int) -> bool:
        """Whether checks in a row span so many intervals."""
        span = bad[-1].step - bad[0].step if bad else -1
        return span >= intervals * self.settings.monitor_every_steps


def _trailing(
    holds: Callable[[HealthMetrics], bool], attempt: Sequence[HealthMetrics]
) -> list[HealthMetrics]:
    """The newest checks in a row of which something holds, oldest first."""
    return list(takewhile(holds, reversed(attempt)))[::-1]


def _is_wild(signals: HealthMetrics, attempt: Sequence[HealthMetrics]) -> bool:
    if (signals.output_deviation_relative or 0) > DEVIATION_FACTOR:
        return True
    before = [earlier for earlier in attempt if earlier.step < signals.step]
    pairs = [
        (signals.generator_gradient, [earlier.generator_gradient for earlier in before]),
        (signals.discriminator_gradient, [earlier.discriminator_gradient for earlier in before]),
    ]
    for now, earlier in pairs:
        known = [value for value in earlier if value is not None]
        if len(known) >= GRADIENT_CHECKS and (now or 0) > GRADIENT_FACTOR * median(known):
            return True
    return False


def _say(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3g}"
