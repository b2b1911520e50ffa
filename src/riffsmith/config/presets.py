"""Presets on disk and overrides from the command line → settings."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from pydantic import ValidationError

from riffsmith.config.settings import CorpusSettings
from riffsmith.config.systems import Settings, settings_adapter
from riffsmith.errors import SettingsError

DEFAULT_PRESET = "latent"
Overrides = Mapping[str, Mapping[str, str]]


def preset_names() -> list[str]:
    """Names that `load_preset` takes, sorted."""
    folder = files("riffsmith.config") / "presets"
    return sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )


def load_preset(name: str, overrides: Overrides | None = None) -> Settings:
    """Settings of a preset, with single values replaced.

    Args:
        name: One of `preset_names()`.
        overrides: `{section: {key: text}}`; the text is read as a TOML value, or as it stands.

    Raises:
        SettingsError: There is no such preset, section or key, or a value does not fit.
    """
    if name not in preset_names():
        raise SettingsError(f"no preset named {name!r}: choose one of {', '.join(preset_names())}")
    text = (files("riffsmith.config") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return build_settings(tomllib.loads(text), overrides)


def load_corpus_settings(name: str, overrides: Overrides | None = None) -> CorpusSettings:
    """Settings of a preset's corpus, with single values replaced.

    Args:
        name: One of `preset_names()`.
        overrides: As for `load_preset`. Sections other than `corpus` are allowed where the settings
            of the corpus do not fit those of the preset without them.

    Raises:
        SettingsError: As for `load_preset`, or a section has no effect on a corpus.
    """
    given = dict(overrides or {})
    settings = load_preset(name, given).corpus
    others = [f"{section}.{key}" for section in given.keys() - {"corpus"} for key in given[section]]
    if others and _loads(name, {"corpus": given.get("corpus", {})}):
        raise SettingsError(
            f"{', '.join(sorted(others))} has no effect on a corpus: leave it out, and give it to "
            "the training"
        )
    return settings


def _loads(name: str, overrides: Overrides) -> bool:
    try:
        load_preset(name, overrides)
    except SettingsError:
        return False
    return True


def build_settings(values: Mapping[str, object], overrides: Overrides | None = None) -> Settings:
    """Validated settings from plain values, with overrides as in `load_preset`.

    Raises:
        SettingsError: A key is unknown or a value does not fit; names the key as `section.key`.
    """
    merged = {key: dict(section) for key, section in values.items() if isinstance(section, Mapping)}
    for section, pairs in (overrides or {}).items():
        target = merged.setdefault(section, {})
        target.update({key.replace("-", "_"): _parse(text) for key, text in pairs.items()})
    try:
        return settings_adapter.validate_python(merged)
    except ValidationError as cause:
        raise SettingsError("; ".join(_explain(error) for error in cause.errors())) from cause


def _parse(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return None if text == "none" else text


def _explain(error: Mapping[str, object]) -> str:
    location = error["loc"]
    if isinstance(location, tuple):
        location = location[1:]  # the first names the kind of system
    where = ".".join(str(part) for part in location) if isinstance(location, tuple) else "settings"
    if error["type"] == "extra_forbidden":
        return f"no setting named {where}: `riffsmith train FOLDER RUN --dry-run` lists them"
    if error["type"] == "value_error":
        return f"settings do not fit: {str(error['msg']).removeprefix('Value error, ')}"
    return f"setting {where}: {str(error['msg']).lower()}, found {error['input']!r}"
