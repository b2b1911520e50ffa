"""The bundle format: the parameters of version 5."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from conftest import make_card, tiny_settings

from riffsmith.bundle import PictureBundle, read_card, write_bundle
from riffsmith.bundle.card import BUNDLE_VERSION
from riffsmith.networks import Generator

GOLDEN = Path(__file__).parents[1] / "golden"
PARAMETERS = json.loads((GOLDEN / "bundle_parameters.json").read_text())


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


def test_what_is_written_has_the_present_version(tmp_path: Path):
    settings = tiny_settings()
    card = make_card(settings, "report", version=1)
    generator = Generator(settings.generator, 1)
    write_bundle(tmp_path / "bundle", PictureBundle(card, settings, generator))
    assert read_card(tmp_path / "bundle").version == BUNDLE_VERSION
