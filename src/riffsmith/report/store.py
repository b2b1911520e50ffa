"""Results that a report took long to measure, kept below the run.

RUN/report/
├── evaluation-epoch-0020-120s-seed-0.json
├── originality-epoch-0020-120s-seed-0.json
└── self-test-180s-seed-0.json
"""

from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from riffsmith import __version__
from riffsmith.bundle import Card
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.files import write_bytes

Kind = Literal["evaluation", "originality", "self-test"]
Result = TypeVar("Result", bound=BaseModel)


class Key(BaseModel):
    """What a result depends on: where any of it differs, it is measured again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    riffsmith: str = __version__
    corpus_hash: str
    epoch: int | None
    """None, as the next, where no model is judged."""
    weights_hash: str | None
    seconds: float
    seed: int

    @classmethod
    def of_model(cls, kind: Kind, corpus: Corpus, card: Card, seconds: float, seed: int) -> "Key":
        """A result about a snapshot."""
        return cls(
            kind=kind,
            corpus_hash=corpus.manifest.corpus_hash(),
            epoch=card.epoch,
            weights_hash=card.weights_hash,
            seconds=seconds,
            seed=seed,
        )

    @classmethod
    def of_corpus(cls, kind: Kind, corpus: Corpus, seconds: float, seed: int) -> "Key":
        """A result about a corpus alone."""
        return cls(
            kind=kind,
            corpus_hash=corpus.manifest.corpus_hash(),
            epoch=None,
            weights_hash=None,
            seconds=seconds,
            seed=seed,
        )

    def file_name(self) -> str:
        """The file of the result."""
        epoch = "" if self.epoch is None else f"epoch-{self.epoch:04d}-"
        return f"{self.kind}-{epoch}{self.seconds:g}s-seed-{self.seed}.json"


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    found: JsonValue


class Store:
    """The stored results of one run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: Key, model: type[Result]) -> Result | None:
        """A result; none where there is none, or it is damaged or of something else."""
        stored = _read(self._folder / key.file_name())
        if stored is None or stored.key != key:
            return None
        with suppress(ValidationError):  # of another version of the code
            return model.model_validate(stored.found)
        return None

    def write(self, key: Key, found: BaseModel) -> None:
        """Keeps a result, whole or not at all; a folder that cannot be written to keeps none."""
        stored = _Stored(key=key, found=found.model_dump(mode="json"))
        with suppress(RunError):
            content = stored.model_dump_json(indent=1).encode()
            write_bytes(self._folder / key.file_name(), content, RunError)

    def longest(self, key: Key) -> float | None:
        """The most seconds that a result of this kind was measured with; none where none was."""
        files = self._folder.glob(f"{key.kind}-*.json")
        keys = [stored.key for file in files if (stored := _read(file))]
        return max(
            (
                found.seconds
                for found in keys
                if found == key.model_copy(update={"seconds": found.seconds})
            ),
            default=None,
        )


def _read(path: Path) -> _Stored | None:
    try:
        return _Stored.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None
