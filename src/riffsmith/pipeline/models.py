"""From a name or a path to a model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from riffsmith.bundle import Bundle, as_model, find_shipped, is_bundle, load_bundle, shipped_models
from riffsmith.errors import ModelError
from riffsmith.runs import RunFolder, SelectionReason, select_snapshot


def open_model(
    model: str,
    snapshot: int | None = None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> Bundle:
    """Loads a run's snapshot, a bundle folder, or a shipped model by its name.

    Args:
        model: Path or name. The name of a shipped model is never a folder: `./metal` is one.
        snapshot: Number of the snapshot of a run: an epoch or a step, by the run's preset.
            `None`: the best one, or the newest where the monitor marked none.
        on_notice: Called with a sentence that says which snapshot was selected, and why; or that
            the shipped model is used where there is another one of that name.

    Raises:
        ModelError: There is no such model, or it is damaged.
    """
    with find_bundle(model, snapshot, on_notice) as folder:
        return load_bundle(folder)


@contextmanager
def find_bundle(
    model: str,
    snapshot: int | None = None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> Iterator[Path]:
    """The folder of a bundle, which exists inside the context; arguments as for `open_model`.

    Raises:
        ModelError: There is no such model.
    """
    path = Path(model)
    run = RunFolder(path)
    if model in shipped_models():
        if snapshot is not None:
            raise ModelError(f"--snapshot needs a run folder, {model!r} is a shipped model")
        if run.exists() or is_bundle(path):
            on_notice(explain_shipped(model))
        with find_shipped(model) as folder:
            yield folder
    elif run.exists():
        yield run.snapshot(_choose_snapshot(run, snapshot, on_notice))
    elif snapshot is not None:
        raise ModelError(f"--snapshot needs a run folder, {model!r} is none")
    elif is_bundle(path):
        yield path
    elif path.is_file():
        raise ModelError(
            f"{path} is a file, expected the folder of a run or of a bundle: check the path"
        )
    elif path.exists():
        raise ModelError(f"{path} is neither a run folder nor a bundle: check the path")
    else:
        with find_shipped(model) as folder:
            yield folder


def explain_shipped(model: str) -> str:
    """Says that a name means a shipped model, where there is a folder of that name, too."""
    return f"{model} is the shipped model; the folder of that name is {as_model(Path(model))}"


def _choose_snapshot(run: RunFolder, number: int | None, on_notice: Callable[[str], None]) -> int:
    numbers = run.snapshot_numbers()
    if not numbers:
        raise ModelError(f"{run.path} has no snapshot yet: train it first")
    if number is None:
        selection = select_snapshot(run)
        reason = _REASONS[selection.reason].format(distance=selection.distance)
        on_notice(f"{run.unit} {selection.number} of {run.path}: {reason}")
        return selection.number
    if number not in numbers:
        listed = ", ".join(map(str, numbers))
        raise ModelError(f"{run.path} has no snapshot of {run.unit} {number}: it has {listed}")
    return number


_REASONS = {
    SelectionReason.NEAREST: "the snapshot nearest to real music (distance {distance:.2f})",
    SelectionReason.HEALTHY: (
        "the newest healthy snapshot; no distance to real music was measured"
    ),
    SelectionReason.NEWEST: "the newest snapshot, as the monitor has marked none",
}
