"""Riffsmith's own commands in processes beside the server.

What decodes files that strangers have sent, or computes for long, runs there: it may take its time
or die without the server noticing.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from riffsmith.studio.errors import StudioError

_NICE = 10
_ENVIRONMENT = {"PYTHONUNBUFFERED": "1"}


def command_line(*words: str | float | Path, module: str = "riffsmith") -> list[str]:
    """`riffsmith …` with this interpreter, or another module."""
    return [sys.executable, "-m", module, *map(str, words)]


def start(words: Sequence[str], log: Path | None = None) -> "subprocess.Popen[str]":
    """Starts a process of its own group, below the server's priority.

    Args:
        words: The command.
        log: File that gets what it prints; none: it is caught.
    """
    environment = {**os.environ, **_ENVIRONMENT}
    if log is None:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=environment,
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
                start_new_session=True,
            )
    try:
        psutil.Process(process.pid).nice(_NICE)
    except (psutil.Error, OSError, ValueError):  # it has ended, or this system has no such number
        return process
    return process


def run_command(*words: str | float | Path, limit_seconds: float, module: str = "riffsmith") -> str:
    """What a command prints.

    Raises:
        StudioError: It failed, with its own words, or took longer than allowed.
    """
    process = start(command_line(*words, module=module))
    try:
        out, err = process.communicate(timeout=limit_seconds)
    except subprocess.TimeoutExpired as cause:
        kill_group(process)
        process.communicate()
        raise StudioError(
            f"this took longer than {limit_seconds / 60:g} minutes and was ended: try less at once"
        ) from cause
    if process.returncode:
        raise StudioError(last_words(err) or "the command ended without a word: try again")
    return out


def kill_group(process: "subprocess.Popen[str]") -> None:
    """Ends a process that `start` made, with all that it has started."""
    try:
        there = psutil.Process(process.pid)
        for each in [*there.children(recursive=True), there]:
            each.kill()
    except psutil.NoSuchProcess:
        return


def last_words(text: str) -> str | None:
    """The error that a command of Riffsmith ended with."""
    told = [line for line in text.splitlines() if line.startswith("riffsmith: ")]
    return told[-1].removeprefix("riffsmith: ") if told else None
