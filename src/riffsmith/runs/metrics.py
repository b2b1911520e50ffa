"""The lines of `metrics.jsonl`: JSON, each with a checksum of its own.

A damaged line costs itself alone.
"""

import json
import logging
import re
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from riffsmith.files import parse_json
from riffsmith.terminal import escape_controls

logger = logging.getLogger(__name__)
Line = dict[str, object]
_MARK = b', "checksum": "'
_SEAM = re.compile(rb'(?<="\}).(?=\{"|$)', re.DOTALL)
"""A byte between two lines that was a line break."""


def format_line(line: Mapping[str, object]) -> bytes:
    """One line of the metrics, with its checksum and its line break."""
    body = json.dumps(line).encode()[:-1]
    return body + _ending(body) + b"\n"


def parse_lines(content: bytes) -> tuple[list[Line], list[int]]:
    """Parses the lines of the metrics.

    Args:
        content: The file. A last line without a line break, which a crash cut off, is left out.

    Returns:
        The sound lines, and the numbers of the damaged ones, counted from 1.
    """
    lines: list[Line] = []
    damaged: list[int] = []
    *texts, rest = content.split(b"\n")
    for number, text in enumerate([*texts, rest], 1):
        is_whole = number <= len(texts)
        found = _parse(text)
        if found is None:  # the line break behind it may be what is damaged
            parts = [_parse(one) for one in _SEAM.split(text) if one]
            lines += [part for part in parts if part is not None]
            if is_whole and (None in parts or not parts):
                damaged.append(number)
        else:
            lines.append(found)
    return lines, damaged


@lru_cache(maxsize=256)
def name_damaged_lines(path: Path, numbers: tuple[int, ...]) -> None:
    """Warns of damaged lines in the log of the library, once for each path and numbers.

    Args:
        path: File of the metrics.
        numbers: Numbers of the damaged lines, counted from 1.
    """
    logger.warning(
        "%s: damaged and left out: line %s; all other lines are used",
        escape_controls(str(path)),
        ", ".join(map(str, numbers)),
    )


def _ending(body: bytes) -> bytes:
    return _MARK + b'%08x"}' % zlib.crc32(body)


def _parse(text: bytes) -> Line | None:
    """A line of the file, given without its line break. `None`: it is damaged."""
    body, mark, _ = text.rpartition(_MARK)
    if not mark or text != body + _ending(body):
        return None
    try:
        line = parse_json(body + b"}")
    except ValueError:
        return None
    if not isinstance(line, dict) or not isinstance(line.get("event"), str):
        return None
    return line if type(line.get("step")) is int else None
