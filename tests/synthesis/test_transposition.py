from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import TINY_LATENTS, give_codec, make_card

from riffsmith.bundle import LatentBundle, build_latent_generator, load_bundle
from riffsmith.config import LatentSettings, load_preset
from riffsmith.controls import parse_key
from riffsmith.errors import UnknownKeyError
from riffsmith.features import correlate_keys
from riffsmith.runs import RunFolder
from riffsmith.synthesis import Controls, Stream, make_loop
from riffsmith.synthesis.stream import WINDOW_LATENTS
from riffsmith.synthesis.transposition import KeyTransposition, semitones_to_key

KEY_LATENTS = sum(WINDOW_LATENTS[:2])
C_MAJOR_SCALE = (3, 5, 7, 8, 10, 0, 2)  # pitch classes from A


@pytest.fixture
def tonal_bundle(latent_bundle: Path) -> LatentBundle:
    bundle = load_bundle(latent_bundle)
    assert isinstance(bundle, LatentBundle)
    return bundle


@pytest.fixture
def stream(tonal_bundle: LatentBundle) -> Callable[[Controls], Stream]:
    return lambda controls: Stream(tonal_bundle, 3, controls)


@pytest.fixture
def toneless_bundle(tmp_path: Path) -> LatentBundle:
    """A model as those before there were tonal latents."""
    return build_earlier_model(tmp_path, "0")


@pytest.fixture
def noteless_bundle(tmp_path: Path) -> LatentBundle:
    """A model as those before there were piano rolls."""
    return build_earlier_model(tmp_path, TINY_LATENTS["codec"]["tonal_components"])


def build_earlier_model(folder: Path, tonal_components: str) -> LatentBundle:
    codec = {**TINY_LATENTS["codec"], "tonal_components": tonal_components}
    piano_roll = {"hidden": "0"}
    settings = load_preset("latent", {**TINY_LATENTS, "codec": codec, "piano_roll": piano_roll})
    assert isinstance(settings, LatentSettings)
    fitted = give_codec(RunFolder(folder / "run"), settings).eval()
    generator = build_latent_generator(settings)
    for weight in generator.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return LatentBundle(make_card(settings, "latent"), settings, generator.eval(), fitted)


@pytest.mark.parametrize(
    ("key", "tonic", "semitones"),
    [
        ("C", 3, 0),
        ("C major", 3, 0),
        ("D", 3, 2),
        ("B", 3, -1),
        ("F#", 3, -6),
        ("F", 3, 5),
        ("G", 3, -5),
        ("Em", 10, 0),  # the relative minor of G major, whose notes are the same
    ],
)
def test_the_piece_is_moved_the_short_way(key: str, tonic: int, semitones: int):
    durations = np.full(12, 0.1)
    durations[[(each + tonic - 3) % 12 for each in C_MAJOR_SCALE]] = 1.0
    durations[tonic] = 3.0
    correlations = correlate_keys(durations)
    assert correlations is not None
    assert semitones_to_key(correlations, parse_key(key)) == semitones


def test_the_beginning_is_computed_once(tonal_bundle: LatentBundle):
    calls: list[int] = []

    def beginning() -> torch.Tensor:
        calls.append(1)
        return torch.randn(1, 8, 30, generator=torch.Generator().manual_seed(0))

    transposition = KeyTransposition(tonal_bundle.codec, "D", beginning)
    assert not calls
    assert transposition.semitones == transposition.semitones
    assert len(calls) == 1


@pytest.mark.slow
def test_a_transposed_piece_has_the_same_latents_and_other_samples(
    stream: Callable[[Controls], Stream],
):
    plain, moved = stream(Controls()), stream(Controls(transpose=3))
    assert torch.equal(plain.latents(0, 100), moved.latents(0, 100))
    whole = moved.read(0, 40_000)
    assert not np.allclose(whole, plain.read(0, 40_000), atol=1e-3)
    again = stream(Controls(transpose=3))
    assert np.array_equal(again.read(20_000, 9_000), whole[20_000:29_000])


@pytest.mark.slow
def test_a_key_is_found_once_for_a_piece_and_again_when_another_is_asked_for(
    noteless_bundle: LatentBundle,
):
    piece = Stream(noteless_bundle, 3, Controls(key="E"))
    later = piece.with_controls(50_000, Controls(key="E", tempo=90.0, transpose=1))
    assert later.semitones == piece.semitones + 1
    assert later.without_cache().semitones == later.semitones
    assert later.with_controls(90_000, Controls(transpose=-2)).semitones == -2
    other = later.with_controls(90_000, Controls(key="F"))
    latents = other.latents(other._origin, KEY_LATENTS)
    codec = other._codec
    with torch.inference_mode():
        heard = codec.correlate_keys(latents)
    assert heard is not None
    fits = [max(heard[(8 - n) % 12], heard[12 + (8 - n) % 12]) for n in range(-6, 6)]
    assert fits[other.semitones + 6] == max(fits)
    assert np.array_equal(other.read(0, 50_000), piece.read(0, 50_000))


@pytest.mark.slow
def test_a_loop_is_transposed(tonal_bundle: LatentBundle):
    plain, higher, in_e = (
        make_loop(tonal_bundle, 3, controls, bars=1).audio
        for controls in (Controls(), Controls(transpose=5), Controls(key="E"))
    )
    assert not np.array_equal(higher, plain)
    assert in_e.shape == plain.shape


def test_a_model_without_tonal_latents_is_transposed_but_has_no_key(toneless_bundle: LatentBundle):
    plain, moved = (
        Stream(toneless_bundle, 3, Controls(transpose=each)).read(0, 2_000) for each in (0, 4)
    )
    assert not np.array_equal(plain, moved)
    message = "has no tonal latents, so the key of its pieces cannot be known: leave the key out"
    with pytest.raises(UnknownKeyError, match=message):
        Stream(toneless_bundle, 3, Controls(key="E"))
    with pytest.raises(UnknownKeyError, match=message):
        Stream(toneless_bundle, 3).with_controls(500, Controls(key="E"))
    with pytest.raises(UnknownKeyError, match=message):
        make_loop(toneless_bundle, 3, Controls(key="E"))
