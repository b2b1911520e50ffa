from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from conftest import make_music

from riffsmith.errors import SettingsError
from riffsmith.evaluation import embed_audio, load_embedder, load_embedders

LEVELS = """
class Levels:
    name = "levels"
    version = "1"
    sample_rate = 4_000
    window_seconds = 2.0
    hop_seconds = 1.0
    dimension = 8

    def embed(self, windows):
        return windows.unflatten(1, (8, -1)).square().mean(dim=2)

def make():
    return Levels()

made = Levels()
number = 7

def fails():
    raise OSError("no weights")

class Needs(Levels):
    def __init__(self, path): ...

class Empty:
    name = "empty"
    def embed(self, windows): ...

def changed(**values):
    return type("Changed", (Levels,), values)

Spaced = changed(name="my levels")
Taken = changed(name="aisfx")
Unversioned = changed(version=1)
Slow = changed(sample_rate=4e3)
Short = changed(window_seconds=0)
Wrong = changed(dimension=9)
Text = changed(embed="text")
Broken = changed(embed=lambda self, windows: windows[:, :8] / 0)
"""
Write = Callable[[str], str]


@pytest.fixture
def module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Write:
    """Writes a module with a name of its own into the current folder and returns the name."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> str:
        name = f"custom_{abs(hash(request.node.name))}"
        (tmp_path / f"{name}.py").write_text(text)
        return name

    return write


@pytest.mark.parametrize("name", ["Levels", "make", "made"])
def test_a_class_a_function_and_an_object_are_accepted(module: Write, name: str):
    embedder = load_embedder(f"{module(LEVELS)}:{name}")
    audio = make_music(5.0, 8_000)
    found = embed_audio(audio, 8_000, embedder)
    assert found.shape == (4, 8)
    assert np.isfinite(found).all()


def test_the_example_of_the_docstring_works(module: Write):
    text = load_embedder.__doc__ or ""
    example = text[text.index("        class Levels") : text.index("    Args:")]
    embedder = load_embedder(f"{module(dedent(example))}:Levels")
    assert embed_audio(make_music(5.0, 8_000), 8_000, embedder).shape == (4, 10)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "has no 'nothing': check the name"),
        ("number", "found a int, expected an embedder, or a class or function"),
        ("fails", r"calling it without arguments failed \(OSError: no weights\)"),
        ("Needs", r"calling it without arguments failed \(TypeError: .*'path'"),
        ("Empty", "Empty has no version, sample_rate, window_seconds, hop_seconds, dimension: see"),
        ("Spaced", "name is 'my levels', expected lower-case letters"),
        ("Taken", "name is 'aisfx', expected another one than the built-in musicnn, aisfx, notes"),
        ("Unversioned", "version is 1, expected a text"),
        ("Slow", "sample_rate is 4000.0, expected a whole number above 0"),
        ("Short", "window_seconds is 0, expected a number above 0"),
        ("Text", "embed is 'text', expected a method"),
    ],
)
def test_a_wrong_attribute_is_named(module: Write, name: str, message: str):
    with pytest.raises(SettingsError, match=f"--embedder custom_.*{message}"):
        load_embedder(f"{module(LEVELS)}:{name}")


@pytest.mark.parametrize("target", ["levels", ":make", "levels:", ""])
def test_a_target_of_another_form_is_refused(target: str):
    with pytest.raises(SettingsError, match=r"must be package\.module:name, found"):
        load_embedder(target)


def test_a_missing_module_and_a_module_with_a_missing_import_differ(module: Write):
    with pytest.raises(SettingsError, match="no module 'not_here': install it, or run"):
        load_embedder("not_here.part:make")
    with pytest.raises(
        SettingsError, match=r"importing custom_.* failed \(ModuleNotFoundError: .*gone"
    ):
        load_embedder(f"{module('import gone')}:make")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Wrong", r"embedder levels gave \(4, 8\) for 4 windows, expected a tensor \(4, 9\)"),
        ("Broken", r"embedder levels gave values that are not numbers"),
    ],
)
def test_wrong_vectors_are_an_error(module: Write, name: str, message: str):
    embedder = load_embedder(f"{module(LEVELS)}:{name}")
    with pytest.raises(SettingsError, match=message):
        embed_audio(make_music(5.0, 8_000), 8_000, embedder)


def test_custom_embedders_follow_the_built_in_ones(module: Write):
    target = f"{module(LEVELS)}:make"
    assert [each.name for each in load_embedders([target])] == [
        "musicnn",
        "aisfx",
        "notes",
        "levels",
    ]
    with pytest.raises(SettingsError, match="another one named 'levels': rename one"):
        load_embedders([target, target])
