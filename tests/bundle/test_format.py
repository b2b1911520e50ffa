"""The bundle format: the parameters of version 5, and the conversion of earlier versions."""

import importlib.util
import json
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from conftest import make_card, tiny_latents, tiny_settings
from safetensors.torch import load

from riffsmith.bundle import Card, LatentBundle, load_shipped, read_card, write_bundle
from riffsmith.bundle.card import BUNDLE_VERSION
from riffsmith.bundle.upgrade import ADDED_PARAMETERS, upgrade_card, upgrade_parameter
from riffsmith.config import LatentSettings
from riffsmith.networks import Generator

GOLDEN = Path(__file__).parents[1] / "golden"
PARAMETERS = json.loads((GOLDEN / "bundle_parameters.json").read_text())
METAL = Path(str(files("riffsmith"))) / "models/metal"


@pytest.fixture(scope="module")
def golden() -> ModuleType:
    path = GOLDEN / "make_bundle_parameters.py"
    spec = importlib.util.spec_from_file_location("make_bundle_parameters", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.parametrize("preset", list(PARAMETERS))
def test_the_parameters_of_a_bundle_are_frozen(golden: ModuleType, preset: str, tmp_path: Path):
    golden.write_initialised_bundle(preset, tmp_path / "bundle")
    assert golden.describe_parameters(tmp_path / "bundle") == PARAMETERS[preset]


def test_the_shipped_files_of_version_1_have_the_same_parameters(golden: ModuleType):
    assert json.loads((METAL / "card.json").read_text())["version"] == 1
    stored = golden.describe_parameters(METAL)
    assert "style.points" in stored["codec.safetensors"]
    assert "decoder.head.weight" in stored["codec.safetensors"]
    names = {
        new for name in stored["codec.safetensors"] if (new := upgrade_parameter(name)) is not None
    }
    present = set(PARAMETERS["latent"]["codec.safetensors"])
    kept = {name for name in present if not name.startswith("tonal.")}
    assert names == kept - ADDED_PARAMETERS
    generator = PARAMETERS["latent"]["generator.safetensors"]
    earlier = {name for name in generator if not name.startswith(("guide.", "band_axes."))}
    assert set(stored["generator.safetensors"]) == earlier


@pytest.mark.slow
def test_the_shipped_bundle_of_version_1_opens_with_the_present_names():
    bundle = load_shipped("metal")
    assert isinstance(bundle, LatentBundle)
    stored = json.loads((METAL / "card.json").read_text())
    card, settings = bundle.card, bundle.settings
    assert (card.snapshot, card.step) == (stored["step"], stored["step"])
    assert card.metrics == stored["figures"]
    assert settings.codec.style_dimensions == stored["settings"]["codec"]["style_values"]
    assert settings.codec.style_passages == stored["settings"]["codec"]["style_points"]
    training = stored["settings"]["training"]
    assert settings.training.monitor == training["watch"]
    assert settings.training.adversarial_weight == training["game_weight"]
    assert settings.training.steps == training["epochs"] * (stored["step"] // stored["epoch"])
    weights = load((METAL / "codec.safetensors").read_bytes())
    embedding = bundle.codec.style_embedding
    assert torch.equal(embedding.passages, weights["style.points"].float())
    assert torch.equal(embedding.descriptors, weights["style.feel"].float())
    assert embedding.find_keys() == [None] * len(embedding.passages)
    assert bundle.generator.guidance is None


OLD_TRAINING = {
    "monitor": "watch",
    "monitor_every_steps": "watch_every_steps",
    "monitor_patience": "watch_patience",
    "monitor_rollbacks": "watch_rollbacks",
    "halve_learning_rate_every_epochs": "halve_rate_every_epochs",
    "adversarial_weight": "game_weight",
    "discriminator_learning_rate": "game_rate",
    "unconditioned_fraction": "clockless_share",
    "flow_matching_steps": "warm_up_steps",
    "cut_fraction": "cut_share",
}
OLD_CODEC = {
    "style_dimensions": "style_values",
    "style_passages": "style_points",
}


def as_version_1(card: Card) -> dict[str, Any]:
    """The values of a card with the names of version 1; an epoch has three steps."""
    values = json.loads(card.model_dump_json())
    values |= {"version": 1, "figures": values.pop("metrics"), "epoch": 4, "codec_hash": ""}
    del values["snapshot"]
    settings = values["settings"]
    is_latent = "codec" in settings
    settings["training"] = rename(settings["training"], OLD_TRAINING)
    if is_latent:
        training, settings["codec"] = settings["training"], as_early_codec(settings["codec"])
        for name in ("", "preview_every_", "checkpoint_every_"):
            training[f"{name}epochs"] = training.pop(f"{name}steps") // 3
        training |= {"epoch_steps": 3, "drop_last": False, "halve_rate_every_epochs": None}
        del training["log_every_steps"]
    return values


def as_early_codec(codec: dict[str, Any]) -> dict[str, Any]:
    """The section `codec` of a card of version 1, which has a decoder and no tonal latents."""
    kept = rename(codec, OLD_CODEC)
    for name in ("tonal_components", "tonal_rounds", "corrections"):
        del kept[name]
    return kept | {"decoder_channels": 320, "decoder_corrections": 3, "decoder_judges": 192}


def rename(values: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names.get(key, key): value for key, value in values.items()}


def test_a_card_of_version_1_is_converted():
    card = make_card(tiny_latents(steps="12"), "latent", metrics={"kad_musicnn": 2.5})
    converted = Card.model_validate(upgrade_card(as_version_1(card)))
    assert isinstance(converted.settings, LatentSettings)
    assert converted.version == 1
    assert converted.snapshot == card.step
    assert converted.metrics == card.metrics
    assert converted.codec_hash is None
    log_every_steps = converted.settings.training.log_every_steps
    expected = tiny_latents(steps="12", log_every_steps=str(log_every_steps))
    mel_alone = {"tonal_components": 0, "tonal_rounds": 8, "corrections": 4}
    codec = expected.codec.model_copy(update=mel_alone)
    generator = expected.generator.model_copy(update={"guidance": None})
    assert converted.settings == expected.model_copy(
        update={"codec": codec, "generator": generator}
    )


def test_a_card_of_version_2_is_converted():
    card = make_card(tiny_latents(), "latent")
    values = json.loads(card.model_dump_json()) | {"version": 2}
    values["settings"]["codec"] = rename(
        as_early_codec(values["settings"]["codec"]),
        {"decoder_judges": "decoder_discriminator_channels"},
    )
    converted = Card.model_validate(upgrade_card(values))
    assert isinstance(converted.settings, LatentSettings)
    assert converted.version == 2
    assert converted.settings.codec.tonal_components == 0
    assert converted.settings.training == card.settings.training
    assert converted.snapshot == card.snapshot


def test_a_card_of_version_3_is_converted():
    card = make_card(tiny_latents(), "latent")
    values = json.loads(card.model_dump_json()) | {"version": 3}
    del values["settings"]["generator"]["guidance"]
    converted = Card.model_validate(upgrade_card(values))
    assert isinstance(converted.settings, LatentSettings)
    assert converted.settings.generator.guidance is None
    assert converted.settings.codec == tiny_latents().codec


def test_a_picture_card_of_version_1_is_converted():
    card = make_card(tiny_settings("report-wgan"), "report-wgan")
    converted = Card.model_validate(upgrade_card(as_version_1(card)))
    assert converted.snapshot == 4
    assert converted.settings == card.settings


def test_what_is_written_has_the_present_version(tmp_path: Path):
    settings = tiny_settings()
    card = make_card(settings, "report", version=1)
    write_bundle(tmp_path / "bundle", card, Generator(settings.generator, 1))
    assert read_card(tmp_path / "bundle").version == BUNDLE_VERSION


def test_a_card_of_version_4_is_converted(latent_bundle: Path, tmp_path: Path):
    """Its generator is guided by its own early state, and is given no notes."""
    values = json.loads((latent_bundle / "card.json").read_text())
    values["version"] = 4
    del values["settings"]["piano_roll"], values["settings"]["training"]["guided_from_fraction"]
    values["settings"]["training"] |= {"weak_generator_step": 300, "guided_from_step": 1000}
    values["settings"]["generator"]["guidance"] = 2.5
    (tmp_path / "card.json").write_text(json.dumps(values))
    settings = read_card(tmp_path).settings
    assert isinstance(settings, LatentSettings)
    assert settings.piano_roll.hidden == 0
    assert settings.generator.guidance == 2.5
