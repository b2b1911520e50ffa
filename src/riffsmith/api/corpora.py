"""Preparation of a corpus."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from riffsmith.config import DEFAULT_PRESET, load_corpus_settings
from riffsmith.corpus import Corpus, Progress, prepare_corpus

SettingValues = Mapping[str, Mapping[str, object]]
"""Single settings by section and name, such as `{"training": {"batch_size": 8}}`."""


def prepare(
    folder: str | Path,
    corpus: str | Path,
    *,
    preset: str = DEFAULT_PRESET,
    genre: str | None = None,
    name: str | None = None,
    hold_out: str | Sequence[str] = (),
    hold_out_glob: str | Sequence[str] = (),
    workers: int | None = None,
    settings: SettingValues | None = None,
    on_progress: Progress | None = None,
) -> Corpus:
    """Decodes, resamples, cuts and transforms a folder of recordings, for any number of trainings.

    Files that were prepared before are not decoded again, so a call that was interrupted continues
    where it stopped.

    Args:
        folder: Folder of recordings; its subfolders are searched.
        corpus: Folder to write.
        preset: Preset to prepare for: `latent`, `report` or `report-wgan`.
        genre: Subfolder of a tree of genres, or `all`. `None`: the folder is no such tree.
        name: What the music is called in reports and models. `None`: as its folder.
        hold_out: Names of recordings to keep from training, or parts of their paths; capitals do
            not matter. If nothing is named, about a tenth of the music is held out, in whole
            recordings or as the end of the longest one. `none` holds out nothing, so no score can
            be measured.
        hold_out_glob: Patterns of file names or paths of recordings to keep from training, such as
            `live*` or `album/*`.
        workers: Number of threads. `None`: one for each core.
        settings: Single settings of the section `corpus`, as
            `{"corpus": {"segment_seconds": 4}}`. `None`: those of the preset.
        on_progress: Called with the number of files that are done, of all files, and a file's name.

    Returns:
        The corpus; its `manifest` lists the recordings and the skipped files with their reasons.

    Raises:
        CorpusError: No file is usable, `corpus` was made with other settings or from another
            folder, or writing fails.
        SettingsError: A preset or a setting does not exist or does not fit.
    """
    target = Path(corpus)
    prepare_corpus(
        Path(folder),
        target,
        load_corpus_settings(preset, to_overrides(settings)),
        preset=preset,
        genre=genre,
        name=name,
        hold_out=to_names(hold_out),
        hold_out_glob=to_names(hold_out_glob),
        workers=workers,
        on_progress=on_progress,
    )
    return Corpus(target)


def to_overrides(settings: SettingValues | None) -> dict[str, dict[str, str]]:
    """Settings as the texts that the command line takes."""
    return {
        section: {name: _to_text(value) for name, value in values.items()}
        for section, values in (settings or {}).items()
    }


def _to_text(value: object) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)


def to_names(names: str | Sequence[str]) -> list[str]:
    """One name, or several, as a list."""
    return [names] if isinstance(names, str) else list(names)
