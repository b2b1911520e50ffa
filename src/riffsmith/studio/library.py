"""The models that can be played."""

import logging
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

from riffsmith.api import Model
from riffsmith.api.tags import title_of
from riffsmith.bundle import (
    Bundle,
    Card,
    LatentBundle,
    Origin,
    find_shipped,
    is_bundle,
    load_bundle,
    read_card,
    read_origin,
    shipped_models,
)
from riffsmith.config import LatentSettings
from riffsmith.errors import ModelError, RiffsmithError
from riffsmith.runs import RunFolder, select_snapshot
from riffsmith.studio.errors import NotFoundError, StudioError
from riffsmith.studio.home import as_name
from riffsmith.studio.messages import ProblemCode

_LOADED = 4
"""Number of models that stay in memory, beside those that are being played."""
Kind = Literal["shipped", "run", "bundle"]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Playable:
    """A loaded model, shared by all who play it."""

    id: str
    kind: Kind
    bundle: Bundle
    corpus: Path | None
    """The prepared corpus that it was trained on. `None`: it is not at hand."""
    origin: Origin | None = None
    """Its licence and the credit of its music. `None`: it was trained here."""

    @property
    def model(self) -> Model:
        """The model as the Python API has it, to generate clips."""
        return Model(self.bundle, self.id, self.origin)

    @property
    def sample_rate(self) -> int:
        """Sample rate in Hz."""
        return self.bundle.card.settings.corpus.sample_rate

    @property
    def title(self) -> str:
        """The name that people read."""
        return title_of(self.id)

    def latent_bundle(self) -> LatentBundle:
        """The bundle, which plays endless pieces.

        Raises:
            StudioError: The model makes clips alone.
        """
        if not isinstance(self.bundle, LatentBundle):
            preset = self.bundle.card.preset
            raise StudioError(ProblemCode.CLIPS_ONLY, model=self.id, preset=preset)
        return self.bundle


@dataclass(frozen=True)
class Listed:
    """An entry of the list of models."""

    id: str
    kind: Kind
    card: Card
    """The card of the snapshot that is played."""
    snapshots: Sequence[int] = ()
    """Numbers of the snapshots of a run, ascending. Other models have none."""

    @property
    def streams(self) -> bool:
        """Whether it plays endless pieces."""
        return isinstance(self.card.settings, LatentSettings)


class Library:
    """Shipped models, runs of this studio, and models that the command line named.

    One lock guards the loaded models; it is held while a model is loaded, so that two listeners do
    not load the same one twice.
    """

    def __init__(self, runs: Path, given: Sequence[Path] = ()) -> None:
        """Opens the library.

        Args:
            runs: Folder of run folders, listed anew each time.
            given: Run folders and bundle folders elsewhere.

        Raises:
            ModelError: One of the given folders is neither.
        """
        self._runs = runs
        self._given = dict(_name(given))
        self._loaded: OrderedDict[tuple[str, str], Playable] = OrderedDict()
        self._broken: set[str] = set()
        self._lock = Lock()

    def models(self) -> Iterator[Listed]:
        """Models that can be played; one that cannot be read is left out and logged once."""
        for model in [*self._given, *self._own_runs(), *shipped_models()]:
            try:
                yield self._look(model)
            except RiffsmithError as error:
                if model not in self._broken:
                    logger.warning("model %s is left out: %s", model, error)
                    self._broken.add(model)

    def open(self, model: str, snapshot: int | None = None) -> Playable:
        """Loads a model, once for all listeners.

        Args:
            model: Id of the model.
            snapshot: Number of a snapshot of a run. `None`: the best or newest one.

        Raises:
            NotFoundError: There is no model of that name, or it has no such snapshot.
            StudioError: It is a run without a snapshot.
            ModelError: It is damaged.
        """
        with self._lock:
            place = self._place(model, snapshot)
            key = (model, str(place))
            if key not in self._loaded:
                with self._bundle_folder(model, place) as folder:
                    bundle, origin = load_bundle(folder), read_origin(folder)
                kind, corpus = _kind(model), self._corpus(model)
                self._loaded[key] = Playable(model, kind, bundle, corpus, origin)
                while len(self._loaded) > _LOADED:
                    self._loaded.popitem(last=False)
            self._loaded.move_to_end(key)
            return self._loaded[key]

    @contextmanager
    def bundle_folder(self, model: str) -> Iterator[Path]:
        """The folder of a model's bundle, inside a `with` statement. Errors are those of `open`."""
        with self._bundle_folder(model, self._place(model)) as folder:
            yield folder

    @contextmanager
    def _bundle_folder(self, model: str, place: Path | None) -> Iterator[Path]:
        if place is None:
            with find_shipped(model) as folder:
                yield folder
        else:
            yield place

    def _look(self, model: str) -> Listed:
        place = self._place(model)
        card = self.open(model).bundle.card if place is None else read_card(place)
        numbers = self._run(model).snapshot_numbers() if _kind(model) == "run" else ()
        return Listed(model, _kind(model), card, numbers)

    def _own_runs(self) -> list[str]:
        return [
            f"run:{path.name}"
            for path in sorted(self._runs.iterdir())
            if _may_play(RunFolder(path)) and f"run:{path.name}" not in self._given
        ]

    def _run(self, model: str) -> RunFolder:
        return RunFolder(self._given.get(model) or self._runs / model.removeprefix("run:"))

    def _place(self, model: str, snapshot: int | None = None) -> Path | None:
        """Folder of the model's bundle. `None`: it is shipped."""
        kind = _kind(model)
        if kind == "run" and (run := self._run(model)).exists():
            return _snapshot_folder(model, run, snapshot)
        is_shipped = kind == "shipped" and model in shipped_models()
        if not is_shipped and not (kind == "bundle" and model in self._given):
            raise NotFoundError(ProblemCode.NO_MODEL, model=model)
        if snapshot is not None:
            raise NotFoundError(ProblemCode.SNAPSHOT_GONE, model=model, number=snapshot)
        return None if is_shipped else self._given[model]

    def _corpus(self, model: str) -> Path | None:
        if _kind(model) != "run":
            return None
        run = self._run(model)
        return run.path / Path(run.read_record().corpus)


def _may_play(run: RunFolder) -> bool:
    """Whether a run belongs in the list; an unreadable one does, so that its error is logged."""
    try:
        return bool(run.snapshot_numbers())
    except RiffsmithError:
        return True


def _snapshot_folder(model: str, run: RunFolder, snapshot: int | None) -> Path:
    numbers = run.snapshot_numbers()
    if not numbers:
        raise StudioError(ProblemCode.NO_SNAPSHOT, model=model)
    if snapshot is None:
        return run.snapshot(select_snapshot(run).number)
    if snapshot not in numbers:
        raise NotFoundError(ProblemCode.SNAPSHOT_GONE, model=model, number=snapshot)
    return run.snapshot(snapshot)


def _kind(model: str) -> Kind:
    if model.startswith("run:"):
        return "run"
    return "bundle" if model.startswith("bundle:") else "shipped"


def _name(given: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Ids of models that the command line named; equal names get a number."""
    seen: set[str] = set()
    for path in given:
        is_run = RunFolder(path).exists()
        if not is_run and not is_bundle(path):
            raise ModelError(f"{path} is neither a run folder nor a bundle: check the path")
        base = f"{'run' if is_run else 'bundle'}:{as_name(path.resolve().name)}"
        numbers = ("" if number == 1 else f"-{number}" for number in range(1, len(given) + 1))
        name = next(base + number for number in numbers if base + number not in seen)
        seen.add(name)
        yield name, path
