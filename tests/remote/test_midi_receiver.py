"""MIDI messages without a port."""

import sys

import mido
import pytest
from mido.backends.backend import Backend

from riffsmith.controls import Controls
from riffsmith.errors import SettingsError
from riffsmith.remote import ControlState, MidiClock, MidiReceiver, ProblemReporter, open_midi_port
from riffsmith.remote.midi import read_control_change


def make_receiver(**options) -> tuple[MidiReceiver, list[Controls], list[str]]:
    changes, problems = list[Controls](), list[str]()
    state = ControlState(Controls(), changes.append)
    return MidiReceiver(state, ProblemReporter(problems.append), **options), changes, problems


def offer_ports(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(Backend, "load", lambda _: None)
    monkeypatch.setattr(Backend, "get_input_names", lambda _: list(names))


def control(number: int, value: int, channel: int = 0) -> mido.Message:
    return mido.Message("control_change", control=number, value=value, channel=channel)


@pytest.mark.parametrize(
    ("number", "value", "expected"),
    [
        (20, 127, ("intensity", 1.0)),
        (21, 0, ("brightness", 0.0)),
        (22, 127, ("variation", 1.0)),
        (23, 127, ("form", 1.0)),
        (24, 0, ("transpose", -12)),
        (24, 64, ("transpose", 0)),
        (24, 127, ("transpose", 12)),
        (25, 60, ("tempo", 120)),
        (26, 0, ("key", "C")),
        (26, 127, ("key", "B")),
        (27, 8, ("seed", 8)),
        (28, 30, ("morph_seconds", 30)),
        (102, 127, ("intensity", None)),
        (102, 0, None),
        (110, 64, ("morph_seconds", None)),
        (119, 127, (None, None)),
        (1, 127, None),
    ],
)
def test_the_map_of_control_numbers(number: int, value: int, expected: object):
    assert read_control_change(number, value) == expected


def test_messages_of_the_channel_change_controls():
    receiver, changes, problems = make_receiver(channel=2)
    for message in (
        control(20, 127, channel=0),
        control(20, 127, channel=1),
        control(1, 5, channel=1),
        mido.Message("note_on", note=60),
        mido.Message("clock"),
        control(26, 64, channel=1),
        control(119, 127, channel=1),
    ):
        receiver.follow(message)
    assert changes == [Controls(intensity=1.0), Controls(intensity=1.0, key="F#"), Controls()]
    assert problems == []
    with pytest.raises(SettingsError, match="the MIDI channel must be from 1 to 16, found 17"):
        make_receiver(channel=17)


def test_the_tempo_follows_the_clock():
    now = 0.0
    receiver, changes, problems = make_receiver(follows_clock=True, clock=lambda: now)

    def play(tempo: float, quarters: int) -> None:
        nonlocal now
        for _ in range(24 * quarters):
            receiver.follow(mido.Message("clock"))
            now += 60 / tempo / 24

    play(120, 3)
    play(120.3, 3)  # too small a change
    assert changes == [Controls(tempo=120.0)]
    play(140, 3)
    assert changes[-1].tempo == pytest.approx(140, abs=0.6)
    receiver.follow(mido.Message("stop"))
    now += 10
    play(20, 2)
    assert changes[-1].tempo == pytest.approx(140, abs=0.6)
    assert problems == ["MIDI: tempo must be from 40 to 320 BPM, found 20"]


def test_the_jitter_of_pulses_is_smoothed():
    clock, jitter = MidiClock(), (0.0, 0.001, -0.001, 0.002, 0.0, -0.002)
    pulses = [pulse / 48 + jitter[pulse % 6] for pulse in range(240)]  # 120 BPM
    found = [tempo for tempo in map(clock.pulse, pulses) if tempo is not None]
    assert found == [pytest.approx(120, abs=0.5)]
    assert clock.pulse(100.0) is None  # a pause is no tempo
    restarted = MidiClock()
    assert [restarted.pulse(1.0) for _ in range(30)] == [None] * 30


@pytest.mark.parametrize(
    ("name", "ports", "message"),
    [
        (None, [], "there is no MIDI input port: connect a controller"),
        ("Moog", ["nano 1", "nano 2"], "of 'Moog' there is none: choose from 'nano 1', 'nano 2'"),
        ("nano", ["nano 1", "nano 2"], "of 'nano' several have it: choose from 'nano 1'"),
    ],
)
def test_a_port_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str | None, ports: list[str], message: str
):
    offer_ports(monkeypatch, *ports)
    with pytest.raises(SettingsError, match=message), open_midi_port(name, print):
        pass


def test_a_port_is_opened_by_a_part_of_its_name(monkeypatch: pytest.MonkeyPatch):
    class Port:
        def __init__(self, name: str, callback: object) -> None:
            self.name, self.callback, self.closed = name, callback, False

        def __enter__(self) -> "Port":
            return self

        def __exit__(self, *_: object) -> None:
            self.closed = True

    opened: list[Port] = []

    def open_input(_: Backend, name: str, callback: object) -> Port:
        if "2" in name:
            raise OSError("busy")
        opened.append(Port(name, callback))
        return opened[-1]

    offer_ports(monkeypatch, "Nano 1", "Nano 2")
    monkeypatch.setattr(Backend, "open_input", open_input)
    with open_midi_port("nano 1", print) as name:
        assert (name, opened[0].callback, opened[0].closed) == ("Nano 1", print, False)
    assert opened[0].closed
    refused = pytest.raises(SettingsError, match=r"the MIDI ports cannot be used \(busy\)")
    with refused, open_midi_port("Nano 2", print):
        pass


def test_without_a_midi_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "mido.backends.rtmidi", None)
    refused = pytest.raises(SettingsError, match=r"MIDI ports need a MIDI library .*\[live\]")
    with refused, open_midi_port(None, print):
        pass
