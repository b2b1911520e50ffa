"""`riffsmith models`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from riffsmith.pipeline.model_list import ListedModel

_FIGURES = ("kad_musicnn", "kad_aisfx", "notes")


def models(
    folder: Path = Path(),
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """List the models at hand: shipped ones, and the runs and pulled models below a folder.

    Each has the name or path that other commands take: a name such as metal is always the shipped
    model, and a folder of that name is ./metal. Grade and figures are those that `report` has
    stored. Nothing is measured.

    Parameters
    ----------
    folder
        Folder to search; the current one if left out.
    as_json
        Print all that is known of each model as JSON.
    """
    import json
    from dataclasses import asdict

    from riffsmith.pipeline.model_list import list_models

    found = list(list_models(folder))
    if as_json:
        print(json.dumps([asdict(model) for model in found], indent=1))
    else:
        _print_table(found)


def _print_table(found: "list[ListedModel]") -> None:
    from rich.table import Table

    from riffsmith.cli.console import note, print_table

    table = Table(box=None, pad_edge=False)
    for title in ("kind", "preset", "grade"):
        table.add_column(title)
    for title in (*_FIGURES, "MB"):
        table.add_column(title, justify="right")
    table.add_column("licence")
    table.add_column("model")
    for model in found:
        table.add_row(
            model.kind.value,
            model.preset or "–",
            model.grade or "–",
            *(_figure(model.figures.get(name)) for name in _FIGURES),
            "–" if model.megabytes is None else f"{model.megabytes:.1f}",
            model.licence or "–",
            model.name,
        )
    print_table(table)
    for model in found:
        if model.problem is not None:
            note(f"{model.name}: {model.problem}")


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
