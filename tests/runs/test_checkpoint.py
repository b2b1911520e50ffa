"""Checkpoints on disk, without a training."""

import json
from hashlib import blake2b
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

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
    return Checkpoint(
        step, 1, {"seconds": 2.5}, {"generator.weight": torch.full((2, 3), float(step))}
    )


def test_a_checkpoint_comes_back(tmp_path: Path):
    found = read_checkpoint(write_checkpoint(tmp_path, state(7)))
    assert (found.step, found.rollbacks, found.sums) == (7, 1, {"seconds": 2.5})
    assert torch.equal(found.tensors["generator.weight"], torch.full((2, 3), 7.0))


def test_tensors_are_packed_without_loss(tmp_path: Path):
    torch.manual_seed(1)
    weights = torch.randn(40, 50, 3)
    tensors = {
        "generator.weight": weights.transpose(0, 1),
        "averaged_generator.weight": (weights * 1.001).transpose(0, 1),
        "generator.seen": torch.tensor(3),
        "generator_optimizer.0.step": torch.tensor(2.0),
        "generator_optimizer.0.exp_avg": weights.bfloat16().float(),
        "discriminator.odd": torch.tensor([0.0, -0.0, torch.inf, -torch.inf, 1e-45, torch.nan]),
    }
    references = {"averaged_generator.weight": "generator.weight"}
    path = write_checkpoint(tmp_path, Checkpoint(1, 0, {}, tensors, references))
    found = read_checkpoint(path)
    assert found.references == references
    assert found.tensors.keys() == tensors.keys()
    for key, tensor in tensors.items():
        assert found.tensors[key].dtype == tensor.dtype
        assert found.tensors[key].shape == tensor.shape
        assert found.tensors[key].numpy().tobytes() == tensor.contiguous().numpy().tobytes()
    # 4 bytes a weight become about 3.4, 2.6 for the averaged one and 1.7 for the rounded moment
    assert path.stat().st_size < 0.68 * 3 * 4 * weights.numel()


def test_a_checkpoint_of_the_first_version_is_read(tmp_path: Path):
    tensors = {"generator.weight": torch.arange(6.0).reshape(2, 3)}
    record = {"version": 1, "step": 4, "rollbacks": 0, "sums": {}, "hash": digest(tensors)}
    path = tmp_path / "step-000000004.safetensors"
    save_file(tensors, path, {"riffsmith": json.dumps(record)})
    found = read_latest(tmp_path)
    assert found is not None
    assert torch.equal(found.tensors["generator.weight"], tensors["generator.weight"])


def digest(tensors: dict[str, torch.Tensor]) -> str:
    found = blake2b(digest_size=16)
    for key in sorted(tensors):
        found.update(key.encode() + tensors[key].numpy().tobytes())
    return found.hexdigest()


def test_the_newest_is_kept_with_the_best_one_that_it_needs(tmp_path: Path):
    for step in (2, 4, 6):
        write_best_checkpoint(tmp_path, state(step))
        write_checkpoint(tmp_path, state(step + 1))
    write_best_checkpoint(tmp_path, state(8))
    assert [path.stem for path in checkpoint_paths(tmp_path)] == ["step-000000007"]
    # a run that is resumed at step 7 may go back to step 6, and forgets step 8
    assert [path.stem for path in best_checkpoint_paths(tmp_path)] == [
        "best-000000006",
        "best-000000008",
    ]
    forget_best_checkpoints_after(tmp_path, 7)
    best = read_best_checkpoint(tmp_path)
    assert best is not None
    assert best.step == 6


@pytest.mark.parametrize("harm", [b"nothing", b"", None])
def test_a_damaged_one_is_an_error(tmp_path: Path, harm: bytes | None):
    assert read_latest(tmp_path) is None
    newest = write_checkpoint(tmp_path, state(3))
    content = newest.read_bytes()
    newest.write_bytes(content[:-1] + b"\x7f" if harm is None else harm)
    with pytest.raises(RunError, match=r"used \(step-000000003\S* is damaged .*start a new"):
        read_latest(tmp_path)


def test_another_count_or_a_missing_hash_is_damage(tmp_path: Path):
    path = write_checkpoint(tmp_path, state(3))
    whole = path.read_bytes()
    for written, damaged in ((b'"step\\": 3', b'"step\\": 4'), (b'"hash', b'"hush')):
        changed = whole.replace(written, damaged)
        assert changed != whole
        path.write_bytes(changed)
        with pytest.raises(RunError, match=r"step-000000003\S* is damaged"):
            read_checkpoint(path)
