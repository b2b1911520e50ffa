"""Bundles that ask for absurd sizes, or never end, are refused before memory is taken."""

import json
import multiprocessing
import os
import resource
import shutil
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from conftest import make_card, tiny_settings

from riffsmith.bundle import PictureBundle, load_bundle, write_bundle
from riffsmith.errors import ModelError
from riffsmith.files import parse_checked
from riffsmith.networks import Generator

_ROOM = 400_000_000
"""Bytes of memory that the child may take beyond what it has at its start."""


def _set(section: str, **values: object) -> Callable[[Path], None]:
    """Changes settings in the card of a bundle."""

    def change(bundle: Path) -> None:
        card = parse_checked((bundle / "card.json").read_bytes())
        card["settings"][section] |= values
        (bundle / "card.json").write_text(json.dumps(card))

    return change


def _replace(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Puts something else in the place of a file of a bundle."""

    def change(bundle: Path) -> None:
        (bundle / name).unlink()
        make(bundle / name)

    return change


def _link_to_zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


LATENT = {
    "embedding beyond the bound": _set("generator", embedding=10**9),
    "embedding within the bound": _set("generator", embedding=8_192),
    "wide channels": _set("generator", channels=[8_192] * 5),
    "many levels": _set("generator", channels=[8] * 40),
    "mel bands": _set("corpus", n_mels=10**8),
    "long patches": _set("codec", patch_frames=64, side_mels=1_024),
    "long window": _set("corpus", n_fft=2**30, hop_samples=2**28),
    "wide texture": _set("codec", texture_hidden=2_048),
    "more components than values": _set("codec", components=4_096),
    "more tonal components than bands": _set("codec", tonal_components=1_024),
    "recurrent network": _set("piano_roll", hidden=2_048),
    "slow tempo": _set("generator", slowest_bpm=1e-9),
    "deep nesting": _replace("card.json", lambda path: path.write_text("[" * 200_000)),
    "deep objects": _replace("card.json", lambda path: path.write_text('{"a":' * 900 + "1")),
    "card of 20 MB": _replace("card.json", lambda path: path.write_bytes(bytes(20 * 2**20))),
    "card without end": _replace("card.json", _link_to_zeros),
    "weights without end": _replace("generator.safetensors", _link_to_zeros),
    "codec without end": _replace("codec.safetensors", _link_to_zeros),
    "pipe": _replace("generator.safetensors", os.mkfifo),
}
PICTURE = {
    "fourteen layers": _set("generator", channels=[8_192] * 14),
    "wide layers": _set("generator", channels=[8_192] * 8),
    "noise": _set("generator", noise_channels=8_192),
    "long segment": _set("corpus", segment_seconds=600.0, hop_samples=1),
}


def _load_all(bundles: list[Path], sender: Connection) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + _ROOM
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for bundle in bundles:
        try:
            load_bundle(bundle)
        except ModelError as error:
            sender.send(str(error))
        except BaseException as error:  # such as that there is no memory left
            sender.send(repr(error))
        else:
            sender.send("it was loaded")


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_absurd_bundles_are_refused_with_little_memory(latent_bundle: Path, tmp_path: Path):
    picture = tmp_path / "picture"
    settings = tiny_settings()
    card, generator = make_card(settings, "report"), Generator(settings.generator, 1)
    write_bundle(picture, PictureBundle(card, settings, generator))
    bundles: list[Path] = []
    for source, changes in ((latent_bundle, LATENT), (picture, PICTURE)):
        for name, change in changes.items():
            bundles.append(tmp_path / name)
            shutil.copytree(source, bundles[-1])
            change(bundles[-1])
    receiver, sender = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_load_all, args=(bundles, sender))
    child.start()
    answers: dict[str, str] = {}
    for bundle in bundles:
        assert receiver.poll(60), f"{bundle.name}: no answer"
        answers[bundle.name] = receiver.recv()
    child.join()
    for name, answer in answers.items():
        assert "is damaged" in answer or "cannot be used" in answer, (name, answer)
    assert "expected" in answers["wide channels"]
    assert "nested too deeply" in answers["deep nesting"]
    assert "at most 16,777,216 are read" in answers["card of 20 MB"]
    for name in ("card without end", "weights without end", "codec without end", "pipe"):
        assert "no regular file" in answers[name]
