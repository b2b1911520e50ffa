"""Bundles on disk: a folder with a card, a generator and, for preset `latent`, a codec, a model
that writes piano rolls and a filter of latents.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import as_file, files
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from riffsmith.bundle.card import BUNDLE_VERSION, Card
from riffsmith.codec import (
    BANDS_PER_OCTAVE,
    Codec,
    count_tonal_bands,
    load_codec,
    save_codec,
)
from riffsmith.config import LatentSettings, PictureSettings
from riffsmith.errors import ModelError
from riffsmith.features import CLASSES
from riffsmith.files import (
    LARGEST_TENSORS,
    atomic_path,
    dump_checked,
    read_checked,
    read_regular,
    read_shapes,
    validate,
)
from riffsmith.networks import BandAxis, Denoiser, Generator, ModulationFilter, PianoRollModel
from riffsmith.transcription import PITCHES

CARD_NAME = "card.json"
WEIGHTS_NAME = "generator.safetensors"
CODEC_NAME = "codec.safetensors"
PIANO_ROLL_NAME = "piano_roll.safetensors"
MODULATION_FILTER_NAME = "modulation_filter.safetensors"
ORIGINALITY_NAME = "originality.safetensors"
"""Name of the search index of the training music, which `evaluation.copying` writes and reads."""
BUNDLE_FILES = {
    CARD_NAME: 16 * 2**20,
    WEIGHTS_NAME: LARGEST_TENSORS,
    CODEC_NAME: LARGEST_TENSORS,
    PIANO_ROLL_NAME: LARGEST_TENSORS,
    MODULATION_FILTER_NAME: LARGEST_TENSORS,
    ORIGINALITY_NAME: LARGEST_TENSORS,
}
"""Names of all files that a bundle can have, and the largest size in bytes in which each is read.
Codec, piano roll and modulation filter belong to preset `latent`."""
_BASE = "base"
"""Name of the shipped model that trainings begin with."""
_MEL_BANDS = 2
"""Mel bands that the generator sees as one position."""


@dataclass(frozen=True)
class PictureBundle:
    """A trained generator of pictures."""

    card: Card
    settings: PictureSettings
    generator: Generator
    """The generator in evaluation mode, without gradients."""


@dataclass(frozen=True)
class LatentBundle:
    """A trained generator of latents and its codec."""

    card: Card
    settings: LatentSettings
    generator: Denoiser
    """The generator in evaluation mode, without gradients."""
    codec: Codec
    piano_roll_model: PianoRollModel | None = None
    """Writes the notes that the generator plays. `None`: the generator is given no notes."""
    modulation_filter: ModulationFilter | None = None
    """Filters the latents that the generator plays. `None`: they stay as they are."""


Bundle = PictureBundle | LatentBundle


def write_bundle(folder: Path, bundle: Bundle) -> None:
    """Writes a bundle, whole or not at all.

    Args:
        folder: Folder of the bundle; an existing one is replaced.
        bundle: The bundle; version and hashes of its card are filled in.

    Raises:
        ModelError: Writing failed.
    """
    parts = _save_parts(bundle)
    hashes = {name: _digest(part) for name, part in parts.items()}
    card = bundle.card.model_copy(
        update={
            "version": BUNDLE_VERSION,
            "weights_hash": hashes[WEIGHTS_NAME],
            "codec_hash": hashes.get(CODEC_NAME),
            "piano_roll_hash": hashes.get(PIANO_ROLL_NAME),
            "modulation_filter_hash": hashes.get(MODULATION_FILTER_NAME),
        }
    )
    with atomic_path(folder, ModelError) as partial:
        partial.mkdir()
        for name, part in parts.items():
            (partial / name).write_bytes(part)
        (partial / CARD_NAME).write_bytes(dump_checked(card.model_dump_json()))


def _save_parts(bundle: Bundle) -> dict[str, bytes]:
    """Contents of the files that a bundle has beside its card, by name."""
    weights = bundle.generator.state_dict()
    weights = {name: tensor.cpu().contiguous() for name, tensor in weights.items()}
    if isinstance(bundle, PictureBundle):
        return {WEIGHTS_NAME: save(weights)}
    # Half the size; such a generator plays in bfloat16 where that is faster.
    parts = {
        WEIGHTS_NAME: save({name: tensor.half() for name, tensor in weights.items()}),
        CODEC_NAME: save_codec(bundle.codec),
    }
    if bundle.piano_roll_model is not None:
        parts[PIANO_ROLL_NAME] = save_piano_roll_model(bundle.piano_roll_model)
    if bundle.modulation_filter is not None:
        parts[MODULATION_FILTER_NAME] = save(bundle.modulation_filter.state_dict())
    return parts


def is_bundle(folder: Path) -> bool:
    """Whether a folder is a bundle."""
    return (folder / CARD_NAME).is_file()


def read_card(folder: Path) -> Card:
    """Reads the card of a bundle.

    Raises:
        ModelError: The card is missing or damaged, or its version is unknown.
    """
    try:
        values = read_checked(folder / CARD_NAME, BUNDLE_FILES[CARD_NAME])
        version = values.get("version") if isinstance(values, dict) else None
        if version == BUNDLE_VERSION:
            return validate(Card, values)
    except FileNotFoundError as cause:
        raise ModelError(f"{folder} is not a bundle (no {CARD_NAME}): check the path") from cause
    except (OSError, ValueError) as cause:  # also what pydantic raises
        first = str(cause).splitlines()[0]
        raise ModelError(
            f"{folder / CARD_NAME} is damaged ({first}): use another bundle"
        ) from cause
    raise ModelError(
        f"{folder} has bundle format {version}, this Riffsmith reads {BUNDLE_VERSION}: "
        "train again, or use the version of Riffsmith that wrote it"
    )


def load_bundle(folder: Path) -> Bundle:
    """Reads and checks a bundle. No code in it is run.

    Raises:
        ModelError: The card cannot be read (see `read_card`), or the weights are missing, damaged
            or of networks with other settings.
    """
    card = read_card(folder)
    weights = _read_checked(folder / WEIGHTS_NAME, card.weights_hash)
    settings = card.settings
    if isinstance(settings, PictureSettings):
        with torch.device("meta"):
            generator = Generator(settings.generator, settings.corpus.channel_count)
        _load_weights(generator, weights, folder)
        return PictureBundle(card, settings, generator)
    content = _read_checked(folder / CODEC_NAME, card.codec_hash)
    codec = load_codec(settings, content)
    with torch.device("meta"):  # weights without values, because those of the file replace them
        latent_generator = build_latent_generator(settings)
    _load_weights(latent_generator, weights, folder)
    piano_roll_model = None
    if settings.piano_roll.hidden:
        content = _read_checked(folder / PIANO_ROLL_NAME, card.piano_roll_hash)
        piano_roll_model = load_piano_roll_model(settings, content)
    modulation_filter = None
    if card.modulation_filter_hash is not None:
        content = _read_checked(folder / MODULATION_FILTER_NAME, card.modulation_filter_hash)
        modulation_filter = _load_modulation_filter(settings, content)
    return LatentBundle(
        card, settings, latent_generator, codec, piano_roll_model, modulation_filter
    )


def build_piano_roll_model(settings: LatentSettings) -> PianoRollModel:
    """An initialised model of piano rolls with the sizes of the settings."""
    sizes = settings.piano_roll
    return PianoRollModel(sizes.hidden, sizes.mixtures, settings.codec.style_passages)


def save_piano_roll_model(model: PianoRollModel) -> bytes:
    """The weights as safetensors in half precision."""
    return save({name: value.half().contiguous() for name, value in model.state_dict().items()})


def load_piano_roll_model(settings: LatentSettings, content: bytes) -> PianoRollModel:
    """Reads what `save_piano_roll_model` wrote.

    Args:
        settings: Settings that the model was built with.
        content: Bytes of the file.

    Raises:
        ModelError: The content is damaged, or belongs to another model.
    """
    try:
        with torch.device("meta"):
            _check_shapes(build_piano_roll_model(settings), content)
        model = build_piano_roll_model(settings)
        model.load_state_dict({name: value.float() for name, value in load(content).items()})
    except (SafetensorError, RuntimeError, ValueError) as cause:
        first = str(cause).splitlines()[0]
        raise ModelError(
            f"{PIANO_ROLL_NAME} cannot be used ({first}): use another model"
        ) from cause
    return model.eval().requires_grad_(False)


def _load_modulation_filter(settings: LatentSettings, content: bytes) -> ModulationFilter:
    """Reads the filter that a bundle has.

    Raises:
        ModelError: The content is damaged, or belongs to latents with other channels.
    """
    found = ModulationFilter(settings.codec.latent_channels)
    try:
        _check_shapes(found, content)
        found.load_state_dict(load(content))
    except (SafetensorError, RuntimeError, ValueError) as cause:
        first = str(cause).splitlines()[0]
        raise ModelError(
            f"{MODULATION_FILTER_NAME} cannot be used ({first}): use another model"
        ) from cause
    return found.eval()


def build_latent_generator(settings: LatentSettings) -> Denoiser:
    """An initialised generator with the sizes of the settings."""
    return Denoiser(
        latent_channels=settings.codec.latent_channels,
        style_channels=settings.codec.style_dimensions,
        channels=settings.generator.channels,
        embedding=settings.generator.embedding,
        guidance=settings.generator.guidance,
        band_axes=_build_band_axes(settings),
        pitches=count_pitches(settings),
    )


def count_pitches(settings: LatentSettings) -> int:
    """Pitches of the piano roll that the generator is given; 0: there is none."""
    return PITCHES if settings.piano_roll.hidden else 0


def _build_band_axes(settings: LatentSettings) -> list[BandAxis]:
    """The branches for mel and tonal latents. The codec of a model gives them its components."""
    sizes, codec, corpus = settings.generator, settings.codec, settings.corpus
    if not sizes.band_channels:
        return []
    width, channels, embedding = sizes.channels[0], sizes.band_channels, sizes.embedding
    mel = BandAxis(
        components=codec.components,
        bands=corpus.n_mels + codec.side_mels,
        patch_frames=codec.patch_frames,
        stride=_MEL_BANDS,
        octave=0,
        channels=channels,
        width=width,
        embedding=embedding,
    )
    if not codec.tonal_components:
        return [mel]
    tonal = BandAxis(
        components=codec.tonal_components,
        bands=count_tonal_bands(corpus.sample_rate),
        patch_frames=1,
        stride=BANDS_PER_OCTAVE // CLASSES,
        octave=CLASSES,
        channels=channels,
        width=width,
        embedding=embedding,
        pitches=count_pitches(settings),
        lowest=CLASSES,  # the tonal bands begin at A1, an octave above the lowest pitch
    )
    return [mel, tonal]


def _read_checked(path: Path, digest: str | None) -> bytes:
    try:
        content = read_regular(path, BUNDLE_FILES[path.name])
    except (OSError, ValueError) as cause:
        raise ModelError(f"{path} cannot be used ({cause}): use another bundle") from cause
    if _digest(content) != digest:
        raise ModelError(f"{path} is damaged (its hash is not the card's): use another bundle")
    return content


def _check_shapes(network: nn.Module, content: bytes) -> None:
    """Compares a network with a file of weights before memory is taken for either.

    Args:
        network: Network, which may lie on torch's device `meta`.
        content: Content of the file, in the format of safetensors.

    Raises:
        ValueError: The file has other tensors, or is damaged.
    """
    found = read_shapes(content)
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    for name in sorted(expected | found):
        if found.get(name) != expected.get(name):
            raise ValueError(
                f"{name} has the shape {found.get(name)}, expected {expected.get(name)}"
            )


def _load_weights(generator: nn.Module, content: bytes, folder: Path) -> None:
    try:
        _check_shapes(generator, content)
        values = load(content)
        generator.load_state_dict(
            {
                name: value.float() if value.is_floating_point() else value
                for name, value in values.items()
            },
            assign=True,
        )
    except (SafetensorError, RuntimeError, ValueError) as cause:
        path, first = folder / WEIGHTS_NAME, str(cause).splitlines()[0]
        raise ModelError(f"{path} cannot be used ({first}): use another bundle") from cause
    generator.eval().requires_grad_(False)


def shipped_models() -> list[str]:
    """Names of the bundles that the package contains, with the base model as the last one."""
    folder = files("riffsmith") / "models"
    names = [entry.name for entry in folder.iterdir() if entry.is_dir()]
    return sorted(names, key=lambda name: (name == _BASE, name))


def as_model(path: Path) -> str:
    """The path of a run or a bundle as commands and `riffsmith.load` take it.

    A folder with the name of a shipped model is written `./metal`, because the name alone is always
    the shipped model.
    """
    return f"./{path}" if str(path) in shipped_models() else str(path)


@contextmanager
def find_shipped(name: str) -> Iterator[Path]:
    """The folder of a bundle that the package contains, inside a `with` statement.

    Raises:
        ModelError: There is no bundle of that name.
    """
    if name not in shipped_models():
        there = ", ".join(shipped_models()) or "none in this version"
        raise ModelError(
            f"no run folder, bundle or shipped model {name!r} (shipped: {there}): check the path"
        )
    with as_file(files("riffsmith") / "models" / name) as folder:
        yield folder


def load_shipped(name: str) -> Bundle:
    """Loads a bundle that the package contains.

    Raises:
        ModelError: There is no bundle of that name.
    """
    with find_shipped(name) as folder:
        return load_bundle(folder)


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
