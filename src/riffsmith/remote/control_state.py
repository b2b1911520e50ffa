"""Values of all controls as messages have set them."""

import time
from collections.abc import Callable
from dataclasses import asdict
from threading import Lock
from typing import Protocol

from riffsmith.controls import Controls
from riffsmith.errors import SettingsError

CONTROL_FIELDS = {
    "intensity": "intensity",
    "brightness": "brightness",
    "variation": "variation",
    "form": "form",
    "transpose": "transpose",
    "tempo": "tempo",
    "key": "key",
    "seed": "morph_seed",
    "morph_seconds": "morph_seconds",
}
"""Fields of `Controls` by the names that messages have for them. A seed is morphed to."""
LARGEST_SEED = 2**53 - 1
"""The largest whole number that a double-precision number of OSC, and a browser, hold exactly."""
LONGEST_KEY = 16
"""Characters in the longest text that is read as a key."""
Value = float | str | None


class ControlTarget(Protocol):
    """What messages set controls of. Several threads may use it."""

    def set(self, name: str, value: Value) -> None:
        """Sets a control.

        Args:
            name: One of `CONTROL_FIELDS`.
            value: The new value. `None`: the seed decides.

        Raises:
            RiffsmithError: There is no such control, or it cannot have this value.
        """
        ...

    def reset(self) -> None:
        """Leaves all controls to the seed."""
        ...


class ControlState:
    """The controls of a piece, which messages change one by one. Several threads may use it.

    A morph to a seed begins when the seed is set. Later changes give it the time that is left.
    """

    def __init__(
        self,
        controls: Controls,
        on_change: Callable[[Controls], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begins with given controls.

        Args:
            controls: Controls that the piece begins with.
            on_change: Called with the new controls. What it raises leaves the values as they were.
            clock: Time in seconds.
        """
        self._values = asdict(controls)
        self._on_change, self._clock = on_change, clock
        self._lock = Lock()
        self._morph_ends = clock() + controls.morph_seconds

    def set(self, name: str, value: Value) -> None:
        """Sets a control. The value that it already has changes nothing.

        Args:
            name: One of `CONTROL_FIELDS`.
            value: The new value. `None`: the seed decides.

        Raises:
            SettingsError: There is no such control, or the value has the wrong type or is out of
                range.
            RiffsmithError: The piece cannot have this value.
        """
        field, found = read_control(name, value)
        self._replace({field: getattr(Controls, field) if found is None else found})

    def reset(self) -> None:
        """Leaves all controls to the seed."""
        self._replace(asdict(Controls()))

    def _replace(self, changed: dict[str, float | str | None]) -> None:
        with self._lock:
            values, now = {**self._values, **changed}, self._clock()
            Controls(morph_seed=0, morph_seconds=values["morph_seconds"])  # checks its range
            if values == self._values:
                return
            ends = self._morph_ends
            if changed.keys() & {"morph_seed", "morph_seconds"}:
                ends = now + values["morph_seconds"]
            left = {**values, "morph_seconds": round(max(0.0, ends - now), 1)}
            if values["morph_seed"] is None:
                del left["morph_seconds"]
            self._on_change(Controls(**left))
            self._values, self._morph_ends = values, ends


def read_control(name: str, value: Value) -> tuple[str, Value]:
    """The field of `Controls` that a message sets, and its value.

    Args:
        name: One of `CONTROL_FIELDS`.
        value: The value. `None`: the seed decides.

    Raises:
        SettingsError: There is no such control, or the value has the wrong type.
    """
    if name not in CONTROL_FIELDS:
        raise SettingsError(
            f"there is no control {name[:40]!r}: expected one of {', '.join(CONTROL_FIELDS)}"
        )
    return CONTROL_FIELDS[name], None if value is None else _convert(name, value)


def _convert(name: str, value: float | str) -> float | str:
    """The value as the field of `Controls` has it, whose range is checked there."""
    if name == "key":
        if not isinstance(value, str) or len(value) > LONGEST_KEY:
            raise SettingsError(
                "key must be a text of at most "
                f"{LONGEST_KEY} characters, such as E or F# minor, found {_shown(value)}"
            )
        return value
    if isinstance(value, str):
        raise SettingsError(f"{name} must be a number or auto, found {_shown(value)}")
    if name not in ("transpose", "seed"):
        return float(value)
    if value != value // 1:  # also of NaN and the infinities, whose floor is NaN
        raise SettingsError(f"{name} must be a whole number, found {value:g}")
    if name == "seed" and not 0 <= value <= LARGEST_SEED:
        raise SettingsError(f"seed must be from 0 to {LARGEST_SEED}, found {value:g}")
    return int(value)


def _shown(value: float | str) -> str:
    """A value as a message shows it: short, and without control characters."""
    return repr(value[:40]) if isinstance(value, str) else f"{value:g}"
