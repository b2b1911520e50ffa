"""`riffsmith report`."""

from pathlib import Path


def report(run: Path, *, out: Path | None = None) -> None:
    """Write a run as one self-contained HTML page: corpus, networks, evolution, curves.

    Parameters
    ----------
    run
        Run folder.
    out
        File to write; RUN/report.html if left out.
    """
    from riffsmith.cli.console import stdout
    from riffsmith.report import write_report
    from riffsmith.training import RunFolder

    target = out or run / "report.html"
    write_report(RunFolder(run), target)
    stdout.print(str(target), markup=False, soft_wrap=True)
