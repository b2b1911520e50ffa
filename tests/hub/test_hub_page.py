from pathlib import Path

import yaml
from conftest import tiny_settings

from riffsmith.bundle import read_card
from riffsmith.hub import describe_model


def test_the_page_describes_the_model(latent_bundle: Path):
    page = describe_model("band/riffs", read_card(latent_bundle), "cc-by-sa-4.0", "By A Band.")
    _, metadata, text = page.split("---\n", 2)
    assert yaml.safe_load(metadata) == {
        "license": "cc-by-sa-4.0",
        "library_name": "riffsmith",
        "tags": ["riffsmith", "music", "music-generation", "gan", "audio", "metal"],
    }
    for text_part in (
        *("# riffs\n", "1 recording, 2 min in all (metal)", "8 kHz stereo of any length"),
        *("riffsmith pull band/riffs", 'riffsmith.load("riffs")', "loading them runs no code"),
        *("Preset `latent`, 2 steps", "| `kad_musicnn` | 2.5 |", "| a.wav | 90 s |"),
        *("Licence of this model: cc-by-sa-4.0.", "By A Band."),
    ):
        assert text_part in text, text_part
    assert "were not stated" not in text


def test_the_page_names_what_is_not_known(latent_bundle: Path):
    card = read_card(latent_bundle).model_copy(
        update={"metrics": {}, "genre": "", "settings": tiny_settings()}
    )
    page = describe_model("riffs", card, "unknown")
    assert "None were measured." in page
    assert "were not stated when this model was published" in page
    assert "riffsmith stream" not in page
    credited = card.model_copy(update={"credit": "A band, CC BY 4.0"})
    assert "Trained on music by A band, CC BY 4.0." in describe_model("riffs", credited, "unknown")
    assert "It plays clips at 8 kHz." in page
