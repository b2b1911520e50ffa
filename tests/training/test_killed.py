"""A run that is killed at random moments ends like one that never was.

Its learning rate is so high that the watch rolls it back and softens it on the way.
"""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import tiny_flags

from riffsmith.corpus import Corpus
from riffsmith.runs import RunFolder
from riffsmith.runs.checkpoint import checkpoint_paths

pytestmark = pytest.mark.slow

EPOCHS = "150"
SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGKILL)


def command(corpus: Corpus, run: Path) -> list[str]:
    flags = tiny_flags(preview_every_epochs="20", monitor_every_steps="30", learning_rate="1.0")
    return [
        *(sys.executable, "-m", "riffsmith", "train", str(corpus.path), str(run)),
        *("--resume", "--epochs", EPOCHS, "--seed", "1", *flags),
    ]


def progress(run: RunFolder) -> int:
    paths = checkpoint_paths(run.checkpoints)
    return int(paths[-1].stem.removeprefix("step-")) if paths else 0


def test_a_killed_run_ends_bit_identical(corpus: Corpus, tmp_path: Path):
    whole, killed = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "killed")
    subprocess.run(command(corpus, whole.path), check=True, capture_output=True)

    moments = random.Random(0)
    kills = 0
    for number in SIGNALS:
        before = progress(killed)
        process = subprocess.Popen(
            command(corpus, killed.path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        while process.poll() is None and progress(killed) == before:
            time.sleep(0.005)  # it is stepping now
        time.sleep(moments.uniform(0, 0.4))
        if process.poll() is not None:
            assert process.returncode == 0, process.stderr and process.stderr.read()
            break  # it was faster than the killer
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        kills += 1
        if number == signal.SIGINT and process.returncode:
            assert process.returncode == 130, errors
            assert b"Traceback" not in errors
    assert kills >= 2, "the run ended before it could be killed: give it more epochs"
    subprocess.run(command(corpus, killed.path), check=True, capture_output=True)

    assert checkpoint_paths(killed.checkpoints)[-1].read_bytes() == (
        checkpoint_paths(whole.checkpoints)[-1].read_bytes()
    )
    last = int(EPOCHS)
    weights = [
        (run.snapshot(last) / "generator.safetensors").read_bytes() for run in (whole, killed)
    ]
    assert weights[0] == weights[1]
    assert killed.preview(last, ".flac").read_bytes() == whole.preview(last, ".flac").read_bytes()
    timed = ("seconds", "data_seconds", "other_seconds")
    lines = [
        [{key: line[key] for key in line if key not in timed} for line in r.read_metrics()]
        for r in (whole, killed)
    ]
    assert lines[0] == lines[1]
    assert whole.read_metrics("rollback")
    assert not whole.read_metrics("stop")
