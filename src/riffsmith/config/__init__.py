"""Frozen settings and the presets that fill them."""

from riffsmith.config.presets import (
    DEFAULT_PRESET,
    Overrides,
    build_settings,
    load_preset,
    preset_names,
)
from riffsmith.config.settings import (
    CorpusSettings,
    DiscriminatorSettings,
    GeneratorSettings,
    Settings,
    TrainingSettings,
)

__all__ = [
    "DEFAULT_PRESET",
    "CorpusSettings",
    "DiscriminatorSettings",
    "GeneratorSettings",
    "Overrides",
    "Settings",
    "TrainingSettings",
    "build_settings",
    "load_preset",
    "preset_names",
]
