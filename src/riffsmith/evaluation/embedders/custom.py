"""Embedders written by users, loaded by the name of a Python object."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from riffsmith.errors import SettingsError
from riffsmith.evaluation.embedders.embedder import EMBEDDER_NAMES, Embedder, build_embedders

_NUMBER_ATTRIBUTES = ("sample_rate", "window_seconds", "hop_seconds", "dimension")


def load_embedder(target: str) -> Embedder:
    """Loads an embedder from `package.module:name`.

    The name belongs to an object with the attributes of `Embedder`, or to a class or function that
    returns such an object when it is called without arguments. Modules in the current folder are
    found, too. With this file as `mine.py`, `--embedder mine:Levels` adds `kad_levels`,
    `fad_levels` and the other measures of the embedder to the table:

        class Levels:
            name = "levels"
            version = "1"  # change it whenever the vectors change
            sample_rate = 22_050
            window_seconds = 2.0
            hop_seconds = 1.0
            dimension = 10

            def embed(self, windows):  # a tensor (windows, 44100) in, (windows, 10) out
                pieces = windows.unflatten(1, (10, -1))
                return pieces.square().mean(dim=2)

    Args:
        target: Module and name of the object, joined by a colon.

    Raises:
        SettingsError: There is no such module or name, importing or calling it fails, or an
            attribute of the resulting object is missing or wrong.
    """
    module_name, colon, name = target.partition(":")
    if not (module_name and colon and name):
        raise SettingsError(
            f"--embedder must be package.module:name, found {target!r}: name the Python module "
            "and the object in it"
        )
    found = _look_up(module_name, name, target)
    if isinstance(found, type) or not hasattr(found, "embed"):
        found = _call(found, target)
    _check(found, target)
    return found


def load_embedders(targets: Sequence[str] = ()) -> list[Embedder]:
    """The built-in embedders, followed by those that the targets name.

    Args:
        targets: Modules and names of objects, as for `load_embedder`.

    Raises:
        SettingsError: As `load_embedder`, or two embedders have the same name.
    """
    embedders = build_embedders()
    for target in targets:
        found = load_embedder(target)
        if any(found.name == other.name for other in embedders):
            raise SettingsError(
                f"--embedder {target}: there is another one named {found.name!r}: rename one"
            )
        embedders.append(found)
    return embedders


def _look_up(module_name: str, name: str, target: str) -> Any:
    try:
        with _current_folder():
            module = import_module(module_name)
    except Exception as cause:
        missing = cause.name if isinstance(cause, ModuleNotFoundError) else None
        if missing and f"{module_name}.".startswith(f"{missing}."):
            raise SettingsError(
                f"--embedder {target}: no module {missing!r}: install it, or run the command in "
                "the folder that holds it"
            ) from cause
        raise SettingsError(
            f"--embedder {target}: importing {module_name} failed ({_describe(cause)}): correct it"
        ) from cause
    if not hasattr(module, name):
        raise SettingsError(f"--embedder {target}: {module_name} has no {name!r}: check the name")
    return getattr(module, name)


def _call(factory: Any, target: str) -> Any:
    if not callable(factory):
        raise SettingsError(
            f"--embedder {target}: found a {type(factory).__name__}, expected an embedder, or a "
            "class or function without arguments that returns one"
        )
    try:
        with _current_folder():
            return factory()
    except Exception as cause:
        raise SettingsError(
            f"--embedder {target}: calling it without arguments failed ({_describe(cause)}): "
            "correct it, or name an object instead"
        ) from cause


def _check(found: Any, target: str) -> None:
    wrong = [
        attribute
        for attribute in ("name", "version", *_NUMBER_ATTRIBUTES, "embed")
        if not hasattr(found, attribute)
    ]
    if wrong:
        raise SettingsError(
            f"--embedder {target}: {type(found).__name__} has no {', '.join(wrong)}: see "
            "riffsmith.evaluation.Embedder for the attributes that it needs"
        )

    def refuse(attribute: str, expected: str) -> None:
        value = getattr(found, attribute)
        raise SettingsError(f"--embedder {target}: {attribute} is {value!r}, expected {expected}")

    if not isinstance(found.name, str) or not re.fullmatch("[a-z][a-z0-9_]*", found.name):
        refuse("name", "lower-case letters, digits and _")
    if found.name in EMBEDDER_NAMES:
        refuse("name", f"another one than the built-in {', '.join(EMBEDDER_NAMES)}")
    if not isinstance(found.version, str):
        refuse("version", "a text")
    for attribute in _NUMBER_ATTRIBUTES:
        kinds = (int, float) if attribute.endswith("_seconds") else (int,)
        value = getattr(found, attribute)
        if not isinstance(value, kinds) or isinstance(value, bool) or not value > 0:
            refuse(attribute, "a number above 0" if len(kinds) > 1 else "a whole number above 0")
    if not callable(found.embed):
        refuse("embed", "a method")


@contextmanager
def _current_folder() -> Iterator[None]:
    """Makes modules in the current folder importable, as `python -m` does."""
    here = os.getcwd()  # noqa: PTH109  (sys.path holds texts)
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


def _describe(cause: Exception) -> str:
    return f"{type(cause).__name__}: {cause}"
