"""`riffsmith report`."""

from pathlib import Path


def report(run: Path, *, out: Path | None = None, evolution: Path | None = None) -> None:
    """Write a run as one self-contained HTML page: corpus, networks, evolution, curves.

    Parameters
    ----------
    run
        Run folder.
    out
        File to write; RUN/report.html if left out.
    evolution
        Also draw up to eight snapshots side by side into this PNG file.
    """
    from riffsmith.cli.console import stdout
    from riffsmith.report import write_evolution, write_report
    from riffsmith.training import RunFolder

    target = out or run / "report.html"
    write_report(RunFolder(run), target)
    stdout.print(str(target), soft_wrap=True)
    if evolution is not None:
        write_evolution(RunFolder(run), evolution)
        stdout.print(str(evolution), soft_wrap=True)
