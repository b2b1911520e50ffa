"""`riffsmith originality`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from riffsmith.evaluation import Comparison, Originality, OriginalityCheck

_LISTED = 10


def originality(
    path: Path,
    *,
    corpus: Path | None = None,
    model: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Look for copies of the training recordings in generated music, in its sound and in its notes.

    Give either the corpus or the model that the music comes from. A run knows its corpus; shipped
    and published models can carry an index of their training music.

    Parameters
    ----------
    path
        Audio file, or folder of audio files.
    corpus
        Prepared corpus that the music was trained on, with held-out recordings.
    model
        Run folder, bundle folder, or name of a shipped model. ./NAME is always a folder.
    as_json
        Print what was found as JSON, window by window.
    """
    import json

    from riffsmith.corpus import find_audio_or_file
    from riffsmith.errors import SettingsError

    if (corpus is None) == (model is None):
        found = "both" if corpus else "neither"
        raise SettingsError(
            f"--corpus or --model says what to compare with, found {found}: give one of them"
        )
    files = find_audio_or_file(path)
    check = _open_check(corpus, model)
    found = _check_all(check, files, path)
    if as_json:
        print(json.dumps([{"file": name} | f.model_dump() for name, f in found.items()], indent=1))
    else:
        for name, one in found.items():
            _print_one(name, one)


def _open_check(corpus: Path | None, model: str | None) -> "OriginalityCheck":
    from riffsmith.cli.console import note, share_progress
    from riffsmith.corpus import Corpus
    from riffsmith.evaluation import OriginalityCheck
    from riffsmith.pipeline.originality import open_check

    with share_progress("Reading the training music") as on_progress:
        if model is not None:
            return open_check(model, on_progress, note)
        assert corpus is not None  # one of them is given
        return OriginalityCheck(Corpus(corpus), on_progress)


def _check_all(
    check: "OriginalityCheck", files: list[Path], path: Path
) -> "dict[str, Originality]":
    """Results by file name. A file that cannot be checked is named and skipped."""
    from riffsmith.audio import read_recording
    from riffsmith.cli.console import note, share_progress
    from riffsmith.errors import AudioError

    found: dict[str, Originality] = {}
    reasons: list[str] = []
    with share_progress("Comparing") as on_progress:
        for number, file in enumerate(files):
            name = file.name if file == path else file.relative_to(path).as_posix()
            try:
                recording = read_recording(file, check.sample_rate, 1)
                found[name] = check.check(recording.audio, check.sample_rate)
            except AudioError as cause:
                reasons.append(f"{name}: {cause}")
            on_progress((number + 1) / len(files))
    if not found:
        raise AudioError(f"nothing to check in {path}: {'; '.join(reasons)}")
    for reason in reasons:
        note(f"skipped {reason}")
    return found


def _print_one(name: str, found: "Originality") -> None:
    for comparison in (found.sound, found.melody):
        _print_comparison(name, comparison)


def _print_comparison(name: str, found: "Comparison") -> None:
    from rich.table import Table

    from riffsmith.cli.console import print_table, stdout
    from riffsmith.messages import Count
    from riffsmith.terminal import escape_controls

    stdout.print(f"{escape_controls(name)}: {found.verdict}", soft_wrap=True)
    if found.share_above_99th is None:
        return
    share = f"{found.share_above_99th:.0%} of {Count(len(found.windows)):window|windows}"
    stdout.print(f"{share} above the 99th percentile of {found.held_out_windows} held-out windows")
    table = Table(box=None, pad_edge=False)
    for title in ("at", "percentile", "score", "similarity", "semitones", "speed", "second"):
        table.add_column(title, justify="right")
    table.add_column("of")
    for window in sorted(found.windows, key=lambda w: -w.score)[:_LISTED]:
        table.add_row(
            f"{window.start_seconds:.1f} s",
            f"{window.percentile:.1f}",
            f"{window.score:.1f}",
            f"{window.similarity:.2f}",
            f"{window.semitones:+g}",
            f"{window.speed:.3f}",
            f"{window.recording_seconds:.1f}",
            window.recording,
        )
    print_table(table)
