"""Controls of an endless piece; the command line takes its flags from these fields."""

import re
from dataclasses import dataclass

from riffsmith.errors import SettingsError

SLOWEST_BPM, FASTEST_BPM = 40.0, 320.0
"""Range of the control `tempo`, in beats per minute."""
FURTHEST_TRANSPOSITION = 12
"""Largest value of the control `transpose`, up or down, in semitones."""
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Names of the tonics, upwards from C."""
_PITCH_CLASSES = {"A": 0, "B": 2, "C": 3, "D": 5, "E": 7, "F": 8, "G": 10}
_ACCIDENTALS = {"#": 1, "♯": 1, "b": -1, "♭": -1, "": 0}
_KEY = re.compile(r"([A-Ga-g])([#♯b♭]?)\s*(M|m|(?i:maj|major|min|minor))?")
"""A tonic, and a mode that may be left out: `E`, `Em`, `F# minor`, `Bb major`."""


def parse_key(text: str) -> tuple[int, ...]:
    """Numbers of the keys that a text names: 0 to 11 for A major to G♯ major, then the minor keys.

    A tonic alone names the major and the minor key.

    Raises:
        SettingsError: The text names no key.
    """
    found = _KEY.fullmatch(text.strip())
    if found is None:
        raise SettingsError(
            f"key must be a tonic with or without a mode, such as E, Em or F# minor, found {text!r}"
        )
    letter, accidental, mode = found.groups()
    tonic = (_PITCH_CLASSES[letter.upper()] + _ACCIDENTALS[accidental]) % 12
    if mode is None:
        return tonic, tonic + 12
    is_minor = mode == "m" or mode.lower().startswith("min")
    return (tonic + 12 if is_minor else tonic,)


def name_tonic(text: str) -> str:
    """The tonic of a key as `TONICS` writes it: `F#` for `gb minor`.

    Raises:
        SettingsError: The text names no key.
    """
    return TONICS[(parse_key(text)[0] - _PITCH_CLASSES["C"]) % len(TONICS)]


@dataclass(frozen=True)
class Controls:
    """Controls of an endless piece. `None`: the seed decides, or the model for `form`."""

    intensity: float | None = None
    """Intensity from 0 (the calmest passages of the corpus) to 1 (the loudest and densest)."""
    brightness: float | None = None
    """Brightness from 0 (the darkest passages of the corpus) to 1 (the brightest)."""
    tempo: float | None = None
    """Tempo in beats per minute."""
    variation: float = 0.5
    """Variety of the piece, from 0 (one kind of passage) to 1 (all kinds, one after the other)."""
    form: float | None = None
    """Repetition of riffs, from 0 (no bar is repeated) to 1 (one riff throughout). `None`: what the
    model's settings say."""
    key: str | None = None
    """Key of the piece, such as E, Em or "F# minor". A model without tonal latents has no key.
    `None`: the key of the passages that the piece is like."""
    transpose: int = 0
    """Transposition in semitones, from -12 to 12, in addition to that of `key`."""
    morph_seed: int | None = None
    """Seed of the passages that the piece changes to. `None`: it does not change to others."""
    morph_seconds: float = 30.0
    """Duration of that change in seconds; it needs a `morph_seed`."""

    def __post_init__(self) -> None:
        """Checks that the values are in their ranges.

        Raises:
            SettingsError: A value is out of its range.
        """
        for name in ("intensity", "brightness", "variation", "form"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise SettingsError(f"{name} must be from 0 to 1, found {value:g}")
        if self.tempo is not None and not SLOWEST_BPM <= self.tempo <= FASTEST_BPM:
            raise SettingsError(
                f"tempo must be from {SLOWEST_BPM:g} to {FASTEST_BPM:g} BPM, found {self.tempo:g}"
            )
        if abs(self.transpose) > FURTHEST_TRANSPOSITION:
            raise SettingsError(
                f"transpose must be from {-FURTHEST_TRANSPOSITION} to {FURTHEST_TRANSPOSITION} "
                f"semitones, found {self.transpose}"
            )
        if self.key is not None:
            parse_key(self.key)
        if not 0 <= self.morph_seconds <= 3600:
            raise SettingsError(
                f"morph_seconds must be from 0 to 3600, found {self.morph_seconds:g}"
            )
        if self.morph_seed is None and self.morph_seconds != Controls.morph_seconds:
            raise SettingsError(
                "morph_seconds has no effect without morph_seed: give one, or leave it out"
            )
