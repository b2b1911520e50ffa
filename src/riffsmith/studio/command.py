"""Riffsmith's own commands in processes beside the server.

Work that decodes files of strangers, or computes for long, runs in such a process: it may take its
time or crash, and the server goes on.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from riffsmith.files import hide_folders
from riffsmith.studio.errors import StudioError
from riffsmith.studio.messages import ProblemCode

_NICE = 10
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


def start(words: Sequence[str], log: Path | None = None) -> "subprocess.Popen[str]":
    """Starts a process in a group of its own, with a lower priority than the server's.

    It runs in the folder of this Python installation, where nobody leaves modules or settings of
    libraries by chance.

    Args:
        words: The command.
        log: File that its output is added to. `None`: the output can be read from the process.
    """
    environment = _environment()
    if log is None:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
            cwd=sys.prefix,
            start_new_session=True,
        )
    else:
        with log.open("a") as file:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                text=True,
                env=environment,
                cwd=sys.prefix,
                start_new_session=True,
            )
    try:
        psutil.Process(process.pid).nice(_NICE)
    except (psutil.Error, OSError, ValueError):  # it has ended, or this system has no such number
        return process
    return process


def run_command(*words: str | float | Path, limit_seconds: float, module: str = "riffsmith") -> str:
    """Runs a command and returns its output.

    Raises:
        StudioError: It failed, with its own words, or took longer than allowed.
    """
    process = start(command_line(*words, module=module))
    try:
        out, err = process.communicate(timeout=limit_seconds)
    except subprocess.TimeoutExpired as cause:
        kill_group(process)
        process.communicate()
        raise StudioError(ProblemCode.COMMAND_TOO_SLOW, minutes=limit_seconds / 60) from cause
    if process.returncode:
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
