"""The folder of a training: what was asked for, and the process that trains."""

import time
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from riffsmith.errors import RunError
from riffsmith.files import write_bytes
from riffsmith.studio.command import last_words
from riffsmith.studio.jobs.schemas import JobMessage, State
from riffsmith.studio.messages import JobCode
from riffsmith.training import RunFolder

_BEGUN = "--- begun"
"""Before what each session prints."""
_STOP = "--- asked to stop"
_LOG_TAIL_BYTES = 1 << 16


class JobRecord(BaseModel):
    """The request that a training was started with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    minutes: float | None
    preset: str
    created: str


class ProcessRecord(BaseModel):
    """The process of a training. Its start time tells it from a later process with its number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pid: int
    started: float


class JobFolder:
    """A run folder, with the files of its job beside those of the run."""

    def __init__(self, path: Path) -> None:
        self.path, self.name, self.run = path, path.name, RunFolder(path)
        self._record, self._process, self.log = (
            path / name for name in ("job.json", "process.json", "train.log")
        )

    def exists(self) -> bool:
        """Whether a job was started here."""
        return self._record.is_file()

    def write_record(self, record: JobRecord) -> None:
        """Writes the request."""
        write_bytes(self._record, record.model_dump_json(indent=1).encode(), RunError)

    def read_record(self) -> JobRecord:
        """Reads the request.

        Raises:
            RunError: The record is missing or damaged.
        """
        try:
            return JobRecord.model_validate_json(self._record.read_bytes())
        except (OSError, ValidationError) as cause:
            raise RunError(f"{self._record} cannot be read: start a new training") from cause

    def note_process(self, pid: int) -> None:
        """Records the process that trains."""
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:  # it has failed already: its log says why
            started = 0.0
        record = ProcessRecord(pid=pid, started=started)
        write_bytes(self._process, record.model_dump_json().encode(), RunError)

    def note_beginning(self) -> None:
        """Marks in the log where a session begins."""
        self._note(f"{_BEGUN} {time.strftime('%Y-%m-%d %H:%M:%S')}")

    def note_stop(self) -> None:
        """Marks in the log that a session was asked to end."""
        self._note(_STOP)

    def _note(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")

    def process(self) -> psutil.Process | None:
        """The process that trains; None once it has ended."""
        try:
            noted = ProcessRecord.model_validate_json(self._process.read_bytes())
            process = psutil.Process(noted.pid)
            is_ours = abs(process.create_time() - noted.started) < 1
            is_dead = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        except (OSError, ValidationError, psutil.Error):
            return None
        return process if is_ours and not is_dead else None

    def state(self) -> tuple[State, JobMessage | None]:
        """The state of the job, and why it ended where there is something to say."""
        if self.process() is not None:
            return "running", None
        said = self._last_session()
        failure = last_words(said)
        if failure:
            return "failed", JobMessage.of(JobCode.FAILED, reason=failure)
        if "\ntrained " in said:
            stops = self.run.read_metrics("stop")
            if not stops:
                return "finished", None
            return "finished", JobMessage.of(
                JobCode.ENDED_EARLY, reason=str(stops[-1].get("reason"))
            )
        if _STOP in said or "\nstopped at step " in said:
            return "stopped", None
        return "stopped", JobMessage.of(JobCode.INTERRUPTED)

    def _last_session(self) -> str:
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - _LOG_TAIL_BYTES))
                text = file.read().decode(errors="replace")
        except OSError:
            return ""
        return text.rpartition(_BEGUN)[2]
