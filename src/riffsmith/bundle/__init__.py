"""Bundles: trained models on disk with their weights, settings and provenance."""

from riffsmith.bundle.card import Card, RecordingCredit
from riffsmith.bundle.origin import ORIGIN_NAME, Origin, read_origin
from riffsmith.bundle.store import (
    BUNDLE_FILES,
    ORIGINALITY_NAME,
    Bundle,
    LatentBundle,
    PictureBundle,
    build_latent_generator,
    build_piano_roll_model,
    count_pitches,
    find_shipped,
    is_bundle,
    load_bundle,
    load_piano_roll_model,
    load_shipped,
    read_card,
    save_piano_roll_model,
    shipped_models,
    write_bundle,
)

__all__ = [
    "BUNDLE_FILES",
    "ORIGINALITY_NAME",
    "ORIGIN_NAME",
    "Bundle",
    "Card",
    "LatentBundle",
    "Origin",
    "PictureBundle",
    "RecordingCredit",
    "build_latent_generator",
    "build_piano_roll_model",
    "count_pitches",
    "find_shipped",
    "is_bundle",
    "load_bundle",
    "load_piano_roll_model",
    "load_shipped",
    "read_card",
    "read_origin",
    "save_piano_roll_model",
    "shipped_models",
    "write_bundle",
]
