"""Names and other texts of strangers, made harmless for a terminal and for logs."""

import unicodedata
from pathlib import Path
from shlex import quote

_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of Unicode: control characters, halves of a pair, separators of lines, of paragraphs.
"""
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of what follows, so that a name reads as another one."""


def escape_controls(text: str, kept: str = "") -> str:
    r"""Shows characters as `\x1b` that a terminal would obey instead of showing them.

    Args:
        text: Any text.
        kept: Characters to leave as they are, such as a line break.

    >>> escape_controls("a\x1b[31m.wav")
    'a\\x1b[31m.wav'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(letter) if letter not in kept else letter for letter in text)


def quote_path(path: Path) -> str:
    """A path as a word of a command that can be pasted into a shell.

    >>> print(quote_path(Path("my songs")), quote_path(Path("-x")))
    'my songs' ./-x
    """
    word = str(path)
    return quote(f"./{word}" if word.startswith("-") else word)


def _escape(letter: str) -> str:
    if unicodedata.category(letter) in _UNSEEN or letter in _DIRECTIONS:
        return letter.encode("unicode_escape").decode()
    return letter
