"""Results that took long to measure, kept below the run.

RUN/report/
├── evaluation-epoch-0020-120s-seed-0.json      step-001000 instead of epoch-0020 in a latent run
├── originality-epoch-0020-120s-seed-0.json
└── self-test-180s-seed-0.json
"""

from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from riffsmith import __version__
from riffsmith.bundle import read_card
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.files import read_checked, validate, write_checked

ResultKind = Literal["evaluation", "originality", "self-test"]
ALL_KINDS: tuple[ResultKind, ...] = get_args(ResultKind)
Result = TypeVar("Result", bound=BaseModel)


class ResultKey(BaseModel):
    """All that a result depends on. Where any of it differs, the result is measured again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ResultKind
    riffsmith: str = __version__
    corpus_hash: str
    snapshot: str | None = None
    """Name of the snapshot's folder, such as `epoch-0020`. `None`: the result is about a corpus."""
    weights_hash: str | None = None
    """Hash of the snapshot's weights. `None`: the result is about a corpus."""
    seconds: float
    """Duration of the evaluated audio."""
    seed: int

    @classmethod
    def of_snapshot(
        cls, kind: ResultKind, corpus: Corpus, folder: Path, seconds: float, seed: int
    ) -> "ResultKey":
        """The key of a result about a snapshot.

        Raises:
            ModelError: The snapshot is damaged.
        """
        return cls(
            kind=kind,
            corpus_hash=corpus.manifest.corpus_hash(),
            snapshot=folder.name,
            weights_hash=read_card(folder).weights_hash,
            seconds=seconds,
            seed=seed,
        )

    @classmethod
    def of_corpus(cls, kind: ResultKind, corpus: Corpus, seconds: float, seed: int) -> "ResultKey":
        """The key of a result about a corpus."""
        corpus_hash = corpus.manifest.corpus_hash()
        return cls(kind=kind, corpus_hash=corpus_hash, seconds=seconds, seed=seed)

    def file_name(self) -> str:
        """Name of the file of the result."""
        snapshot = "" if self.snapshot is None else f"{self.snapshot}-"
        return f"{self.kind}-{snapshot}{self.seconds:g}s-seed-{self.seed}.json"


class _StoredResult(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    key: ResultKey
    result: JsonValue


class ResultStore:
    """The stored results of one run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: ResultKey, model: type[Result]) -> Result | None:
        """Reads a result. `None`: there is none, or it is damaged or has another key."""
        stored = _read(self._folder / key.file_name())
        if stored is None or stored.key != key:
            return None
        with suppress(ValidationError):  # another version of the code has written it
            return model.model_validate(stored.result)
        return None

    def read_longest(
        self, kind: ResultKind, weights_hash: str, model: type[Result]
    ) -> Result | None:
        """Reads the result about some weights for which the most audio was measured.

        Args:
            kind: Kind of the result.
            weights_hash: Hash of the snapshot's weights.
            model: Class of the result.

        Returns:
            The result. `None`: none is stored that can be read.
        """
        stored = [one for path in self._folder.glob(f"{kind}-*.json") if (one := _read(path))]
        fitting = [one for one in stored if one.key.weights_hash == weights_hash]
        for one in sorted(fitting, key=lambda each: each.key.seconds, reverse=True):
            with suppress(ValidationError):  # another version of the code has written it
                return model.model_validate(one.result)
        return None

    def write(self, key: ResultKey, result: BaseModel) -> None:
        """Stores a result, whole or not at all. A folder that is read-only is left as it is."""
        stored = _StoredResult(key=key, result=result.model_dump(mode="json"))
        with suppress(RunError):
            write_checked(self._folder / key.file_name(), stored.model_dump_json(), RunError)

    def longest(self, key: ResultKey) -> float | None:
        """The longest duration for which a result with this key is stored, in seconds.

        `None`: there is none. The duration in the key itself has no effect.
        """
        files = self._folder.glob(f"{key.kind}-*.json")
        keys = [stored.key for file in files if (stored := _read(file))]
        durations = [
            found.seconds
            for found in keys
            if found == key.model_copy(update={"seconds": found.seconds})
        ]
        return max(durations, default=None)


def _read(path: Path) -> _StoredResult | None:
    try:
        return validate(_StoredResult, read_checked(path))
    except (OSError, ValueError):  # also what pydantic raises
        return None
