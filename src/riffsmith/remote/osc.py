"""Open Sound Control 1.0: messages and bundles in a datagram.

Datagrams come from anybody who can reach the port, so all sizes and types are checked. The format
is described at https://opensoundcontrol.stanford.edu/spec-1_0.html.
"""

import struct
from dataclasses import dataclass

from riffsmith.errors import SettingsError

LARGEST_DATAGRAM = 4096
"""Bytes in the largest datagram that is read. A message has about 30."""
DEEPEST_BUNDLE = 4
"""Bundles that may lie within each other."""
MOST_ARGUMENTS = 8
"""Arguments of a message; those of Riffsmith have one at most."""
_BUNDLE = b"#bundle\0"
_TIME_TAG_BYTES = 8
_NUMBERS = {"i": ">i", "f": ">f", "h": ">q", "d": ">d"}
"""Formats of numbers for `struct` by their type tags."""


@dataclass(frozen=True)
class OscMessage:
    """An address with its arguments."""

    address: str
    arguments: tuple[float | str, ...]


def parse_datagram(datagram: bytes) -> list[OscMessage]:
    """All messages of a datagram in their order. The time tags of bundles are not followed.

    Raises:
        SettingsError: The datagram is too large, no OSC, or has arguments of other types than
            numbers (i, f, h, d) and texts (s).
    """
    if len(datagram) > LARGEST_DATAGRAM:
        raise SettingsError(
            f"an OSC message has more than {LARGEST_DATAGRAM} bytes: send smaller ones"
        )
    return _parse(datagram, 0)


def _parse(data: bytes, depth: int) -> list[OscMessage]:
    if not data.startswith(_BUNDLE):
        return [_parse_message(data)]
    if depth == DEEPEST_BUNDLE:
        raise SettingsError(
            f"more than {DEEPEST_BUNDLE} OSC bundles lie within each other: send the messages alone"
        )
    reader, messages = _Reader(data), list[OscMessage]()
    reader.take(len(_BUNDLE) + _TIME_TAG_BYTES)
    while not reader.is_at_end:
        (size,) = struct.unpack(">i", reader.take(4))
        messages += _parse(reader.take(size), depth + 1)
    return messages


def _parse_message(data: bytes) -> OscMessage:
    reader = _Reader(data)
    if not data.startswith(b"/"):
        raise SettingsError(
            "a datagram is not an OSC message, which begins with an address such as "
            "/riffsmith/tempo"
        )
    address = reader.take_text()
    tags = "," if reader.is_at_end else reader.take_text()
    if not tags.startswith(",") or len(tags) > 1 + MOST_ARGUMENTS:
        raise SettingsError(
            f"the types of an OSC message must be a comma and at most {MOST_ARGUMENTS} letters, "
            f"found {tags[:40]!r}"
        )
    arguments: list[float | str] = []
    for tag in tags[1:]:
        if tag == "s":
            arguments.append(reader.take_text())
        elif tag in _NUMBERS:
            layout = _NUMBERS[tag]
            arguments.append(struct.unpack(layout, reader.take(struct.calcsize(layout)))[0])
        else:
            raise SettingsError(
                f"an OSC message has an argument of type {tag!r}: expected a number (i, f, h, d) "
                "or a text (s)"
            )
    return OscMessage(address, tuple(arguments))


class _Reader:
    """Bytes that are taken one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    @property
    def is_at_end(self) -> bool:
        return self._position >= len(self._data)

    def take(self, count: int) -> bytes:
        stop = self._position + count
        if count < 0 or stop > len(self._data):
            raise SettingsError(
                f"an OSC message of {len(self._data)} bytes is damaged: it ends within a value"
            )
        taken, self._position = self._data[self._position : stop], stop
        return taken

    def take_text(self) -> str:
        """Takes a text, which ends with one to four zeros: its bytes are a multiple of 4."""
        length = self._data.find(b"\0", self._position) - self._position
        if length < 0:
            raise SettingsError("an OSC message is damaged: a text in it has no end")
        text = self.take((length // 4 + 1) * 4)[:length]
        try:
            return text.decode()
        except UnicodeDecodeError as cause:
            raise SettingsError("an OSC message has a text that is not UTF-8") from cause
