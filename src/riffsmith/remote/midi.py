"""MIDI control changes and the MIDI clock, as changes of controls."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from riffsmith.controls import FURTHEST_TRANSPOSITION, TONICS
from riffsmith.errors import RiffsmithError, SettingsError
from riffsmith.remote.control_state import CONTROL_FIELDS, ControlTarget
from riffsmith.remote.midi_clock import MidiClock
from riffsmith.remote.problems import ProblemReporter

if TYPE_CHECKING:
    import mido

FIRST_VALUE_NUMBER: Final = 20
"""Control number of the first control in `CONTROL_ORDER`; the next ones follow. MIDI leaves the
numbers 20 to 31 and 102 to 119 undefined."""
FIRST_AUTO_NUMBER: Final = 102
"""Control number that leaves the first control to the seed; the next ones follow."""
ALL_AUTO_NUMBER: Final = 119
"""Control number that leaves all controls to the seed."""
CONTROL_ORDER = tuple(CONTROL_FIELDS)
LARGEST_VALUE = 127
SLOWEST_MIDI_BPM = 60
"""Tempo of value 0; each value above it is one beat per minute more."""
_PRESSED = 64
"""Smallest value that counts as a pressed button."""
ControlChange = tuple[str | None, float | str | None]
"""A control and its value. Without a control: all of them. Without a value: the seed decides."""


def read_control_change(number: int, value: int) -> ControlChange | None:
    """The control and the value of a control change; `None` for one that has no meaning here.

    Args:
        number: Control number, from 0 to 127.
        value: Value, from 0 to 127.
    """
    if number == ALL_AUTO_NUMBER:
        return (None, None) if value >= _PRESSED else None
    if FIRST_AUTO_NUMBER <= number < FIRST_AUTO_NUMBER + len(CONTROL_ORDER):
        return (CONTROL_ORDER[number - FIRST_AUTO_NUMBER], None) if value >= _PRESSED else None
    if not FIRST_VALUE_NUMBER <= number < FIRST_VALUE_NUMBER + len(CONTROL_ORDER):
        return None
    name = CONTROL_ORDER[number - FIRST_VALUE_NUMBER]
    if name in ("seed", "morph_seconds"):
        return name, value
    if name == "tempo":
        return name, SLOWEST_MIDI_BPM + value
    if name == "key":
        return name, TONICS[value * len(TONICS) // (LARGEST_VALUE + 1)]
    share = value / LARGEST_VALUE
    if name == "transpose":
        return name, round((2 * share - 1) * FURTHEST_TRANSPOSITION)
    return name, share


class MidiReceiver:
    """Sets controls by MIDI messages; all other messages are ignored.

    Values that cannot be followed are reported and change nothing.
    """

    def __init__(
        self,
        target: ControlTarget,
        problems: ProblemReporter,
        *,
        channel: int | None = None,
        follows_clock: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A receiver for one port.

        Args:
            target: The controls to set.
            problems: Gets a sentence for each message that cannot be followed.
            channel: Channel of the control changes, from 1 to 16. `None`: all of them.
            follows_clock: Whether the tempo is that of the MIDI clock.
            clock: Time in seconds.

        Raises:
            SettingsError: The channel is not from 1 to 16.
        """
        if channel is not None and not 1 <= channel <= 16:
            raise SettingsError(f"the MIDI channel must be from 1 to 16, found {channel}")
        self._target, self._problems, self._channel = target, problems, channel
        self._follows_clock, self._clock = follows_clock, clock
        self._midi_clock = MidiClock()

    def follow(self, message: "mido.Message") -> None:
        """Carries out a message."""
        try:
            self._carry_out(message)
        except RiffsmithError as error:
            self._problems.report(f"MIDI: {error}")

    def _carry_out(self, message: "mido.Message") -> None:
        values = vars(message)
        kind = values["type"]
        if kind == "control_change" and self._channel in (None, values["channel"] + 1):
            change = read_control_change(values["control"], values["value"])
            if change is None:
                return
            name, value = change
            if name is None:
                self._target.reset()
            else:
                self._target.set(name, value)
        elif kind == "clock" and self._follows_clock:
            tempo = self._midi_clock.pulse(self._clock())
            if tempo is not None:
                self._target.set("tempo", tempo)
        elif kind in ("start", "continue", "stop"):
            self._midi_clock.restart()


@contextmanager
def open_midi_port(name: str | None, follow: Callable[["mido.Message"], None]) -> Iterator[str]:
    """Opens a MIDI input port and yields its name; on leaving, it is closed.

    Args:
        name: Name of the port, or a part of it that no other port has. `None`: the first port.
        follow: Called with each message, in a thread of the MIDI library.

    Raises:
        SettingsError: There is no MIDI library, no port, or none of that name.
    """
    from mido.backends.backend import Backend

    backend = Backend()
    try:
        backend.load()
    except (ImportError, OSError) as cause:
        raise SettingsError(
            f"MIDI ports need a MIDI library ({cause}): pip install 'riffsmith[live]'"
        ) from cause
    try:
        names = list(dict.fromkeys(backend.get_input_names()))
        port = backend.open_input(_choose(name, names), callback=follow)
    except OSError as cause:
        raise SettingsError(
            f"the MIDI ports cannot be used ({cause}): connect the controller again, and end other "
            "programs that use it"
        ) from cause
    with port:
        yield port.name


def _choose(name: str | None, names: list[str]) -> str:
    """The port of a name among the ports that are there."""
    if not names:
        raise SettingsError(
            "there is no MIDI input port: connect a controller, or leave out --midi"
        )
    if name is None:
        return names[0]
    if name in names:
        return name
    found = [each for each in names if name.lower() in each.lower()]
    if len(found) == 1:
        return found[0]
    reason = "several have it" if found else "there is none"
    raise SettingsError(
        f"--midi must name one MIDI input port, and of {name!r} {reason}: choose from "
        f"{', '.join(map(repr, names))}"
    )
