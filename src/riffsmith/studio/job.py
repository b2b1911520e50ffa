"""What a training's folder tells about it; nothing is remembered beside it."""

import json
import time
from math import isfinite
from pathlib import Path
from typing import Literal

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from riffsmith.audio import is_audio_name
from riffsmith.corpus.shards import SHARD_FOLDER
from riffsmith.errors import RunError
from riffsmith.files import write_bytes
from riffsmith.studio.command import last_words
from riffsmith.studio.schemas import Distance, Event, Job, Loss, PreviewOf
from riffsmith.training import RunFolder, RunRecord, select_snapshot

State = Literal["running", "stopped", "finished", "failed"]
_LONGEST_CURVE = 500
_MOST_EVENTS = 200
_BEGUN = "--- begun"
"""Before what each sitting prints."""
_STOP = "--- asked to stop"
_LOG_TAIL_BYTES = 1 << 16


class JobRecord(BaseModel):
    """What a training was asked to be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    minutes: float | None
    preset: str
    created: str


class ProcessRecord(BaseModel):
    """The process of a job; the time of its start tells it from a later one with its number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pid: int
    started: float


class JobFolder:
    """A run folder with the files of its job beside those of the run."""

    def __init__(self, path: Path) -> None:
        self.path, self.name, self.run = path, path.name, RunFolder(path)
        self._record, self._process, self.log = (
            path / name for name in ("job.json", "process.json", "train.log")
        )

    def exists(self) -> bool:
        """Whether a job was started here."""
        return self._record.is_file()

    def write_record(self, record: JobRecord) -> None:
        """Writes what is asked for."""
        write_bytes(self._record, record.model_dump_json(indent=1).encode(), RunError)

    def read_record(self) -> JobRecord:
        """Reads it.

        Raises:
            RunError: It is missing or damaged.
        """
        try:
            return JobRecord.model_validate_json(self._record.read_bytes())
        except (OSError, ValidationError) as cause:
            raise RunError(f"{self._record} cannot be read: start a new training") from cause

    def note_process(self, pid: int) -> None:
        """Remembers the process that trains."""
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:  # it has failed already: its log says why
            started = 0.0
        record = ProcessRecord(pid=pid, started=started)
        write_bytes(self._process, record.model_dump_json().encode(), RunError)

    def note_beginning(self) -> None:
        """Marks in the log where a sitting begins."""
        self._note(f"{_BEGUN} {time.strftime('%Y-%m-%d %H:%M:%S')}")

    def note_stop(self) -> None:
        """Marks in the log that a sitting was asked to end."""
        self._note(_STOP)

    def _note(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")

    def process(self) -> psutil.Process | None:
        """The process that trains; none where there is none any more."""
        try:
            noted = ProcessRecord.model_validate_json(self._process.read_bytes())
            process = psutil.Process(noted.pid)
            is_ours = abs(process.create_time() - noted.started) < 1
            is_dead = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        except (OSError, ValidationError, psutil.Error):
            return None
        return process if is_ours and not is_dead else None

    def state(self) -> tuple[State, str | None]:
        """How the job stands, and what there is to say about it."""
        if self.process() is not None:
            return "running", None
        said = self._last_sitting()
        failure = last_words(said)
        if failure:
            return "failed", failure
        if "\ntrained " in said:
            stops = self.run.read_metrics("stop")
            return "finished", str(stops[-1].get("reason")) if stops else None
        if _STOP in said or "\nstopped at step " in said:
            return "stopped", None
        return "stopped", "ended without a word, as when the computer goes down; it can go on"

    def view(self) -> Job:
        """All of it, for the page."""
        asked = self.read_record()
        state, message = self.state()
        lines = self.run.read_metrics()
        record = self.run.read_record() if self.run.exists() else None
        epochs = [line for line in lines if line.get("event") == "epoch"]
        last = epochs[-1] if epochs else {}
        step, epoch = _whole(last.get("step")), _whole(last.get("epoch"))
        steps = _steps(record, step, epoch)
        share, seconds_left = self._progress(record, epochs, steps, running=state == "running")
        stage = self._stage(record, epochs)
        if stage == "preparing":
            share = self._prepared_share()
        has_snapshot = bool(self.run.snapshot_epochs())
        choice = select_snapshot(self.run) if has_snapshot else None
        return Job(
            name=self.name,
            state=state,
            preset=asked.preset,
            stage=stage,
            share=1.0 if state == "finished" else share,
            step=step,
            steps=steps,
            epoch=epoch,
            seconds_left=seconds_left if state == "running" else None,
            message=message,
            losses=[
                Loss(
                    step=_whole(line.get("step")),
                    discriminator=_figure(line, "discriminator_loss"),
                    generator=loss,
                )
                for line in _thinned(epochs)
                if (loss := _figure(line, "generator_loss")) is not None
            ],
            distances=[
                Distance(step=_whole(line.get("step")), distance=distance)
                for line in lines
                if line.get("event") == "check"
                and (distance := _figure(line, "distance")) is not None
            ],
            events=[
                Event(
                    step=_whole(line.get("step")), kind=str(line["event"]), text=str(line["text"])
                )
                for line in lines
                if "text" in line and "event" in line
            ][-_MOST_EVENTS:],
            previews=[
                PreviewOf(epoch=_whole(line.get("epoch")), step=_whole(line.get("step")))
                for line in lines
                if line.get("event") == "preview"
                and self.run.preview(_whole(line.get("epoch")), ".wav").is_file()
            ],
            best_epoch=self.run.best_epoch(),
            distance=choice.distance if choice else None,
        )

    def _last_sitting(self) -> str:
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - _LOG_TAIL_BYTES))
                text = file.read().decode(errors="replace")
        except OSError:
            return ""
        return text.rpartition(_BEGUN)[2]

    def _stage(self, record: RunRecord | None, epochs: list[dict[str, object]]) -> str:
        if epochs:
            return "training"
        if record is None:
            return "preparing"
        return "training" if self.run.codec.is_file() else "fitting the codec"

    def _prepared_share(self) -> float | None:
        try:
            source = Path(json.loads((self.path / "source.json").read_text())["folder"])
            files = sum(is_audio_name(path) for path in source.rglob("*"))
            shards = len(list((self.path / "corpus" / SHARD_FOLDER).glob("*.safetensors")))
        except (OSError, ValueError, KeyError):
            return None
        return min(1.0, shards / files) if files else None

    def _progress(
        self,
        record: RunRecord | None,
        epochs: list[dict[str, object]],
        steps: int | None,
        *,
        running: bool,
    ) -> tuple[float | None, float | None]:
        """Share that is done, and seconds left."""
        if record is None or not epochs:
            return None, None
        seconds = [_figure(line, "seconds") or 0.0 for line in epochs]
        since = time.time() - self.run.metrics.stat().st_mtime if running else 0.0
        if record.minutes is not None:
            budget = record.minutes * 60
            done = min(budget, sum(seconds) + since)
            return done / budget, budget - done
        if not steps:
            return None, None
        step, recent = _whole(epochs[-1].get("step")), seconds[-20:]
        epochs_left = (steps - step) / steps * record.settings.training.epochs
        left = epochs_left * sum(recent) / len(recent)
        return min(1.0, step / steps), max(0.0, left - since)


def _steps(record: RunRecord | None, step: int, epoch: int) -> int | None:
    """Of the whole run, where it does not end by the clock."""
    if record is None or record.minutes is not None or not epoch:
        return None
    return record.settings.training.epochs * step // epoch


def _thinned(lines: list[dict[str, object]]) -> list[dict[str, object]]:
    """Evenly, the last one among them."""
    stride = -(-len(lines) // _LONGEST_CURVE) or 1
    return lines[::-1][::stride][::-1]


def _figure(line: dict[str, object], name: str) -> float | None:
    value = line.get(name)
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
