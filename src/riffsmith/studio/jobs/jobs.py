"""The trainings of a studio."""

import logging
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Thread

import psutil

from riffsmith.corpus import is_corpus
from riffsmith.errors import RiffsmithError, RunError
from riffsmith.files import explain, remove
from riffsmith.studio.command import command_line, kill_group, start
from riffsmith.studio.errors import ConflictError, NotFoundError
from riffsmith.studio.home import Home
from riffsmith.studio.jobs.extension import extend
from riffsmith.studio.jobs.folder import JobFolder, JobRecord
from riffsmith.studio.jobs.schemas import Job, JobRequest
from riffsmith.studio.jobs.view import view_job
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.recordings.sources import Sources

logger = logging.getLogger(__name__)
Start = Callable[[Sequence[str], Path], "subprocess.Popen[str]"]


class Jobs:
    """Trainings: each is a process and a folder, and nothing is kept in memory.

    One lock keeps two requests from starting, stopping or reading trainings at the same time.
    """

    def __init__(self, home: Home, sources: Sources, most: int = 1, start: Start = start) -> None:
        """Takes up the trainings below the home folder, running ones among them.

        Args:
            home: Folder that runs are kept in.
            sources: Recordings to train on.
            most: Number of trainings that may run at once.
            start: Starts a command whose output goes to a file.
        """
        self._home, self._sources, self._most, self._start = home, sources, most, start
        self._lock = Lock()

    def all(self) -> list[Job]:
        """Every training, the newest first; damaged ones are left out and logged."""
        found: list[tuple[str, Job]] = []
        with self._lock:
            for folder in map(JobFolder, self._home.runs.iterdir()):
                if folder.exists():
                    try:
                        found.append((folder.read_record().created, view_job(folder)))
                    except RiffsmithError as error:
                        logger.warning("training %s is left out: %s", folder.name, error)
        return [job for _, job in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def by_source(self) -> dict[str, list[JobFolder]]:
        """The trainings of each source; damaged ones, which `all` logs, are left out."""
        found: dict[str, list[JobFolder]] = {}
        with self._lock:
            for folder in map(JobFolder, self._home.runs.iterdir()):
                with suppress(RiffsmithError):
                    if folder.exists():
                        found.setdefault(folder.read_record().source, []).append(folder)
        return found

    def get(self, name: str) -> Job:
        """One training.

        Raises:
            NotFoundError: There is no training of that name.
        """
        with self._lock:
            return view_job(self.folder(name))

    def folder(self, name: str) -> JobFolder:
        """The folder of a training.

        Raises:
            NotFoundError: There is no training of that name.
        """
        folder = JobFolder(self._home.runs / name)
        if not folder.exists():
            raise NotFoundError(ProblemCode.NO_JOB, name=name)
        return folder

    def begin(self, request: JobRequest) -> Job:
        """Starts a training.

        Args:
            request: Its name, its recordings and its length.

        Raises:
            ConflictError: There is a run of that name, or another training is running.
            NotFoundError: There is no such source.
        """
        folder = JobFolder(self._home.runs / request.name)
        with self._lock, self._sources.open(request.source):
            if folder.path.exists():
                raise ConflictError(ProblemCode.RUN_EXISTS, name=request.name)
            self._refuse_more()
            hold_out = request.hold_out
            record = JobRecord(
                source=request.source,
                minutes=request.minutes,
                preset=request.preset,
                hold_out=None if hold_out is None else tuple(hold_out),
                credit=request.credit,
                created=datetime.now(UTC).isoformat(timespec="microseconds"),
            )
            try:
                folder.write_record(record)
                self._launch(folder)
            except BaseException:  # as where the disk is full: the name stays free
                remove(folder.path)
                raise
        return self.get(request.name)

    def resume(self, name: str, minutes: float | None = None) -> Job:
        """Resumes a training that was stopped, or trains a finished one for longer.

        Args:
            name: Name of the training.
            minutes: How much longer a finished training is trained. `None`: a stopped one goes on
                to its end.

        Raises:
            ConflictError: It runs, it is finished and no minutes are given or the monitor ended it,
                it is not finished and minutes are given, or another training is running.
            NotFoundError: There is no training of that name, or its source is gone.
            RunError: Its run is damaged, or of an older version.
        """
        with self._lock:
            folder = self.folder(name)
            state = folder.status().state
            if state == "running":
                raise ConflictError(ProblemCode.JOB_RUNS, name=name)
            if state == "finished" and minutes is None:
                raise ConflictError(ProblemCode.JOB_FINISHED, name=name)
            if state != "finished" and minutes is not None:
                raise ConflictError(ProblemCode.JOB_NOT_FINISHED, name=name)
            if folder.run.exists():
                folder.run.read_record()  # a run of an older version cannot go on
            self._refuse_more()
            if minutes is not None:
                extend(folder, minutes)
            self._launch(folder)
        return self.get(name)

    def stop(self, name: str) -> Job:
        """Asks a training to write a checkpoint and end; it takes a few seconds.

        Raises:
            ConflictError: It does not run.
            NotFoundError: There is no training of that name.
        """
        with self._lock:
            folder = self.folder(name)
            process = folder.process()
            if process is None:
                is_running = folder.is_running()  # on another computer
                code = ProblemCode.JOB_IN_USE if is_running else ProblemCode.JOB_NOT_RUNNING
                raise ConflictError(code, name=name)
            folder.note_stop()
            with suppress(psutil.NoSuchProcess):  # it may just have ended by itself
                process.terminate()
        return self.get(name)

    def rename(self, name: str, new: str) -> Job:
        """Gives a training another name. Clips of its model keep the old one.

        Raises:
            ConflictError: It is in use, or there is a run of the new name.
            NotFoundError: There is no training of that name.
        """
        with self._lock:
            folder, target = self._unused(name), self._home.runs / new
            if target.exists():
                raise ConflictError(ProblemCode.RUN_EXISTS, name=new)
            folder.path.rename(target)
        return self.get(new)

    def delete(self, name: str) -> None:
        """Deletes a training with its model.

        Raises:
            ConflictError: It is in use.
            NotFoundError: There is no training of that name.
        """
        with self._lock:
            scratch = self._home.scratch_file("")  # a half-removed folder would block the name
            self._unused(name).path.rename(scratch)
        remove(scratch)

    def _unused(self, name: str) -> JobFolder:
        folder = self.folder(name)
        if folder.is_in_use():
            raise ConflictError(ProblemCode.JOB_IN_USE, name=name)
        return folder

    def _launch(self, folder: JobFolder) -> None:
        record = folder.read_record()
        with self._sources.open(record.source) as source:
            words = ["train", source, folder.path, "--resume", "--preset", record.preset]
            if not is_corpus(source):
                words += ["--name", folder.name]
                words += [f"--hold-out={name}" for name in record.names_to_hold_out()]
            if record.credit is not None:
                words += [f"--credit={record.credit}"]
            if record.minutes is not None:
                words += ["--minutes", f"{record.minutes:g}"]
            folder.forget_outcome()
            try:
                process = self._start(command_line(*words), folder.log)
            except OSError as cause:
                raise RunError(explain(cause, f"starting training {folder.name!r}")) from cause
        Thread(target=process.wait, daemon=True).start()  # or the system would list it for ever
        try:
            folder.note_process(process.pid)
        except RiffsmithError:  # nobody would know that it runs
            kill_group(process)
            process.wait()
            raise

    def _refuse_more(self) -> None:
        folders = [JobFolder(path) for path in self._home.runs.iterdir()]
        running = [folder.name for folder in folders if folder.is_running()]
        if len(running) >= self._most:
            names = ", ".join(running)
            raise ConflictError(ProblemCode.OTHER_JOB_RUNS, name=names, most=self._most)
