from pathlib import Path
from xml.etree import ElementTree

import yaml
from conftest import tiny_settings
from markdown_it import MarkdownIt

from riffsmith.bundle import RecordingCredit, read_card
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
        *("Preset latent, 2 steps", r"| kad\_musicnn | 2.5 |", "| a.wav | 90 s |"),
        *("Licence of this model: cc-by-sa-4.0.", "By A Band."),
    ):
        assert text_part in text, text_part
    assert "were not stated" not in text


def test_names_of_strangers_are_no_markup(latent_bundle: Path):
    name = (
        "x\n# Heading | `a`*b*_c_ <img src=x> [l](http://e.org) &amp; \\ www.e.org $x$ \x1b😀.wav"
    )
    recording = RecordingCredit(path=name, content_hash="1", seconds=60.0)
    words = {"genre": name, "credit": name, "preset": name, "torch": name, "riffsmith": name}
    card = read_card(latent_bundle).model_copy(
        update={**words, "created": name, "recordings": (recording,), "metrics": {name: 1.0}}
    )
    _, metadata, text = describe_model("band/riffs", card, name).split("---\n", 2)
    shown = name.replace("\n", r"\n").replace("\x1b", r"\x1b")
    values = yaml.safe_load(metadata)
    assert (values["license"], values["tags"][-1]) == (shown, shown)
    html = MarkdownIt("commonmark").enable("table").render(text)
    page = ElementTree.fromstring(f"<page>{html}</page>")
    tags = {each.tag for each in page.iter()} - {"table", "thead", "tbody", "tr", "th", "td"}
    assert tags == {"page", "h1", "h2", "p", "pre", "code"}
    assert [each.text for each in page.iter("h1")] == ["riffs"]
    assert [each.text for each in page.iter("code")][2:] == ["card.json"]
    assert "".join(page.itertext()).count(shown) == 8
    assert "www.e" not in text  # GitHub's dialect makes links of addresses
    assert "http://" not in text


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
