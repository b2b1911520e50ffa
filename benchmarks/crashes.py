"""Commands that are killed, or whose disk fails: the same command then ends as if nothing had been.

A tiny model is trained, plays and is exported once undisturbed, while `strace` lists the system
calls that change files. Then the same is done again and again, and disturbed: by SIGKILL at a
random time, by SIGKILL before a system call of that list, or by an error in the place of such a
call. In the end the command runs undisturbed, and has to leave the same files, bit for bit. Times
and dates are left out of the comparison. It needs Linux; `robustness.py` prints what came of it.
"""

import errno
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count as count_up, cycle
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory

from row import Row
from tiny_run import SETTINGS, write_songs

from riffsmith.errors import RunError
from riffsmith.runs import OutcomeState, RunFolder, read_outcome
from riffsmith.runs.outcome import Stage

KILLED = -signal.SIGKILL
COMMANDS = ("train", "generate", "export")
TURNS = ("train", "generate", "export", "generate")
"""What is killed, in turn."""
KILLS_OF_ONE = {"train": 3, "generate": 1, "export": 1}
"""Kills before a command may end."""
STEPS = {"steps": 4, "checkpoint_every_steps": 2, "preview_every_steps": 4}
CALLS = "mkdir mkdirat write pwrite64 fsync rename renameat renameat2 unlink unlinkat".split()
ERRORS = (
    ("train", "mkdir", "run", errno.ENOSPC),
    ("train", "write", "corpus/shards", errno.ENOSPC),
    ("train", "fsync", "corpus/shards", errno.EIO),
    ("train", "write", "codec.safetensors", errno.EDQUOT),
    ("train", "write", "metrics.jsonl", errno.ENOSPC),
    ("train", "write", "checkpoints", errno.ENOSPC),
    ("train", "rename", "checkpoints", errno.EIO),
    ("train", "fsync", "snapshots", errno.EIO),
    ("train", "write", "previews", errno.ENOSPC),
    ("generate", "write", "clip.wav", errno.EDQUOT),
    ("export", "rename", "model.ts", errno.EROFS),
)
"""Command, system call, a part of the path, and the error that the call ends in."""
IMPORTED = ["crashes", "riffsmith.pipeline.training", "riffsmith.export", "torch._dynamo"]
"""What is imported once for all commands, which takes longer than they do."""
DATES = {"created", "checksum"}
TIMES = {"seconds", "data_seconds", "other_seconds"}
"""Entries that no two runs share."""
PARTS = {
    "corpus": "preparing",
    "codec.safetensors": "fitting",
    "piano_roll.safetensors": "fitting",
    "checkpoints": "checkpoint",
    "snapshots": "preview",
    "previews": "preview",
    "clip.wav": "generating",
    "model.ts": "exporting",
}
"""What a training, or another command, does that changes files of these names."""


@dataclass(frozen=True)
class Call:
    """A system call that changes a file."""

    name: str
    number: int
    """Its number among the calls of its name and thread, from 1."""
    path: str
    """The file, in the folder that the command writes into."""

    @property
    def stage(self) -> str:
        """What the command does there."""
        return next((PARTS[name] for name in PARTS if name in self.path), "training")


@dataclass(frozen=True)
class Ending:
    """How a command ended."""

    code: int
    last_words: str


