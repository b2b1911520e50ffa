import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import make_card, make_modulation_filter, tiny_settings

from riffsmith.bundle import (
    LatentBundle,
    PictureBundle,
    RecordingCredit,
    load_bundle,
    load_shipped,
    shipped_models,
    write_bundle,
)
from riffsmith.errors import ModelError
from riffsmith.files import parse_checked
from riffsmith.networks import Generator


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    settings = tiny_settings()
    card = make_card(
        settings,
        "report",
        low_db=-80.0,
        high_db=20.0,
        recordings=(RecordingCredit(path="a.wav", content_hash="1", seconds=3.0),),
        metrics={"spread": 1.5},
    )
    generator = Generator(settings.generator, 1)
    write_bundle(tmp_path / "bundle", PictureBundle(card, settings, generator))
    return tmp_path / "bundle"


def test_a_bundle_comes_back(bundle: Path):
    first, second = load_bundle(bundle), load_bundle(bundle)
    assert first.card.genre == "metal"
    assert first.card.recordings[0].path == "a.wav"
    assert not first.generator.training
    noise = torch.ones(1, 8)
    assert torch.equal(first.generator(noise), second.generator(noise))


def test_a_bundle_can_be_moved_and_replaced(bundle: Path, tmp_path: Path):
    write_bundle(bundle, load_bundle(bundle))
    shutil.move(bundle, tmp_path / "elsewhere")
    assert load_bundle(tmp_path / "elsewhere").card.snapshot == 1


def _flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


def _edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**parse_checked(path.read_bytes()), **changes}))


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda b: _flip_a_bit(b / "generator.safetensors"), "is damaged .its hash"),
        (lambda b: (b / "generator.safetensors").unlink(), "cannot be used .*No such file"),
        (lambda b: (b / "card.json").unlink(), "not a bundle"),
        (lambda b: (b / "card.json").write_text("{"), "is damaged"),
        (lambda b: _edit(b / "card.json", snapshot="many"), "is damaged"),
        (lambda b: _edit(b / "card.json", version=7), "bundle format 7, this Riffsmith reads 5"),
    ],
)
def test_damage_is_named(bundle: Path, harm, message: str):
    harm(bundle)
    with pytest.raises(ModelError, match=message):
        load_bundle(bundle)


def test_a_modulation_filter_comes_back_and_must_fit(latent_bundle: Path, tmp_path: Path):
    found = load_bundle(latent_bundle)
    assert isinstance(found, LatentBundle)
    assert found.modulation_filter is not None
    assert torch.equal(found.modulation_filter.taps, make_modulation_filter(8).taps)
    write_bundle(tmp_path / "b", replace(found, modulation_filter=make_modulation_filter(7)))
    with pytest.raises(ModelError, match="modulation_filter.* cannot be used .taps has the shape"):
        load_bundle(tmp_path / "b")
    (tmp_path / "b" / "modulation_filter.safetensors").unlink()
    with pytest.raises(ModelError, match="No such file"):
        load_bundle(tmp_path / "b")


def test_weights_of_other_networks_are_refused(bundle: Path):
    card = parse_checked((bundle / "card.json").read_bytes())
    card["settings"]["generator"]["channels"] = [16, 4]
    (bundle / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="cannot be used"):
        load_bundle(bundle)


def test_a_pickle_is_never_opened(bundle: Path):
    """Weights are read as safetensors alone: a pickle in their place is just damage."""
    torch.save({"x": torch.ones(1)}, bundle / "generator.safetensors")
    with pytest.raises(ModelError, match="is damaged"):
        load_bundle(bundle)


def test_unknown_models_list_the_shipped():
    with pytest.raises(ModelError, match=r"no run folder, bundle or shipped model 'polka'"):
        load_shipped("polka")


def test_only_bundles_count_as_shipped_models():
    assert shipped_models() == ["metal", "base"]
    with pytest.raises(ModelError, match="no run folder, bundle or shipped model 'NOTICE.md'"):
        load_shipped("NOTICE.md")
