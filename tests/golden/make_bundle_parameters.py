"""Writes bundle_parameters.json: names, types and shapes of all parameters in bundles of version 5.

They are a file format. Run `python tests/golden/make_bundle_parameters.py` only together with a new
`BUNDLE_VERSION`, unless the sizes of a preset alone have changed.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from safetensors import safe_open

HERE = Path(__file__).parent
PRESETS = ("latent", "report", "report-wgan")


def describe_parameters(bundle: Path) -> dict[str, dict[str, str]]:
    """Type and shape of every parameter as text, by file and name."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(bundle.glob("*.safetensors")):
        with safe_open(path, framework="np") as file:
            slices = {name: file.get_slice(name) for name in sorted(file.keys())}
            found[path.name] = {
                name: " ".join(map(str, (part.get_dtype(), *part.get_shape())))
                for name, part in slices.items()
            }
    return found


def write_initialised_bundle(preset: str, folder: Path) -> None:
    """Writes a bundle of a preset whose networks are not trained."""
    from conftest import make_card

    from riffsmith.bundle import (
        LatentBundle,
        PictureBundle,
        build_latent_generator,
        build_piano_roll_model,
        write_bundle,
    )
    from riffsmith.codec import Codec
    from riffsmith.config import LatentSettings, PictureSettings, load_preset
    from riffsmith.networks import Generator

    settings = load_preset(preset)
    card = make_card(settings, preset)
    if isinstance(settings, LatentSettings):
        generator, notes = build_latent_generator(settings), build_piano_roll_model(settings)
        write_bundle(folder, LatentBundle(card, settings, generator, Codec(settings), notes))
    else:
        assert isinstance(settings, PictureSettings)
        generator = Generator(settings.generator, 1)
        write_bundle(folder, PictureBundle(card, settings, generator))


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    parameters: dict[str, dict[str, dict[str, str]]] = {}
    with TemporaryDirectory() as name:
        for preset in PRESETS:
            write_initialised_bundle(preset, Path(name) / preset)
            parameters[preset] = describe_parameters(Path(name) / preset)
    text = json.dumps(parameters, indent=1) + "\n"
    (HERE / "bundle_parameters.json").write_text(text, encoding="utf-8")
