"""Checkpoints on disk, without a training."""

from pathlib import Path

import pytest
import torch

from riffsmith.errors import RunError
from riffsmith.runs.checkpoint import (
    Checkpoint,
    best_checkpoint_paths,
    checkpoint_paths,
    forget_best_checkpoints_after,
    read_best_checkpoint,
    read_checkpoint,
    read_latest,
    write_best_checkpoint,
    write_checkpoint,
)


def state(step: int) -> Checkpoint:
    return Checkpoint(step, 1, {"seconds": 2.5}, {"generator.weight": torch.full((2, 3), step)})


def test_a_checkpoint_comes_back(tmp_path: Path):
    found = read_checkpoint(write_checkpoint(tmp_path, state(7)))
    assert (found.step, found.rollbacks, found.sums) == (7, 1, {"seconds": 2.5})
    assert torch.equal(found.tensors["generator.weight"], torch.full((2, 3), 7))


def test_the_last_two_are_kept_with_the_best_ones_that_they_need(tmp_path: Path):
    for step in (2, 4, 6):
        write_best_checkpoint(tmp_path, state(step))
    for step in (3, 5, 7):
        write_checkpoint(tmp_path, state(step))
    assert [path.stem for path in checkpoint_paths(tmp_path)] == [
        "step-000000005",
        "step-000000007",
    ]
    # a run resumed at step 5 may go back to step 4, one resumed at step 7 to step 6
    assert [path.stem for path in best_checkpoint_paths(tmp_path)] == [
        "best-000000004",
        "best-000000006",
    ]
    forget_best_checkpoints_after(tmp_path, 5)
    best = read_best_checkpoint(tmp_path)
    assert best is not None
    assert best.step == 4


def test_a_damaged_one_is_named_and_passed_over(tmp_path: Path):
    write_checkpoint(tmp_path, state(3))
    newest = write_checkpoint(tmp_path, state(5))
    newest.write_bytes(newest.read_bytes()[:-1] + b"\x7f")
    found, complaints = read_latest(tmp_path)
    assert found is not None
    assert found.step == 3
    assert complaints == [
        "step-000000005.safetensors is damaged (its content does not match its hash)"
    ]
    assert newest.with_suffix(".damaged").is_file()


def test_without_an_undamaged_one_it_is_an_error(tmp_path: Path):
    assert read_latest(tmp_path) == (None, [])
    write_checkpoint(tmp_path, state(3)).write_bytes(b"nothing")
    with pytest.raises(RunError, match=r"no checkpoint in .* can be used .*: start a new run"):
        read_latest(tmp_path)
