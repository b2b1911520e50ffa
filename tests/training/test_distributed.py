"""Two processes with half a batch each train like one with the whole."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from conftest import give_codec, tiny_flags, tiny_latents
from filelock import FileLock

from riffsmith.corpus import Corpus
from riffsmith.runs import RunFolder, create_run
from riffsmith.runs.checkpoint import checkpoint_paths, read_checkpoint

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_torchrun_at_a_time() -> Iterator[None]:
    """Two that start together may choose the same port."""
    with FileLock(Path(tempfile.gettempdir()) / "riffsmith-torchrun.lock"):
        yield


TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


def begin(run: RunFolder, corpus: Corpus, **training: str) -> None:
    settings = tiny_latents(
        batch_size="16",
        precision="float32",
        learning_rate="1e-3",
        discriminator_learning_rate="2e-4",
        flow_matching_steps="2",
        **training,
    )
    give_codec(run, settings)
    create_run(run, corpus, settings, "latent", seed=3)


def command(corpus: Corpus, run: RunFolder, *torchrun: str) -> list[str]:
    program = [sys.executable, *torchrun, "-m", "riffsmith"]
    return [*program, "train", str(corpus.path), str(run.path), "--resume"]


def call(arguments: list[str]) -> None:
    """Runs a command; where it fails, what it said is in the failure."""
    found = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def losses(run: RunFolder) -> list[tuple[float, float]]:
    lines = run.read_metrics("log")
    return [
        (float(str(line.get("discriminator_loss", 0))), float(str(line["generator_loss"])))
        for line in lines
    ]


def test_two_processes_give_the_losses_of_one(latent_corpus: Corpus, tmp_path: Path):
    alone, both = RunFolder(tmp_path / "alone"), RunFolder(tmp_path / "both")
    for run, torchrun in ((alone, ()), (both, TORCHRUN)):
        begin(run, latent_corpus, steps="12")
        call(command(latent_corpus, run, *torchrun))
    assert len(losses(alone)) == 4
    for one, two in zip(losses(alone), losses(both), strict=True):
        assert one == pytest.approx(two, rel=1e-3)
    assert losses(alone)[-1][0] > 0  # the adversarial phase was reached
    one, two = (
        read_checkpoint(checkpoint_paths(run.checkpoints)[-1]).tensors for run in (alone, both)
    )
    for name, weight in one.items():
        assert torch.allclose(weight, two[name], atol=2e-3), name


def test_a_stopped_process_group_goes_on(latent_corpus: Corpus, tmp_path: Path):
    run = RunFolder(tmp_path / "run")
    begin(run, latent_corpus, steps="100000")
    process = subprocess.Popen(
        command(latent_corpus, run, *TORCHRUN), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 120
        while not run.read_metrics("log") and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    finally:
        process.kill()
    stopped = checkpoint_paths(run.checkpoints)
    assert stopped  # written on the way out
    step = int(stopped[-1].stem.removeprefix("step-"))
    again = command(latent_corpus, run, *TORCHRUN)
    lines = step // 3 + 2  # a line of the log every three steps
    call([*again, "--steps", str(3 * lines)])
    assert len(losses(run)) == lines


def test_pictures_are_trained_by_one_process(corpus: Corpus, tmp_path: Path):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    program = [sys.executable, *TORCHRUN, "-m", "riffsmith", "train", str(corpus.path)]
    found = subprocess.run(
        [*program, str(tmp_path / "run"), *tiny_flags()],
        capture_output=True,
        env=environment,
        text=True,
        check=False,
    )
    assert found.returncode != 0
    assert "2 processes found, and preset report trains in one" in found.stderr