class Lab:
    """Folders of commands that may be disturbed, and the results of undisturbed ones."""

    def __init__(self, folder: Path, random_numbers: random.Random) -> None:
        self.random = random_numbers
        self.has_strace = is_strace_usable()
        self._folder = folder
        self._numbers = count_up()
        self._songs = write_songs(folder / "songs")
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(IMPORTED)
        first = self._context.Process(target=int)
        first.start()
        first.join()  # everything is imported now, so that times are those of the commands
        self.whole, self.seconds = dict[str, dict[str, object]](), dict[str, float]()
        self.calls = dict[str, list[Call]]()
        for command in COMMANDS:
            self._run_undisturbed(command)

    def _run_undisturbed(self, command: str) -> None:
        place = self._folder / f"whole-{command}"
        place.mkdir()
        trace = place.with_suffix(".trace")
        began = time.perf_counter()
        ending = self.run(command, place, ["-o", str(trace)] if self.has_strace else ())
        self.seconds[command] = time.perf_counter() - began
        if ending.code:
            raise RuntimeError(f"{command} failed before anything disturbed it: {ending}")
        self.whole[command] = read_results(place)
        self.calls[command] = read_calls(trace, place) if self.has_strace else []

    @contextmanager
    def new_place(self) -> Iterator[Path]:
        """A folder for the results of one command."""
        place = self._folder / f"trial-{next(self._numbers)}"
        place.mkdir()
        yield place
        shutil.rmtree(place)

    def run(
        self,
        command: str,
        place: Path,
        strace: Sequence[str] = (),
        kill_after: float | None = None,
    ) -> Ending:
        """Runs a command.

        Args:
            command: One of `COMMANDS`.
            place: Folder of its results.
            strace: Options of the `strace` that watches it. Empty: none does.
            kill_after: Seconds after which it is killed. `None`: never.
        """
        may_begin, log = self._context.Event(), place.with_suffix(".log")
        log.touch()
        words = self._words(command, place)
        process = self._context.Process(target=run_command, args=(may_begin, words, log))
        process.start()
        watching = attach(process.pid, strace) if strace else None
        may_begin.set()
        process.join(kill_after)
        process.kill()
        process.join()
        if watching:
            watching.communicate()
        assert process.exitcode is not None
        return Ending(process.exitcode, log.read_text().strip())

    def _words(self, command: str, place: Path) -> list[str]:
        model = str(self._folder / "whole-train" / "run")
        match command:
            case "train":
                settings = {**SETTINGS, "training": SETTINGS["training"] | STEPS}
                flags = [
                    f"--config.{section}.{key}={value}"
                    for section, values in settings.items()
                    for key, value in values.items()
                ]
                begin = ["--resume", "--from-scratch", "--workers=1"]
                return ["train", str(self._songs), str(place / "run"), *begin, *flags]
            case "generate":
                return ["generate", model, str(place / "clip.wav"), "--seconds=3", "--seed=1"]
            case _:
                return ["export", model, str(place / "model.ts"), "--format=torchscript"]

    def compare(self, command: str, place: Path) -> list[str]:
        """Lets a command end undisturbed; returns what is not as if it always had been."""
        ending = self.run(command, place)
        if ending.code:
            return [f"{command} could not go on: {ending.last_words[-300:]}"]
        found, expected = read_results(place), self.whole[command]
        names = sorted(found.keys() | expected.keys())
        return [
            f"{command}: {name} is not what an undisturbed command leaves"
            for name in names
            if found.get(name) != expected.get(name)
        ]

    def pick_call(self, command: str) -> Call:
        """A system call of a random stage."""
        stages = sorted({call.stage for call in self.calls[command]})
        stage = self.random.choice(stages)
        return self.random.choice([call for call in self.calls[command] if call.stage == stage])


def kill_commands(count: int) -> Row:
    """Kills commands, half of them before system calls where `strace` can be used."""
    row, stages, before_calls = Row("killed commands, then ended"), Counter[str](), 0
    with TemporaryDirectory() as name:
        lab, commands = Lab(Path(name), random.Random(0)), cycle(TURNS)
        while row.done < count:
            command = next(commands)
            with lab.new_place() as place:
                for _ in range(min(KILLS_OF_ONE[command], count - row.done)):
                    is_before_call = lab.has_strace and row.done % 2 == 1
                    ending, stage = kill_once(lab, command, place, is_before_call)
                    if ending.code != KILLED:  # it had ended before
                        if ending.code:
                            row.wrong.append(f"{command} failed: {ending.last_words[-300:]}")
                        break
                    row.done += 1
                    stages[stage] += 1
                    before_calls += is_before_call
                row.wrong += lab.compare(command, place)
    how = f"{before_calls} of them before a system call" if lab.has_strace else "no strace here"
    row.remark = ", ".join([how, *(f"{stage} {number}" for stage, number in stages.items())])
    return row


def kill_once(lab: Lab, command: str, place: Path, is_before_call: bool) -> tuple[Ending, str]:
    """Kills a command before a system call, or at a random time; returns what it did then, too."""
    if is_before_call:
        call = lab.pick_call(command)
        inject = f"inject={call.name}:signal=KILL:when={call.number}"
        return lab.run(command, place, ["-e", inject]), call.stage
    moment = lab.random.uniform(0, lab.seconds[command])
    ending = lab.run(command, place, kill_after=moment)
    return ending, find_stage(command, place)


