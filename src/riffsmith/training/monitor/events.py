"""Events of the health monitor: a code with parameters, and the English sentence for each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class EventKind(StrEnum):
    """What follows from an event."""

    BEST = "best"
    """The snapshot is marked as the best so far."""
    OVERFITTING = "overfitting"
    """It is reported."""
    FAULT = "fault"
    """The run is rolled back, or stopped where it has no rollback left."""
    PLATEAU = "plateau"
    """The run is stopped."""


class EventCode(StrEnum):
    """What was found."""

    NEAREST = "nearest"
    """Parameters: snapshot, unit, distance."""
    HEALTHY = "healthy"
    """Parameters: snapshot, unit."""
    OVERFITTING = "overfitting"
    """Parameters: gap."""
    COLLAPSE = "collapse"
    """Parameters: since_step, limit, diversity."""
    NOT_FINITE = "not_finite"
    """Health metrics that are not finite. Parameters: step, names."""
    LOSS_NOT_FINITE = "loss_not_finite"
    """Parameters: step."""
    RUNAWAY = "runaway"
    """Parameters: since_step, generator_gradient, discriminator_gradient, deviation."""
    PLATEAU = "plateau"
    """Parameters: snapshot, unit, distance, measurements."""


_KINDS = {
    EventCode.NEAREST: EventKind.BEST,
    EventCode.HEALTHY: EventKind.BEST,
    EventCode.OVERFITTING: EventKind.OVERFITTING,
    EventCode.PLATEAU: EventKind.PLATEAU,
}

_SENTENCES = {
    EventCode.NEAREST: (
        "{unit} {snapshot} is the nearest to real music so far: distance {distance:.2f} (1 is as "
        "near as the training recordings are)"
    ),
    EventCode.HEALTHY: "{unit} {snapshot} is healthy; no distance to real music is measured yet",
    EventCode.OVERFITTING: (
        "the discriminator has memorised its training examples: its logits for held-out music are "
        "{gap:.3g} of the way to those for generated music; more recordings would help"
    ),
    EventCode.COLLAPSE: (
        "samples have become alike: since step {since_step} they differ by less than {limit:g} of "
        "what real examples do (now {diversity:.3g})"
    ),
    EventCode.NOT_FINITE: "values are no longer finite at step {step}: {names}",
    EventCode.LOSS_NOT_FINITE: "the losses are no longer finite at step {step}",
    EventCode.RUNAWAY: (
        "gradients or output have grown beyond all bounds since step {since_step}: gradients "
        "{generator_gradient:.3g} (generator) and {discriminator_gradient:.3g} (discriminator), "
        "standard deviation {deviation:.3g} times that of real examples"
    ),
    EventCode.PLATEAU: (
        "no snapshot has come nearer to real music than {unit} {snapshot} (distance "
        "{distance:.2f}) in the last {measurements} measurements"
    ),
}


class _OrUnknown(float):
    """A missing number in a sentence."""

    def __format__(self, spec: str) -> str:
        return "unknown"


@dataclass(frozen=True)
class Event:
    """Something that a health check found."""

    code: EventCode
    parameters: Mapping[str, object] = field(default_factory=dict)
    is_news: bool = True
    """Whether it is worth a line on the screen, not only in the metrics."""

    @property
    def kind(self) -> EventKind:
        """What follows from it."""
        return _KINDS.get(self.code, EventKind.FAULT)

    @property
    def text(self) -> str:
        """The event as an English sentence."""
        shown: dict[str, object] = {}
        for name, value in self.parameters.items():
            if isinstance(value, list):
                shown[name] = ", ".join(str(item).replace("_", " ") for item in value)
            else:
                shown[name] = _OrUnknown() if value is None else value
        return _SENTENCES[self.code].format(**shown)
