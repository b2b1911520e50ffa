"""`riffsmith report`."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def report(
    run: Path,
    *,
    corpus: Path | None = None,
    out: Path | None = None,
    evolution: Path | None = None,
    language: Literal["en", "es"] = "en",
    seconds: float | None = None,
    seed: int = 0,
    quick: Annotated[bool, Parameter(negative="")] = False,
    for_studio: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Write a run as one self-contained HTML page: verdict, scores, copies, curves, evolution.

    The page shows the best snapshot, or the newest where the monitor has marked none. Its
    measurements are made once and kept below RUN/report.

    Parameters
    ----------
    run
        Run folder.
    corpus
        Where the run's corpus is now, if it has been moved; the run remembers it.
    out
        File to write; RUN/report.html if left out.
    evolution
        Also draw up to eight snapshots side by side into this PNG file.
    language
        Language of the page: English or Spanish.
    seconds
        Audio to evaluate, in clips of 30 s. If left out, as much as before, or else 120.
    seed
        Seed of the evaluated clips and of the resampling.
    quick
        Measure nothing: the page shows what was measured before.
    for_studio
        Name the studio's button, and not a command, where something has not been measured.
    """
    from riffsmith.cli.console import note, share_progress, stdout
    from riffsmith.corpus import Corpus
    from riffsmith.report import ALL_KINDS, measure_run, write_evolution, write_report
    from riffsmith.runs import RunFolder, open_run

    target, folder = out or run / "report.html", RunFolder(run)
    record, opened = open_run(folder, corpus=Corpus(corpus) if corpus else None)
    if changed := record.explain_change(opened):
        note(changed)
    with share_progress("Measuring") as on_progress:
        measurements = measure_run(
            folder,
            seconds=seconds,
            seed=seed,
            kinds=() if quick else ALL_KINDS,
            on_progress=on_progress,
        )
    write_report(
        folder, target, measurements=measurements, language=language, for_studio=for_studio
    )
    stdout.print(str(target), soft_wrap=True)
    if evolution is not None:
        write_evolution(folder, evolution, language=language)
        stdout.print(str(evolution), soft_wrap=True)
