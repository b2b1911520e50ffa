"""OSC messages, from python-osc's own client and from nobody's."""

import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from queue import Queue

import pytest
from hypothesis import given, settings, strategies
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import SimpleUDPClient

from riffsmith.controls import Controls
from riffsmith.errors import SettingsError
from riffsmith.remote import (
    ControlState,
    OscMessage,
    OscReceiver,
    ProblemReporter,
    bind_udp,
    parse_datagram,
)

_TIME_TAG = struct.pack(">Q", 1)


def build_message(address: str, *arguments: object, kind: str | None = None) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument, kind)  # pyright: ignore[reportArgumentType]
    return builder.build().dgram


@dataclass
class Loopback:
    """A receiver at a free port, its client, and what arrives."""

    receiver: OscReceiver
    client: SimpleUDPClient
    changes: "Queue[Controls]"
    problems: "Queue[str]"


@pytest.fixture(scope="module")
def loopback() -> Iterator[Loopback]:
    changes, problems = Queue[Controls](), Queue[str]()
    state = ControlState(Controls(), changes.put)
    ticks = iter(range(10**6))  # each problem comes a second after the one before
    reporter = ProblemReporter(problems.put, lambda: next(ticks))
    bound = bind_udp("127.0.0.1", 0)
    port = bound.getsockname()[1]
    with (
        OscReceiver(bound, state, reporter) as receiver,
        closing(SimpleUDPClient("127.0.0.1", port)) as client,
    ):
        yield Loopback(receiver, client, changes, problems)


def test_messages_over_the_network_change_controls(loopback: Loopback):
    client, changes = loopback.client, loopback.changes
    client.send_message("/riffsmith/intensity", 0.75)
    assert changes.get(timeout=10) == Controls(intensity=0.75)
    client.send_message("/riffsmith/key", "E")
    assert changes.get(timeout=10) == Controls(intensity=0.75, key="E")
    client.send_message("/riffsmith/seed", 8)
    assert changes.get(timeout=10).morph_seed == 8
    client.send_message("/riffsmith/intensity", "auto")
    assert changes.get(timeout=10).intensity is None
    client.send_message("/riffsmith/key", [])  # without an argument too
    assert changes.get(timeout=10).key is None
    client.send_message("/riffsmith/auto", [])
    assert changes.get(timeout=10) == Controls()
    client.send_message("/riffsmith/tempo", 1)
    assert "found 1" in loopback.problems.get(timeout=10)


@pytest.mark.parametrize(
    ("datagram", "problem"),
    [
        (build_message("/riffsmith/volume", 1.0), "the address '/riffsmith/volume' is unknown"),
        (build_message("/mixer/intensity", 1.0), "the address '/mixer/intensity' is unknown"),
        (build_message("/riffsmith/intensity", 2.0), "intensity must be from 0 to 1, found 2"),
        (build_message("/riffsmith/tempo", float("nan")), "tempo must be from 40 to 320 BPM"),
        (build_message("/riffsmith/form", "much"), "form must be a number or auto, found 'much'"),
        (build_message("/riffsmith/form", True), "has an argument of type 'T': expected a number"),
        (build_message("/riffsmith/form", 0.1, 0.2), "/riffsmith/form takes 1 argument, found 2"),
        (build_message("/riffsmith/auto", 1.0), "/riffsmith/auto takes no argument, found 1"),
        (b"GET / HTTP/1.1", "a datagram is not an OSC message"),
        (b"", "a datagram is not an OSC message"),
        (b"/riffsmith", "a text in it has no end"),
        (b"/\xff\0\0", "a text that is not UTF-8"),
        (b"/a\0\0,f\0\0\0\0", "it ends within a value"),
        (b"/a\0\0f\0\0\0", "must be a comma and at most 8 letters, found 'f'"),
        (b"/" * 5_000, "an OSC message has more than 4096 bytes"),
        (b"#bundle\0" + _TIME_TAG + struct.pack(">i", -4), "it ends within a value"),
        ((b"#bundle\0" + _TIME_TAG + b"\0\0\2\0") * 5, "it ends within a value"),
    ],
)
def test_bad_datagrams_are_reported_and_change_nothing(
    loopback: Loopback, datagram: bytes, problem: str
):
    loopback.receiver.follow(datagram)
    found = loopback.problems.get_nowait()
    assert found.startswith("OSC: ")
    assert problem in found
    assert loopback.changes.empty()


def test_all_messages_of_a_bundle_are_found():
    inner, outer = OscBundleBuilder(IMMEDIATELY), OscBundleBuilder(10**9)
    for bundle, tempo in ((inner, 60.5), (outer, 100)):
        message = OscMessageBuilder("/riffsmith/tempo")
        message.add_arg(tempo, "d" if tempo == 60.5 else "h")
        bundle.add_content(message.build())
    outer.add_content(inner.build())
    expected = [OscMessage("/riffsmith/tempo", (tempo,)) for tempo in (100, 60.5)]
    datagram = outer.build().dgram
    assert parse_datagram(datagram) == expected
    for _ in range(3):
        datagram = b"#bundle\0" + _TIME_TAG + struct.pack(">i", len(datagram)) + datagram
    with pytest.raises(SettingsError, match="more than 4 OSC bundles lie within each other"):
        parse_datagram(datagram)


@settings(max_examples=30, deadline=None)
@given(
    strategies.lists(strategies.sampled_from([b"#bundle\0", b"/a\0\0", b",", b"s", b"\0", b"\xff"]))
)
def test_any_bytes_are_messages_or_refused(parts: list[bytes]):
    try:
        found = parse_datagram(b"".join(parts))
    except SettingsError:
        return
    assert all(message.address.startswith("/") for message in found)
