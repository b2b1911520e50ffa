"""Controls of a piece by OSC messages and MIDI control changes."""

from riffsmith.remote.control_changes import ControlChanges
from riffsmith.remote.control_state import ControlState, ControlTarget
from riffsmith.remote.midi import MidiReceiver, open_midi_port
from riffsmith.remote.midi_clock import MidiClock
from riffsmith.remote.osc import OscMessage, parse_datagram
from riffsmith.remote.osc_receiver import OscReceiver, bind_udp
from riffsmith.remote.problems import ProblemReporter

__all__ = [
    "ControlChanges",
    "ControlState",
    "ControlTarget",
    "MidiClock",
    "MidiReceiver",
    "OscMessage",
    "OscReceiver",
    "ProblemReporter",
    "bind_udp",
    "open_midi_port",
    "parse_datagram",
]
