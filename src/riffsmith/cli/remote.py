"""Options of OSC and MIDI, and the receivers that they ask for."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from riffsmith.remote import ControlTarget, ProblemReporter


@dataclass(frozen=True)
class RemoteFlags:
    """Ports that control messages come from."""

    osc: int | None = None
    """UDP port for OSC messages such as /riffsmith/intensity 0.7."""
    osc_host: str = "127.0.0.1"
    """Address to listen at for them; another one than this computer's own lets others in, without
    any token."""
    midi: Annotated[str | bool, Parameter(negative="", show_default=False)] = False
    """MIDI input port whose control changes 20 to 28 set the controls: its name or a part of it;
    without a name, the first port. Needs the extra riffsmith[live]."""
    midi_channel: int | None = None
    """MIDI channel of the control changes, from 1 to 16; all channels if left out."""
    midi_clock: Annotated[bool, Parameter(negative="", show_default=False)] = False
    """Follow the tempo of the MIDI clock of that port."""

    @property
    def is_asked(self) -> bool:
        """Whether a port is asked for."""
        return self.osc is not None or self.midi is not False

    def check(self) -> None:
        """Checks that each option has an effect and is in its range.

        Raises:
            SettingsError: One does not.
        """
        from riffsmith.errors import SettingsError

        if self.osc is not None and not 0 < self.osc < 65_536:
            raise SettingsError(f"--osc must be a port from 1 to 65535, found {self.osc}")
        if self.osc is None and self.osc_host != RemoteFlags.osc_host:
            raise SettingsError("--osc-host has no effect without --osc: give the port")
        if self.midi_channel is not None and not 1 <= self.midi_channel <= 16:
            raise SettingsError(f"--midi-channel must be from 1 to 16, found {self.midi_channel}")
        if self.midi is False and (self.midi_channel is not None or self.midi_clock):
            raise SettingsError(
                "--midi-channel and --midi-clock have no effect without --midi: add it"
            )


NO_REMOTE = RemoteFlags()
"""No port at all."""


@contextmanager
def open_remotes(flags: RemoteFlags, target: "ControlTarget") -> Iterator[None]:
    """Listens at the ports that are asked for; on leaving, they are closed.

    Args:
        flags: The ports.
        target: Controls that the messages change.

    Raises:
        SettingsError: A port cannot be opened.
    """
    from riffsmith.cli.console import note
    from riffsmith.remote import MidiReceiver, ProblemReporter, open_midi_port

    problems = ProblemReporter(note)
    with ExitStack() as opened:
        if flags.osc is not None:
            opened.enter_context(open_osc(flags.osc_host, flags.osc, target, problems))
        if flags.midi is not False:
            receiver = MidiReceiver(
                target,
                problems,
                channel=flags.midi_channel,
                follows_clock=flags.midi_clock,
            )
            name = flags.midi if isinstance(flags.midi, str) else None
            note(f"MIDI from {opened.enter_context(open_midi_port(name, receiver.follow))}")
        yield


@contextmanager
def open_osc(
    host: str, port: int, target: "ControlTarget", problems: "ProblemReporter"
) -> Iterator[None]:
    """Listens for OSC messages; on leaving, the port is closed.

    Raises:
        SettingsError: The port cannot be opened.
    """
    from riffsmith.cli.console import note
    from riffsmith.cli.listening import explain_listening
    from riffsmith.errors import SettingsError
    from riffsmith.remote import OscReceiver, bind_udp

    try:
        bound = bind_udp(host, port)
    except OSError as cause:
        sentence = explain_listening(cause, host, port, host_flag="--osc-host", port_flag="--osc")
        raise SettingsError(sentence) from cause
    with OscReceiver(bound, target, problems):
        note(f"OSC at {host}, port {port}")
        yield
