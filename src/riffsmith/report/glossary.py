"""What the losses and the measures of a page mean."""

from collections.abc import Iterable

from riffsmith.config import PictureSettings, Settings

MEASURES = (
    "kad",
    "fad",
    "density",
    "coverage",
    "variety",
    "tag",
    "beat_strength",
    "tempo_stability",
    "pulse_persistence",
    "continuity",
    "relief",
    "notes",
    "note_persistence",
    "note_onsets",
    "pitch_class_entropy",
    "key_clarity",
    "key_drift",
    "riff_repetition",
    "stereo_width",
    "clicks",
)
"""Beginnings of the names of measures that a page explains, in its order."""


def explain_losses(settings: Settings) -> list[str]:
    """Keys of the texts about the losses of a system."""
    if isinstance(settings, PictureSettings):
        penalty = ["gradient_penalty"] if settings.training.penalty_weight else []
        return [settings.training.loss, *penalty]
    return ["flow_matching", "relativistic", "zero_centred_penalty"]


def explain_measures(names: Iterable[str]) -> list[str]:
    """Keys of the texts about some measures.

    Args:
        names: Names of measures, such as `kad_musicnn` or `notes`.
    """
    given = list(names)
    return [
        key for key in MEASURES if any(name == key or name.startswith(f"{key}_") for name in given)
    ]
