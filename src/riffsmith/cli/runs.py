"""`riffsmith runs`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from riffsmith.pipeline.run_list import ListedRun

_ADVICE = (
    "To free space: a run whose folder `checkpoints` is deleted still plays and can no longer be "
    "resumed; `corpus` is needed to resume, evaluate and compare; `report` is measured again when "
    "it is asked for. While a run is trained, old snapshots and previews are removed above "
    "--config.training.run_megabytes."
)


def runs(
    folder: Path = Path(),
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """List the runs below a folder: how each stands, and what takes its space on the disk.

    The sizes are in millions of bytes (MB). The last lines say what can be deleted.

    Parameters
    ----------
    folder
        Folder to search; the current one if left out.
    as_json
        Print all that is known of each run as JSON.
    """
    import json
    from dataclasses import asdict

    from riffsmith.cli.console import note
    from riffsmith.pipeline.run_list import list_runs

    found = list(list_runs(folder))
    if as_json:
        print(json.dumps([asdict(run) for run in found], indent=1))
    elif found:
        _print_table(found)
        note(_ADVICE)
    else:
        note(f"no run below {folder}: `riffsmith train CORPUS RUN` begins one")


def _print_table(found: "list[ListedRun]") -> None:
    from rich.table import Table

    from riffsmith.cli.console import note, print_table
    from riffsmith.pipeline.run_list import FOLDERS, OTHER

    kinds = [name for name in (*FOLDERS, OTHER) if any(run.megabytes.get(name) for run in found)]
    table = Table(box=None, pad_edge=False)
    table.add_column("state")
    table.add_column("step", justify="right")
    table.add_column("preset")
    for title in ("MB", *kinds):
        table.add_column(title, justify="right")
    table.add_column("run")
    for run in found:
        table.add_row(
            run.state or "–",
            "–" if run.step is None else str(run.step),
            run.preset or "–",
            f"{run.total_megabytes:.0f}",
            *(f"{run.megabytes[name]:.0f}" for name in kinds),
            run.name,
        )
    print_table(table)
    for run in found:
        if run.problem is not None:
            note(f"{run.name}: {run.problem}")
