"""What a player can ask of an endless piece; the command line takes its flags from here."""

from dataclasses import dataclass

from riffsmith.errors import SettingsError

SLOWEST_BPM, FASTEST_BPM = 40.0, 320.0


@dataclass(frozen=True)
class Controls:
    """None leaves a thing to the seed."""

    intensity: float | None = None
    """0: the calmest passages of the corpus; 1: the loudest and busiest."""
    brightness: float | None = None
    """0: its darkest passages; 1: its brightest."""
    tempo: float | None = None
    """Beats a minute."""
    variation: float = 0.5
    """0 holds one kind of passage, 1 wanders through all of them."""
    morph_seed: int | None = None
    """Another seed, whose kind of passages the piece turns to."""
    morph_seconds: float = 30.0
    """How long that takes."""

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            SettingsError: One is out of its range.
        """
        for name in ("intensity", "brightness", "variation"):
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
