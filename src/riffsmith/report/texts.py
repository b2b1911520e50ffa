"""The page's words, numbers and figures in one language."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from markupsafe import Markup, escape

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNGROUPED_BELOW = 10_000
"""Spanish groups digits from five of them on."""


class Texts:
    """Texts of one language by their keys, such as `corpus.title`."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._table = read_table(language)

    def __call__(self, key: str, **values: object) -> Markup:
        """A text for HTML: what is put in is escaped, whole numbers are grouped."""
        return Markup(escape(self._table[key])).format(**self._said(values))

    def plain(self, key: str, **values: object) -> str:
        """A text for a figure or a file."""
        return self._table[key].format(**self._said(values))

    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many digits after the point, or comma."""
        text = f"{value:,.{digits}f}"
        text = text.removeprefix("-") if not re.search(r"[1-9]", text) else text
        return self._local(text, abs(value))

    def figure(self, value: float | None) -> str:
        """A number with about three digits that count; a dash where there is none."""
        if value is None:
            return "–"
        if abs(value) >= 1000:
            return self.number(value)
        mantissa, _, power = f"{value:.3g}".partition("e")
        raised = f" × 10{str(int(power)).translate(_RAISED)}" if power else ""
        return self._local(mantissa, abs(value)) + raised

    def share(self, value: float) -> str:
        """A share as percent."""
        return f"{self.number(100 * value)} %"

    def measure(self, name: str) -> str:
        """The name of a measure such as `kad_musicnn` or `beat_strength` in words."""
        if f"measures.{name}" in self._table:
            return self.plain(f"measures.{name}")
        kind, _, rest = name.partition("_")
        key = f"measures.of.{kind}"
        return self.plain(key, of=rest.replace("_", " ")) if key in self._table else name

    def message(self, said: str) -> Markup:
        """What the library has said in English; what is not in the table is marked as English."""
        if self.language == "en":
            return escape(said)
        for key, pattern in _patterns():
            if match := pattern.fullmatch(said):
                return self(key, **{name: self._told(v) for name, v in match.groupdict().items()})
        return Markup('<span lang="en">{}</span>').format(said)

    def listed(self, said: Sequence[Markup]) -> Markup:
        """Several things in a row."""
        return Markup(", ").join(said)

    def _said(self, values: Mapping[str, object]) -> dict[str, object]:
        return {
            name: self.number(value) if isinstance(value, int) else value
            for name, value in values.items()
        }

    def _told(self, value: str) -> str:
        """A number that the library has written, in this language; anything else as it is."""
        return self._local(value, 0) if re.fullmatch(r"\d+(\.\d+)?%?", value) else value

    def _local(self, text: str, size: float) -> str:
        if self.language == "en":
            return text.replace("-", "−")
        group = "" if size < _UNGROUPED_BELOW else "\u202f"
        return text.replace("-", "−").translate({ord(","): group, ord("."): ","})


@cache
def read_table(language: Language) -> Mapping[str, str]:
    """All texts of a language, with the keys of nested tables joined by dots."""
    source = files("riffsmith.report") / "languages" / f"{language}.toml"
    return dict(_flatten(tomllib.loads(source.read_text(encoding="utf-8"))))


def _flatten(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _flatten(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(value)))
    return found


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The library's own messages: the English texts under `messages`, with gaps for the values."""
    return [
        (key, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(text)), re.DOTALL))
        for key, text in read_table("en").items()
        if key.startswith("messages.")
    ]