def fail_disks(count: int) -> Row:
    """Lets system calls of commands end in errors of the disk."""
    row = Row("errors of the disk, then ended")
    if not is_strace_usable():
        row.remark = "not done: strace is not installed, or may not watch processes here"
        row.wrong.append(row.remark)
        return row
    with TemporaryDirectory() as name:
        lab = Lab(Path(name), random.Random(0))
        for number in range(count):
            command, call_name, part, code = ERRORS[number % len(ERRORS)]
            calls = [c for c in lab.calls[command] if c.name == call_name and part in c.path]
            call = lab.random.choice(calls)
            inject = f"inject={call.name}:error={errno.errorcode[code]}:when={call.number}"
            with lab.new_place() as place:
                ending = lab.run(command, place, ["-e", inject])
                if not is_plain(ending, code):
                    row.wrong.append(
                        f"{command}, {errno.errorcode[code]} of {call.name} of {call.path}: "
                        f"it ended with {ending.code} and {ending.last_words[-300:]!r}"
                    )
                row.done += 1
                row.wrong += lab.compare(command, place)
    row.remark = "each ended with a plain message"
    return row


def is_plain(ending: Ending, code: int) -> bool:
    """Whether a command failed with the reason in one line that says what to do.

    The library that writes audio files does not tell the system's reason.
    """
    last = ending.last_words.rpartition("\n")[2]
    reasons = (f"failed ({text}): " for text in (os.strerror(code).lower(), "system error"))
    is_explained = last.startswith("riffsmith: ") and any(reason in last for reason in reasons)
    return ending.code == 1 and is_explained and "Traceback" not in ending.last_words


def find_stage(command: str, place: Path) -> str:
    """What a command did when it was killed."""
    if command != "train":
        return {"generate": "generating", "export": "exporting"}[command]
    try:
        outcome = read_outcome(RunFolder(place / "run"))
    except RunError as error:
        return f"outcome lost: {error}"
    if outcome is None or outcome.stage is Stage.RECORDINGS:
        return "preparing"
    return "fitting" if outcome.state is OutcomeState.PREPARING else "training"


def run_command(may_begin: Event, words: Sequence[str], log: Path) -> None:
    """Runs in a child: the command, whose output and errors go into a file."""
    from riffsmith.cli.app import main

    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    may_begin.wait()
    main(words)


def attach(pid: int | None, options: Sequence[str]) -> "subprocess.Popen[str]":
    """Lets `strace` watch a process; returns when it does."""
    trace = ",".join(f"?{name}" for name in CALLS)
    command = ["strace", "-f", "-y", "-s0", "-e", f"trace={trace}", *options, "-p", str(pid)]
    watching = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert watching.stderr is not None
    line = watching.stderr.readline()
    assert "attached" in line, line
    return watching


def is_strace_usable() -> bool:
    """Whether `strace` is installed, and may watch processes here."""
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen(["sleep", "1"]) as process:
        words = ["strace", "-o", os.devnull, "-p", str(process.pid)]
        return "attached" in subprocess.run(words, capture_output=True, text=True).stderr


def read_calls(trace: Path, place: Path) -> list[Call]:
    """The calls of a trace that change files of a folder.

    Those that failed undisturbed are left out, such as to make a folder that is there.
    """
    numbers, calls = Counter[tuple[str, str]](), list[Call]()
    for line in trace.read_text().splitlines():
        if found := re.match(r"(\d+) +(\w+)\(", line):
            thread, name = found.groups()
            numbers[thread, name] += 1
            paths = re.findall(rf"{re.escape(str(place))}/([^\">]+)", line)
            if paths and " = -1 " not in line:
                calls.append(Call(name, numbers[thread, name], paths[-1]))
    return calls


def read_results(place: Path) -> dict[str, object]:
    """All files of a folder by their path, without dates and times."""
    return {
        str(path.relative_to(place)): read_result(path)
        for path in place.rglob("*")
        if path.is_file()
    }


def read_result(path: Path) -> object:
    content = path.read_bytes()
    if path.suffix == ".jsonl":
        return [without(json.loads(line), DATES | TIMES) for line in content.splitlines()]
    if path.suffix == ".json":
        return without(json.loads(content), DATES)
    return blake2b(content).digest()


def without(values: dict[str, object], names: set[str]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in names}
