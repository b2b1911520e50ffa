"""Texts, numbers and plurals of a page in one language.

The texts stand in `languages/en.toml` and `languages/es.toml`, with placeholders for values. Where
a text depends on a number, the file has a table of its forms:

[counts.recordings]
one = "{count} recording"
other = "{count} recordings"

`count` is the value that the form depends on, unless the table names another one with `by`.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Literal

from markupsafe import Markup, escape

from riffsmith.audio import RecordingCode, RecordingRemark
from riffsmith.errors import RiffsmithError
from riffsmith.evaluation import Remark
from riffsmith.files import hide_folders
from riffsmith.runs import Unit

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
PluralForm = Literal["one", "other"]
UnitForm = Literal["axis", "name", "title", "of", "at", "since", "onwards", "to"]
"""Forms in which a position in a training stands in a sentence, as in "epoch 3", "at epoch 3"."""

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNGROUPED_BELOW = 10_000
"""Spanish groups the digits of numbers with five of them or more."""


@dataclass(frozen=True)
class Rounded:
    """A number that is written with a fixed number of decimals."""

    value: float
    digits: int = 0


@dataclass(frozen=True)
class Text:
    """A text of the table, with its plural forms."""

    forms: Mapping[PluralForm, str]
    by: str = "count"
    """Name of the value that the form depends on."""


def _english_form(value: float, digits: int) -> PluralForm:
    return "one" if value == 1 and digits == 0 else "other"


def _spanish_form(value: float, digits: int) -> PluralForm:
    return "one" if round(value, digits) == 1 else "other"


PLURAL_RULES: Mapping[Language, Callable[[float, int], PluralForm]] = {
    "en": _english_form,  # 1 minute, 1.0 minutes
    "es": _spanish_form,  # 1 minuto, 1,0 minuto
}
"""Form by a number without its sign and its visible decimals (Unicode CLDR, without the Spanish
form for whole millions)."""


class Texts:
    """Texts of one language by their keys, such as `corpus.title`.

    Values are written in the language: a whole number with grouped digits, a `float` with about
    three significant digits, a `Rounded` number with its decimals. A text is put in as it is.
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._table = read_table(language)

    def __call__(self, key: str, **values: object) -> Markup:
        """A text for HTML; the values are escaped."""
        return Markup(escape(self._form(key, values))).format(**self._format(values))

    def plain(self, key: str, **values: object) -> str:
        """A text for a picture or a file."""
        return self._form(key, values).format(**self._format(values))

    def has(self, key: str) -> bool:
        """Whether there is a text with this key."""
        return key in self._table

    def position(self, unit: Unit, position: float, form: UnitForm = "name") -> str:
        """An epoch or a step, such as "at epoch 3".

        Args:
            unit: What the run counts.
            position: Position in the training in this unit; an epoch may be unfinished.
            form: Form in the sentence.
        """
        number = Rounded(position, 0 if position == round(position) else 1)
        return self.plain(f"units.{unit}.{form}", number=number)

    def moment(self, iso: str) -> str:
        """A date and a time, such as "2 March 2026, 15:04 UTC".

        Args:
            iso: The moment in ISO 8601; without a time zone it is taken as UTC.
        """
        moment = datetime.fromisoformat(iso)
        utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        month = self.plain(f"dates.month_{utc.month}")
        return self.plain(
            "dates.moment",
            day=str(utc.day),
            month=month,
            year=str(utc.year),
            time=f"{utc:%H:%M}",
        )

    def remark(self, remark: Remark) -> Markup:
        """A remark of the evaluation."""
        return self(f"remarks.{remark.code}", **remark.parameters)

    def recording(self, remark: RecordingRemark) -> Markup:
        """A flaw of a recording, or the reason why a file is not used."""
        if remark.code == RecordingCode.OTHER:  # the corpus was prepared before there were codes
            return self.english(remark.text)
        values: dict[str, object] = dict(remark.parameters)
        if "fraction" in remark.parameters:
            values["fraction"] = Rounded(100 * float(remark.parameters["fraction"]), 1)
        return self(f"recordings.{remark.code}", **values)

    def error(self, error: RiffsmithError) -> Markup:
        """The message of an error; one that has no text here is marked as English.

        Folders are left out of its paths, because the page may be passed on.
        """
        if error.code is not None and self.has(f"remarks.{error.code}"):
            shown = {
                name: hide_folders(value) if isinstance(value, str) else value
                for name, value in error.parameters.items()
            }
            return self(f"remarks.{error.code}", **shown)
        return self.english(hide_folders(" ".join(str(error).split())))

    def english(self, text: str) -> Markup:
        """An English text, which is marked as such on a page of another language."""
        if self.language == "en":
            return escape(text)
        return Markup('<span lang="en">{}</span>').format(text)

    def measure(self, name: str) -> str:
        """The name of a measure such as `kad_musicnn` or `beat_strength`."""
        if self.has(f"measures.{name}"):
            return self.plain(f"measures.{name}")
        kind, _, rest = name.partition("_")
        key = f"measures_with.{kind}"
        return self.plain(key, name=rest.replace("_", " ")) if self.has(key) else name

    def number(self, value: float, digits: int = 0) -> str:
        """A number with a fixed number of decimals."""
        text = f"{value:,.{digits}f}"
        text = text.removeprefix("-") if not re.search(r"[1-9]", text) else text
        return self._localise(text, abs(value))

    def figure(self, value: float | None) -> str:
        """A number with about three significant digits. `None`: a dash."""
        if value is None:
            return "–"
        if abs(value) >= 1000:
            return self.number(value)
        mantissa, _, power = f"{value:.3g}".partition("e")
        exponent = f" × 10{str(int(power)).translate(_SUPERSCRIPT)}" if power else ""
        return self._localise(mantissa, abs(value)) + exponent

    def _form(self, key: str, values: Mapping[str, object]) -> str:
        text = self._table[key]
        if len(text.forms) == 1:
            return text.forms["other"]
        value = values[text.by]
        value, digits = (value.value, value.digits) if isinstance(value, Rounded) else (value, 0)
        if not isinstance(value, int | float):
            raise TypeError(f"{key} depends on {text.by}, which is no number: {value!r}")
        return text.forms[PLURAL_RULES[self.language](abs(value), digits)]

    def _format(self, values: Mapping[str, object]) -> dict[str, object]:
        return {name: self._format_value(value) for name, value in values.items()}

    def _format_value(self, value: object) -> object:
        if isinstance(value, Rounded):
            return self.number(value.value, value.digits)
        if isinstance(value, int):
            return self.number(value)
        return self.figure(value) if isinstance(value, float) else value

    def _localise(self, text: str, size: float) -> str:
        text = text.replace("-", "−")
        if self.language == "en":
            return text
        separator = "" if size < _UNGROUPED_BELOW else "\u202f"
        return text.translate({ord(","): separator, ord("."): ","})


@cache
def read_table(language: Language) -> Mapping[str, Text]:
    """Reads all texts of a language. The keys of nested tables are joined by dots."""
    source = files("riffsmith.report") / "languages" / f"{language}.toml"
    return dict(_flatten(tomllib.loads(source.read_text(encoding="utf-8"))))


def _flatten(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, Text]]:
    found: list[tuple[str, Text]] = []
    for key, value in table.items():
        match value:
            case {"one": str(one), "other": str(other), **rest}:
                by = str(rest.get("by", "count"))
                found.append((f"{prefix}{key}", Text({"one": one, "other": other}, by)))
            case dict():
                found += _flatten(value, f"{prefix}{key}.")
            case _:
                found.append((f"{prefix}{key}", Text({"other": str(value)})))
    return found
