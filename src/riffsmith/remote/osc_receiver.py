"""OSC messages over UDP that change controls."""

import socket
from threading import Event, Thread

from riffsmith.errors import RiffsmithError, SettingsError
from riffsmith.parallel import Closable
from riffsmith.remote.control_state import CONTROL_FIELDS, ControlTarget
from riffsmith.remote.osc import LARGEST_DATAGRAM, OscMessage, parse_datagram
from riffsmith.remote.problems import ProblemReporter

PREFIX = "/riffsmith/"
"""Beginning of all addresses."""
AUTO = "auto"
"""Text that leaves a control to the seed, and last part of the address that does so for all."""
_LOOK_SECONDS = 0.1
"""Time between two looks whether the receiver was closed."""


def bind_udp(host: str, port: int) -> socket.socket:
    """Opens a UDP port at the first address of a host.

    Raises:
        OSError: The host is unknown or the port cannot be used.
    """
    family, kind, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE
    )[0]
    opened = socket.socket(family, kind)
    try:
        opened.bind(address)
    except OSError:
        opened.close()
        raise
    return opened


class OscReceiver(Closable):
    """A thread that reads datagrams and sets controls. Use it in a `with` statement, which ends it.

    Messages that cannot be followed are reported and change nothing.
    """

    def __init__(
        self, opened: socket.socket, target: ControlTarget, problems: ProblemReporter
    ) -> None:
        """Starts the thread.

        Args:
            opened: UDP socket that is bound to a port. The receiver closes it at its end.
            target: The controls to set.
            problems: Gets a sentence for each message that cannot be followed.
        """
        self._socket, self._target, self._problems = opened, target, problems
        self._closed = Event()
        opened.settimeout(_LOOK_SECONDS)
        self._thread = Thread(target=self._receive, name="osc", daemon=True)
        self._thread.start()

    def follow(self, datagram: bytes) -> None:
        """Carries out the messages of a datagram."""
        try:
            messages = parse_datagram(datagram)
        except SettingsError as error:
            self._problems.report(f"OSC: {error}")
            return
        for message in messages:
            try:
                self._carry_out(message)
            except RiffsmithError as error:
                self._problems.report(f"OSC: {error}")

    def close(self) -> None:
        """Ends the thread and closes the port."""
        self._closed.set()
        self._thread.join()
        self._socket.close()

    def _receive(self) -> None:
        while not self._closed.is_set():
            try:
                datagram = self._socket.recv(LARGEST_DATAGRAM + 1)
            except TimeoutError:
                continue
            except OSError as error:  # Windows raises one for a datagram that is too large
                self._problems.report(f"OSC: a datagram could not be read ({error})")
                continue
            self.follow(datagram)

    def _carry_out(self, message: OscMessage) -> None:
        name = message.address.removeprefix(PREFIX)
        is_ours = message.address.startswith(PREFIX)
        if not is_ours or name not in (*CONTROL_FIELDS, AUTO):
            raise SettingsError(
                f"the address {message.address[:60]!r} is unknown: expected {PREFIX} and one of "
                f"{', '.join((*CONTROL_FIELDS, AUTO))}"
            )
        most = 0 if name == AUTO else 1
        if len(message.arguments) > most:
            raise SettingsError(
                f"{PREFIX}{name} takes {most or 'no'} argument, found {len(message.arguments)}"
            )
        if name == AUTO:
            self._target.reset()
        else:
            value = message.arguments[0] if message.arguments else AUTO
            self._target.set(name, None if value == AUTO else value)
