"""`riffsmith evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from riffsmith.evaluation import Evaluation


def evaluate(
    model: str,
    *,
    corpus: Path,
    seconds: float = 300.0,
    seed: int = 0,
    epoch: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Judge a model, or a folder of audio files, against the held-out music of a corpus.

    Parameters
    ----------
    model
        Run folder, bundle folder, name of a shipped model, or folder of audio files.
    corpus
        Prepared corpus with held-out recordings.
    seconds
        Audio to generate, in clips of 30 s.
    seed
        Of the generated clips and of the resampling.
    epoch
        Which of a run's snapshots; the newest if left out.
    as_json
        Print the scores as JSON.
    """
    from riffsmith.cli.console import share_progress
    from riffsmith.corpus import Corpus
    from riffsmith.evaluation import evaluate as judge
    from riffsmith.pipeline import passages_of

    opened = Corpus(corpus)
    with share_progress("Generating") as on_progress:
        passages = passages_of(model, opened, seconds, seed, epoch, on_progress)
    with share_progress("Judging") as on_progress:
        found = judge(
            model, passages, opened, seed=seed, on_share=lambda share, _: on_progress(share)
        )
    if as_json:
        print(found.model_dump_json(indent=1))
    else:
        _print_table(found)


def _print_table(found: "Evaluation") -> None:
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
    stdout.print(distances)
    stdout.print(measures)
    stdout.print("1.0 = as near to the held-out music as the corpus's own training recordings are")
    if any(score.is_floored for score in found.distances.values()):
        stdout.print("* the real sets are too alike to tell their distance: the ratio understates")


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"
