"""The folder of a training: the request, the process that trains, and how it ended."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from riffsmith.corpus import HOLD_OUT_NOTHING
from riffsmith.errors import RunError
from riffsmith.files import (
    find_owner,
    hide_folders,
    is_held,
    read_checked,
    remove,
    validate,
    write_checked,
)
from riffsmith.runs import Outcome, OutcomeState, RunFolder, read_outcome
from riffsmith.runs.outcome import OUTCOME_NAME
from riffsmith.studio.jobs.schemas import JobMessage, State
from riffsmith.studio.messages import JobCode

_SAME_START_SECONDS = 1.0
logger = logging.getLogger(__name__)


class JobRecord(BaseModel):
    """The request that a training was started with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    minutes: float | None
    preset: str
    hold_out: tuple[str, ...] | None = None
    """Paths of the recordings to hold out. `None`: the settings decide."""
    credit: str | None = None
    """Who made the recordings, and under which licences. `None`: it is not stated."""
    created: str

    def names_to_hold_out(self) -> tuple[str, ...]:
        """The recordings to hold out, as `riffsmith train` takes them."""
        return (HOLD_OUT_NOTHING,) if self.hold_out == () else self.hold_out or ()


class ProcessRecord(BaseModel):
    """The process of a training. Its start time excludes a later process with its number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pid: int
    started: float
    stop_requested: bool = False


@dataclass(frozen=True)
class JobStatus:
    """How a training stands."""

    state: State
    outcome: Outcome | None
    """The outcome as the training last wrote it. `None`: it has not written any yet."""
    message: JobMessage | None = None


class JobFolder:
    """A run folder, with the files of its job beside those of the run.

    RUN/
    ├── job.json        the request
    ├── process.json    the process that trains, or trained last
    ├── train.log       the output of the process
    └── …               the files of the run
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name, self.run = path, path.name, RunFolder(path)
        self.log = path / "train.log"
        self.measurements = path / "report"
        """Folder in which a report keeps its measurements."""
        self._record, self._process = path / "job.json", path / "process.json"

    def exists(self) -> bool:
        """Whether a job was started here."""
        return self._record.is_file()

    def write_record(self, record: JobRecord) -> None:
        """Writes the request."""
        write_checked(self._record, record.model_dump_json(), RunError)

    def read_record(self) -> JobRecord:
        """Reads the request.

        Raises:
            RunError: The record is missing or damaged.
        """
        try:
            return validate(JobRecord, read_checked(self._record))
        except (OSError, ValueError) as cause:  # also what pydantic raises
            raise RunError(f"{self._record} cannot be read: start a new training") from cause

    def forget_outcome(self) -> None:
        """Removes the outcome of an earlier session."""
        remove(self.path / OUTCOME_NAME)

    def note_process(self, pid: int) -> None:
        """Records the process that trains."""
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:  # it has failed already: its log says why
            started = 0.0
        self._write_process(ProcessRecord(pid=pid, started=started))

    def note_stop(self) -> None:
        """Records that the process was asked to stop."""
        noted = self._read_process()
        if noted:
            self._write_process(noted.model_copy(update={"stop_requested": True}))

    def process(self) -> psutil.Process | None:
        """The process that trains; `None` once it has ended, or where it is not known.

        It is the one that holds the folder. A process that has just been started does not hold it
        yet, so the note of its start counts as well.
        """
        owner = find_owner(self.path)
        if owner is not None and owner.is_here:
            with suppress(psutil.NoSuchProcess):
                return psutil.Process(owner.pid)
        noted = self._read_process()
        if noted is None:
            return None
        try:
            process = psutil.Process(noted.pid)
            is_ours = abs(process.create_time() - noted.started) < _SAME_START_SECONDS
            is_dead = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        except psutil.Error:
            return None
        return process if is_ours and not is_dead else None

    def is_running(self) -> bool:
        """Whether a process trains the run. The lock of its folder tells, not a clock."""
        return is_held(self.path) or self.process() is not None

    def is_in_use(self) -> bool:
        """Whether a process trains or measures the run."""
        return self.is_running() or is_held(self.measurements)

    def status(self) -> JobStatus:
        """How the training stands: by the lock of its folder, and by the outcome that it wrote."""
        is_running = self.is_running()
        try:
            outcome = read_outcome(self.run)  # read after the process has ended: it is the last one
        except RunError as error:
            logger.warning("%s", error)
            state = "running" if is_running else "stopped"
            return JobStatus(state, None, JobMessage.of(JobCode.OUTCOME_DAMAGED))
        if is_running:
            return JobStatus("running", outcome)
        ended = outcome.state if outcome else None
        if ended is OutcomeState.FINISHED:
            return JobStatus("finished", outcome)
        if outcome and ended is OutcomeState.FAILED:
            reason = hide_folders(outcome.message or outcome.code or "unknown")
            return JobStatus("failed", outcome, JobMessage.of(JobCode.FAILED, reason=reason))
        noted = self._read_process()
        if ended is OutcomeState.STOPPED or (noted and noted.stop_requested):
            return JobStatus("stopped", outcome)
        return JobStatus("stopped", outcome, JobMessage.of(JobCode.INTERRUPTED))

    def _read_process(self) -> ProcessRecord | None:
        """The note of the process. `None`: there is none, or it is damaged."""
        try:
            return validate(ProcessRecord, read_checked(self._process))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            logger.warning("%s is damaged and left out (%s)", self._process, error)
            return None

    def _write_process(self, record: ProcessRecord) -> None:
        write_checked(self._process, record.model_dump_json(), RunError)
