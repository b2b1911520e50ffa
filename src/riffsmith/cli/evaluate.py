"""`riffsmith evaluate`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter

if TYPE_CHECKING:
    from riffsmith.evaluation import Evaluation, SelfTest, SelfTestRow

Result = TypeVar("Result", "Evaluation", "SelfTest")
_NAMED = 5


def evaluate(
    model: str | None = None,
    *,
    corpus: Path,
    seconds: float | None = None,
    seed: int = 0,
    snapshot: int | None = None,
    embedder: Annotated[list[str] | None, Parameter(negative="")] = None,
    self_test: Annotated[bool, Parameter(negative="")] = False,
    contrast: Path | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Compare a model, or a folder of audio files, with the held-out music of a corpus.

    With --self-test the evaluation itself is tested: the corpus's own music is damaged in known
    ways, and the table shows which measures detect it. The exit code is 1 if one must and does not.

    Parameters
    ----------
    model
        Run folder, bundle folder, name of a shipped model, or folder of audio files. ./NAME is
        always a folder.
    corpus
        Prepared corpus with held-out recordings.
    seconds
        Audio to generate, in clips of 30 s, or of each set in a self-test; 300 if left out. A
        folder of audio files is read whole.
    seed
        Seed of the generated clips and of the resampling, or of the damage in a self-test.
    snapshot
        Number of a run's snapshot: an epoch of a picture preset, a step of latent. The best if left
        out.
    embedder
        Your own embedding beside the built-in ones, as package.module:name of an object like
        riffsmith.evaluation.Embedder, or of a class or function that makes one; may be repeated.
    self_test
        Test the evaluation instead of a model.
    contrast
        Folder of music of another genre, which a self-test must distinguish from the corpus.
    as_json
        Print the scores as JSON.
    """
    from riffsmith.cli.console import note, share_progress
    from riffsmith.corpus import Corpus, find_audio
    from riffsmith.errors import SettingsError
    from riffsmith.evaluation import (
        CACHE_FOLDER,
        evaluate as evaluate_passages,
        find_pairs,
        load_embedders,
        read_folder,
        run_self_test,
    )
    from riffsmith.pipeline.subjects import DEFAULT_SECONDS, open_subject

    if (model is None) != self_test:
        raise SettingsError(
            "evaluate needs a model: name one, or test the evaluation itself with --self-test"
            if model is None
            else f"--self-test takes no model, found {model!r}: leave out one of them"
        )
    if contrast is not None and not self_test:
        raise SettingsError("--contrast belongs to --self-test: add it, or leave --contrast out")
    if snapshot is not None and self_test:
        raise SettingsError(
            "--snapshot belongs to a model, and --self-test takes none: leave it out"
        )
    if self_test and seconds is not None and not 0 < seconds < float("inf"):
        raise SettingsError(f"--seconds must be above 0, found {seconds:g}")
    opened = Corpus(corpus)
    embedders = load_embedders(embedder or ())
    cache = corpus / CACHE_FOLDER
    if model is None:
        seconds = DEFAULT_SECONDS if seconds is None else seconds
        find_pairs(opened, seconds)  # a corpus without room is told before other music is read
        others = read_folder(find_audio(contrast), opened, seconds) if contrast else []
        with share_progress("Testing") as on_progress:
            verdict = run_self_test(
                opened,
                seconds=seconds,
                contrast=others,
                embedders=embedders,
                cache=cache,
                seed=seed,
                on_progress=lambda fraction, _: on_progress(fraction),
            )
        _show(verdict, as_json, _print_self_test)
        if not verdict.passed:
            raise SystemExit(1)
        return
    with share_progress("Generating") as on_progress:
        subject = open_subject(model, opened, seconds, seed, snapshot, on_progress, note)
    with share_progress("Evaluating") as on_progress:
        scores = evaluate_passages(
            model,
            subject.passages,
            opened,
            seed=seed,
            embedders=embedders,
            cache=cache,
            reconstruct=subject.reconstruct,
            trained_on=subject.trained_on,
            on_progress=lambda fraction, _: on_progress(fraction),
        )
    _show(scores, as_json, _print_scores)


def _show(found: Result, as_json: bool, print_table: Callable[[Result], None]) -> None:
    from riffsmith.cli.console import note

    for remark in found.remarks:
        note(remark.text)
    if as_json:
        print(found.model_dump_json(indent=1))
    else:
        print_table(found)


def _print_self_test(found: "SelfTest") -> None:
    from rich.table import Table

    from riffsmith.cli.console import stdout
    from riffsmith.messages import Count

    table = Table("what was done", box=None, pad_edge=False)
    for title in ("", "must be noticed by", "was noticed by"):
        table.add_column(title)
    for row in found.rows:
        word = {True: "passed", False: "FAILED", None: "–"}[row.passed]
        table.add_row(row.name, word, _expected(row), _noticed(row))
    stdout.print(
        f"{found.seconds:g} s of {Count(found.recordings):recording|recordings}, and as much of "
        f"them for reference, seed {found.seed}"
    )
    stdout.print(table)
    stdout.print(f"{found.rule.text} Here: {found.limit:.1f}.")


def _expected(row: "SelfTestRow") -> str:
    names = ", ".join(" or ".join(group) for group in row.must_detect)
    if not row.must_not_detect:
        return names
    return f"{names}, no distance" if names else "nothing"


def _noticed(row: "SelfTestRow") -> str:
    """The expected ones first, then the most certain; the remark where there is one."""
    names = row.detected_expected_first()
    shown = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        shown += f" and {len(names) - _NAMED} more"
    if row.passed is None:
        return row.remark.text if row.remark else ""
    return (shown or "nothing") + (f" ({row.remark.text})" if row.remark else "")


def _print_scores(found: "Evaluation") -> None:
    from rich.table import Table

    from riffsmith.cli.console import stdout

    distances = Table("distance to real", box=None, pad_edge=False)
    for title in ("ratio", "95 % interval", "ceiling", "generated", "training"):
        distances.add_column(title, justify="right")
    for name, score in found.distances.items():
        distances.add_row(
            name,
            f"{score.ratio:.2f}{'*' if score.is_floored else ''}",
            f"{score.low:.2f} … {score.high:.2f}",
            f"{score.ceiling:.2f}",
            f"{score.generated:.4f}",
            f"{score.training:.4f}",
        )
    measures = Table("measure", box=None, pad_edge=False)
    for title in ("generated", "real", "real passages (5–95 %)"):
        measures.add_column(title, justify="right")
    for name, measure in found.measures.items():
        band = "" if measure.low is None else f"{measure.low:.3g} … {measure.high:.3g}"
        measures.add_row(name, _figure(measure.generated), _figure(measure.real), band)
    stdout.print(f"{found.seconds:g} s of {found.name}, seed {found.seed}")
    stdout.print(f"grade: {found.summary.grade}; {found.summary.reason.text}", soft_wrap=True)
    stdout.print(distances)
    stdout.print(measures)
    stdout.print("1.0 = as near to the held-out music as the corpus's own training recordings are")
    if found.codec_note_f1 is not None:
        stdout.print(f"note F1 of the codec: {found.codec_note_f1:.2f} (1.0 = all notes are kept)")
    if any(score.is_floored for score in found.distances.values()):
        stdout.print("* the real sets are too similar to compare: the ratio is too small")


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"
