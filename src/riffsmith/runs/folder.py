"""A run on disk.

RUN/
├── run.json             settings, seed, corpus, versions
├── metrics.jsonl        one line an event: epoch, preview, check, best, overfitting, rollback, stop
├── codec.safetensors    the codec, where the system has one
├── decoder/             states of its decoder, while it is trained from scratch
├── checkpoints/         the last two training states, and states to go back to
├── report/              what `riffsmith report` has measured
├── snapshots/           a bundle at each preview: epoch-0010/
└── previews/            epoch-0010.png and epoch-0010.wav
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from riffsmith.config import TaggedSettings
from riffsmith.errors import RunError
from riffsmith.files import explain, write_bytes

RUN_VERSION = 1
RUN_NAME = "run.json"


class RunRecord(BaseModel):
    """What a run was started with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = RUN_VERSION
    riffsmith: str
    torch: str
    machine: str
    created: str
    preset: str
    settings: TaggedSettings
    seed: int
    minutes: float | None
    """Time to train instead of the settings' epochs, if so asked."""
    corpus: str
    """Path of the prepared corpus."""
    corpus_hash: str


class RunFolder:
    """Paths and records of a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / "checkpoints"
        self.snapshots = path / "snapshots"
        self.previews = path / "previews"
        self.metrics = path / "metrics.jsonl"
        self.codec = path / "codec.safetensors"
        self.decoder = path / "decoder"

    def exists(self) -> bool:
        """Whether a run was started here."""
        return (self.path / RUN_NAME).is_file()

    def write_record(self, record: RunRecord) -> None:
        """Writes what the run is started with."""
        text = record.model_dump_json(indent=1)
        write_bytes(self.path / RUN_NAME, text.encode(), RunError)

    def read_record(self) -> RunRecord:
        """Reads what the run was started with.

        Raises:
            RunError: There is no run here, or its record is damaged or of another version.
        """
        path = self.path / RUN_NAME
        try:
            values = json.loads(path.read_bytes())
            version = values.get("version") if isinstance(values, dict) else None
            if version == RUN_VERSION:
                return RunRecord.model_validate_json(path.read_bytes())
        except FileNotFoundError as cause:
            raise RunError(f"{self.path} is not a run (no {RUN_NAME}): check the path") from cause
        except (OSError, ValueError, ValidationError) as cause:
            first = str(cause).splitlines()[0]
            raise RunError(f"{path} is damaged ({first}): start a new run") from cause
        raise RunError(
            f"{self.path} has run format {version}, this Riffsmith reads {RUN_VERSION}: "
            "start a new run"
        )

    def snapshot(self, epoch: int) -> Path:
        """Folder of an epoch's bundle."""
        return self.snapshots / f"epoch-{epoch:04d}"

    def snapshot_epochs(self) -> list[int]:
        """Epochs that have a bundle, ascending."""
        cards = self.snapshots.glob("*/card.json")
        found = (re.fullmatch(r"epoch-(\d+)", card.parent.name) for card in cards)
        return sorted(int(match[1]) for match in found if match)

    def best_epoch(self) -> int | None:
        """The epoch that the watch marked as the best; none where it marked none.

        A mark whose snapshot is gone is passed over for the one before it.
        """
        marked = [line.get("epoch") for line in self.read_metrics("best")]
        there = [epoch for epoch in self.snapshot_epochs() if epoch in marked]
        return there[-1] if there else None  # marks are set in the order of epochs

    def preview(self, epoch: int, suffix: str) -> Path:
        """File of an epoch's preview (`.png`, `.wav`)."""
        return self.previews / f"epoch-{epoch:04d}{suffix}"

    def append_metrics(self, line: Mapping[str, object]) -> None:
        """Adds one line to the metrics.

        Raises:
            RunError: Writing failed.
        """
        try:
            with self.metrics.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as cause:
            raise RunError(explain(cause, f"writing {self.metrics}")) from cause

    def read_metrics(self, event: str | None = None) -> list[dict[str, object]]:
        """Lines of the metrics, of one event or all; a line cut off by a crash is left out."""
        lines: list[dict[str, object]] = []
        if self.metrics.is_file():
            for text in self.metrics.read_text(encoding="utf-8").splitlines():
                try:
                    line = json.loads(text)
                except ValueError:
                    continue
                if isinstance(line, dict) and event in (None, line.get("event")):
                    lines.append(line)
        return lines

    def forget_metrics_after(self, step: int) -> None:
        """Drops lines beyond a step: a resumed run will write them again."""
        if self.metrics.exists():
            kept = [line for line in self.read_metrics() if step_of(line) <= step]
            text = "".join(json.dumps(line) + "\n" for line in kept)
            write_bytes(self.metrics, text.encode(), RunError)


def step_of(line: Mapping[str, object]) -> int:
    """The step that a line of the metrics belongs to."""
    step = line.get("step")
    return step if isinstance(step, int) else 0
