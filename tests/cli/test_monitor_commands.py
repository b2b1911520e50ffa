"""What the monitor changes for `train`, `generate` and whoever opens a run."""

from pathlib import Path

import pytest
from conftest import tiny_flags
from test_commands import Shell, shell

from riffsmith.corpus import Corpus
from riffsmith.pipeline.models import open_model
from riffsmith.runs import RunFolder

pytestmark = pytest.mark.slow

__all__ = ["shell"]


@pytest.fixture
def run(shell: Shell, corpus: Corpus, tmp_path: Path) -> RunFolder:
    """A finished run with snapshots of epochs 0, 2 and 4."""
    folder = RunFolder(tmp_path / "run")
    shell("train", corpus.path, folder.path, *tiny_flags())
    return folder


def mark(run: RunFolder, number: int, distance: float | None) -> None:
    line = {"snapshot": number, "step": number * 3}
    run.append_metrics({"event": "check", **line, "distance": distance})
    run.append_metrics({"event": "best", **line})


def test_generate_plays_the_best_and_says_why(shell: Shell, run: RunFolder, tmp_path: Path):
    out = tmp_path / "a.wav"
    asked = ("generate", run.path, out, "--seconds", "1", "--seed", "0")
    shell(*asked)
    assert "epoch 4 of" in shell.err
    assert "the newest snapshot, as the monitor has marked none" in shell.err
    mark(run, 0, None)
    shell(*asked)
    assert "the newest healthy snapshot; no distance to real music was measured" in shell.err
    mark(run, 2, 3.14159)
    shell(*asked)
    assert "epoch 2 of" in shell.err
    assert "the snapshot nearest to real music (distance 3.14)" in shell.err
    best = out.read_bytes()
    shell(*asked, "--snapshot", "4")
    assert "epoch" not in shell.err
    assert out.read_bytes() != best
    assert open_model(str(run.path)).card.snapshot == 2
    assert open_model(str(run.path), 4).card.snapshot == 4


def test_the_monitor_can_be_turned_off_and_on(shell: Shell, corpus: Corpus, tmp_path: Path):
    run = RunFolder(tmp_path / "run")
    flags = tiny_flags(monitor_every_steps="2")
    shell("train", corpus.path, run.path, "--monitor", "off", *flags)
    assert not run.read_metrics("check")
    assert run.read_record().settings.training.monitor is False
    again = ("train", corpus.path, run.path, "--resume", *flags)
    shell(*again, "--epochs", "5")
    assert not run.read_metrics("check")  # it stays as it was
    shell(*again, "--epochs", "6", "--monitor", "on")
    assert [line["step"] for line in run.read_metrics("check")] == [16, 18]
    shell(*again, "--epochs", "7", "--config.training.monitor", "false")
    assert run.read_record().settings.training.monitor is False
    shell(*again, "--monitor", "perhaps", code=1)
    assert "perhaps" in shell.err


def test_a_dry_run_shows_the_monitor(shell: Shell, corpus: Corpus, tmp_path: Path):
    out = shell("train", corpus.path, tmp_path / "run", "--dry-run", "--monitor", "off")
    assert "training.monitor = False" in out
