"""Frozen settings and the presets that fill them."""

from riffsmith.config.latents import (
    CodecSettings,
    LatentDiscriminatorSettings,
    LatentGeneratorSettings,
    LatentSettings,
    LatentTrainingSettings,
)
from riffsmith.config.pictures import (
    DiscriminatorSettings,
    GeneratorSettings,
    PictureSettings,
    PictureTrainingSettings,
)
from riffsmith.config.presets import (
    DEFAULT_PRESET,
    Overrides,
    build_settings,
    load_corpus_settings,
    load_preset,
    preset_names,
)
from riffsmith.config.settings import CorpusSettings, TrainingSettings
from riffsmith.config.systems import Settings, TaggedSettings

__all__ = [
    "DEFAULT_PRESET",
    "CodecSettings",
    "CorpusSettings",
    "DiscriminatorSettings",
    "GeneratorSettings",
    "LatentDiscriminatorSettings",
    "LatentGeneratorSettings",
    "LatentSettings",
    "LatentTrainingSettings",
    "Overrides",
    "PictureSettings",
    "PictureTrainingSettings",
    "Settings",
    "TaggedSettings",
    "TrainingSettings",
    "build_settings",
    "load_corpus_settings",
    "load_preset",
    "preset_names",
]
