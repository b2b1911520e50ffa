"""Riffsmith's own commands in processes beside the server.

Work that decodes files of strangers, or computes for long, runs in such a process: it may take its
time or crash, and the server goes on.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event
from typing import IO

import psutil

from riffsmith.files import hide_folders
from riffsmith.studio.errors import StudioError, TooLargeError
from riffsmith.studio.messages import ProblemCode

_NICE = 10
_LOOK_SECONDS = 0.25
MOST_OUTPUT = 32 * 2**20
"""Size in bytes of the output of a command, above which it is ended."""
_ENVIRONMENT = {"PYTHONUNBUFFERED": "1"}


def command_line(*words: str | float | Path, module: str = "riffsmith") -> list[str]:
    """The words of a command: `riffsmith …`, or another module, with this interpreter.

    Modules of the current folder are not imported (`-P`): it may hold a `numpy.py`. Paths are made
    absolute, because the command runs in another folder.
    """
    there = (os.path.abspath(word) if isinstance(word, Path) else str(word) for word in words)  # noqa: PTH100
    return [sys.executable, "-P", "-m", module, *there]


def _environment() -> dict[str, str]:
    """The environment of a child: as the server's, without relative folders of modules."""
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    absolute = [os.path.abspath(folder) for folder in folders if folder]  # noqa: PTH100
    return {**os.environ, **_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(absolute)}


def start(
    words: Sequence[str], log: Path | None = None, output: IO[str] | None = None
) -> "subprocess.Popen[str]":
    """Starts a process in a group of its own, with a lower priority than the server's.

    It runs in the folder of this Python installation, where nobody leaves modules or settings of
    libraries by chance.

    Args:
        words: The command.
        log: File that its output and its errors are added to. `None`: the errors can be read from
            the process.
        output: Open file that its output is written to, without `log`. `None`: the output, too, can
            be read from the process.
    """
    with nullcontext() if log is None else log.open("a") as file:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=file or output or subprocess.PIPE,
            stderr=file or subprocess.PIPE,
            text=True,
            errors="replace",
            env=_environment(),
            cwd=sys.prefix,
            start_new_session=True,
        )
    try:
        psutil.Process(process.pid).nice(_NICE)
    except (psutil.Error, OSError, ValueError):  # it has ended, or this system has no such number
        return process
    return process


def run_command(
    *words: str | float | Path,
    limit_seconds: float,
    module: str = "riffsmith",
    left: Event | None = None,
) -> str:
    """Runs a command and returns its output.

    Args:
        *words: Words of the command.
        limit_seconds: Time in seconds after which the process is ended.
        module: Module that is run.
        left: Set when nobody asks for the result any longer; the process is ended then.

    Raises:
        StudioError: It failed, with its own words; or it took longer than allowed, wrote more, or
            nobody asks any longer.
    """
    with TemporaryFile("w+", errors="replace") as output:
        process = start(command_line(*words, module=module), output=output)
        try:
            err = _watch(process, output, limit_seconds, left)
        except BaseException:
            kill_group(process)
            process.communicate()
            raise
        output.seek(0)
        return _result(process.returncode, output.read(), err)


def _watch(
    process: "subprocess.Popen[str]",
    output: IO[str],
    limit_seconds: float,
    left: Event | None,
) -> str:
    """Waits for a process, and returns what it wrote to its standard error.

    Raises:
        StudioError: It took longer than allowed, wrote more, or nobody asks any longer.
    """
    end, err = time.monotonic() + limit_seconds, None
    while err is None:
        if left is not None and left.is_set():
            raise StudioError(ProblemCode.LISTENER_LEFT)
        try:
            err = process.communicate(timeout=_LOOK_SECONDS)[1]
        except subprocess.TimeoutExpired as cause:
            if time.monotonic() > end:
                minutes = limit_seconds / 60
                raise StudioError(ProblemCode.COMMAND_TOO_SLOW, minutes=minutes) from cause
        if os.fstat(output.fileno()).st_size > MOST_OUTPUT:
            raise TooLargeError(ProblemCode.ANSWER_TOO_LARGE, megabytes=MOST_OUTPUT // 2**20)
    return err


def _result(code: int, out: str, err: str) -> str:
    """The output of a command that has ended.

    Raises:
        StudioError: It failed.
    """
    if code:
        reason = last_words(err)
        if reason is None:
            raise StudioError(ProblemCode.COMMAND_ENDED)
        raise StudioError(ProblemCode.COMMAND_FAILED, reason=hide_folders(reason))
    return out


def kill_group(process: "subprocess.Popen[str]") -> None:
    """Ends a process that `start` made, with all processes that it has started."""
    try:
        there = psutil.Process(process.pid)
        for each in [*there.children(recursive=True), there]:
            each.kill()
    except psutil.NoSuchProcess:
        return


def last_words(text: str) -> str | None:
    """The error message that a command of Riffsmith ended with. `None`: it printed none."""
    errors = [line for line in text.splitlines() if line.startswith("riffsmith: ")]
    return errors[-1].removeprefix("riffsmith: ") if errors else None
