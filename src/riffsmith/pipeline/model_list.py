"""The models at hand: shipped ones, runs and bundles below a folder, with what is known of them."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from riffsmith.bundle import (
    as_model,
    find_shipped,
    is_bundle,
    read_card,
    read_origin,
    shipped_models,
)
from riffsmith.errors import ModelError, RiffsmithError
from riffsmith.evaluation import Evaluation
from riffsmith.report.result_store import ResultStore
from riffsmith.runs import RunFolder, select_snapshot

_NOTES = "notes"


class ModelKind(StrEnum):
    """Where a model comes from."""

    SHIPPED = "shipped"
    TRAINED = "trained"
    """A run: its best snapshot, or its newest where the monitor marked none."""
    PULLED = "pulled"
    """A bundle that `riffsmith pull` has fetched."""
    BUNDLE = "bundle"
    """Another bundle, such as a copied snapshot."""


@dataclass(frozen=True)
class ListedModel:
    """A model, and the figures that are stored with it. Nothing is measured."""

    name: str
    """Name or path, as all commands take it."""
    kind: ModelKind
    preset: str | None = None
    snapshot: int | None = None
    """Number of the snapshot that is played."""
    grade: str | None = None
    """Grade of the stored evaluation: a run has it below `report/`, and a bundle beside its files.
    `None`: none is stored."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """A stored evaluation gives the ratio of each distance to real music, by its name, and `notes`,
    the mean number of notes at a time. Where none is stored, the monitor gives `distance`."""
    megabytes: float | None = None
    """Size of the bundle in millions of bytes."""
    licence: str | None = None
    """The hub's identifier of the licence. `None`: it is not stated, or that of its recordings."""
    problem: str | None = None
    """Why the model cannot be played. `None`: it can."""


def list_models(folder: Path) -> Iterator[ListedModel]:
    """Lists shipped models, then the runs and bundles below a folder, by path.

    Args:
        folder: Folder to search, itself included. Hidden folders are left out.

    Raises:
        ModelError: There is no such folder.
    """
    if not folder.is_dir():
        raise ModelError(f"no folder {str(folder)!r}: check the path")
    shipped: list[Path] = []
    for name in shipped_models():
        with find_shipped(name) as place:
            shipped.append(place.resolve())
            yield _describe(name, ModelKind.SHIPPED, place, ResultStore(place))
    for path, children, _ in os.walk(folder):
        place = Path(path)
        run = RunFolder(place)
        if run.exists():
            children.clear()  # its snapshots are bundles, but belong to it
            yield _describe_run(run)
        elif is_bundle(place):
            children.clear()
            if place.resolve() in shipped:
                continue
            origin = read_origin(place)
            is_pulled = origin is not None and origin.hub_name is not None
            kind = ModelKind.PULLED if is_pulled else ModelKind.BUNDLE
            yield _describe(as_model(place), kind, place, ResultStore(place))
        children[:] = sorted(child for child in children if not child.startswith("."))


def _describe_run(run: RunFolder) -> ListedModel:
    name, kind = as_model(run.path), ModelKind.TRAINED
    try:
        if not run.snapshot_numbers():
            return ListedModel(name, kind, problem="it has no snapshot yet: train it first")
        selection = select_snapshot(run)
    except RiffsmithError as error:
        return ListedModel(name, kind, problem=str(error))
    figures = {} if selection.distance is None else {"distance": selection.distance}
    store = ResultStore(run.path / "report")
    return _describe(name, kind, run.snapshot(selection.number), store, figures)


def _describe(
    name: str,
    kind: ModelKind,
    place: Path,
    store: ResultStore,
    figures: Mapping[str, float] | None = None,
) -> ListedModel:
    try:
        card = read_card(place)
    except ModelError as error:
        return ListedModel(name, kind, problem=str(error))
    found = None
    if card.weights_hash is not None:
        found = store.read_longest("evaluation", card.weights_hash, Evaluation)
    origin = read_origin(place)
    size = sum(file.stat().st_size for file in place.iterdir() if file.is_file())
    return ListedModel(
        name=name,
        kind=kind,
        preset=card.preset,
        snapshot=card.snapshot,
        grade=None if found is None else found.summary.grade.value,
        figures=(figures or {}) if found is None else _read_figures(found),
        megabytes=round(size / 1e6, 1),
        licence=None if origin is None else origin.licence,
    )


def _read_figures(found: Evaluation) -> dict[str, float]:
    figures = {name: score.ratio for name, score in found.distances.items()}
    notes = found.measures.get(_NOTES)
    if notes is not None and notes.generated is not None:
        figures[_NOTES] = notes.generated
    return figures
