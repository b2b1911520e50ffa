"""Controls of an endless piece; the command line takes its flags from these fields."""

from dataclasses import dataclass

from riffsmith.errors import SettingsError

SLOWEST_BPM, FASTEST_BPM = 40.0, 320.0
"""Range of the control `tempo`, in beats per minute."""


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
    """Repetition of riffs, from 0 (no bar is repeated) to 1 (one riff throughout)."""
    morph_seed: int | None = None
    """Seed of the passages that the piece changes to. `None`: it does not change to others."""
    morph_seconds: float = 30.0
    """Duration of that change in seconds."""

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
        if not 0 <= self.morph_seconds <= 3600:
            raise SettingsError(
                f"morph_seconds must be from 0 to 3600, found {self.morph_seconds:g}"
            )
