"""Training states on disk: written whole, packed without loss, checked when read.

The newest state is kept, and the *best checkpoint*: the networks of the newest snapshot that the
monitor marked as the best, which a rollback goes back to.
"""

import json
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from riffsmith.errors import RunError
from riffsmith.files import atomic_path, dump_checked, parse_checked, remove
from riffsmith.runs.packing import pack, unpack

CHECKPOINT_VERSION = 2
_EARLIER_VERSION = 1  # has no packed tensors
_METADATA = "riffsmith"  # a single key: the order of several is not stable in the format


@dataclass(frozen=True)
class Checkpoint:
    """Everything that changes while a run is trained."""

    step: int
    rollbacks: int
    sums: dict[str, float]
    """Metrics added up since the last line of the log."""
    tensors: dict[str, Tensor]
    """Networks and optimisers under dotted names, on the CPU."""
    references: dict[str, str] = field(default_factory=dict)
    """Tensors that are nearly equal to another one, with the name of that one. They are stored as
    differences."""


def checkpoint_paths(folder: Path) -> list[Path]:
    """Regular checkpoints of a run, oldest first."""
    return sorted(folder.glob("step-*.safetensors"))


def best_checkpoint_paths(folder: Path) -> list[Path]:
    """Best checkpoints of a run, oldest first."""
    return sorted(folder.glob("best-*.safetensors"))


def step_of_file(path: Path) -> int:
    """The step in the name of a checkpoint."""
    return int(path.stem.rpartition("-")[2])


def write_checkpoint(folder: Path, state: Checkpoint) -> Path:
    """Writes a checkpoint, and removes the one before it and best checkpoints that are out of use.

    A run that is killed here finds either checkpoint, or both.

    Raises:
        RunError: Writing failed; the earlier checkpoint is untouched.
    """
    path = _write(folder / f"step-{state.step:09d}.safetensors", state)
    remove_old_checkpoints(folder)
    return path


def remove_old_checkpoints(folder: Path) -> None:
    """Removes all checkpoints but the newest, and all best checkpoints but the newest.

    A run that was killed before it had done this does it when it goes on.
    """
    for old in (*checkpoint_paths(folder)[:-1], *best_checkpoint_paths(folder)[:-1]):
        remove(old)


def write_best_checkpoint(folder: Path, state: Checkpoint) -> Path:
    """Writes the state at a snapshot that was marked as the best.

    Raises:
        RunError: Writing failed; earlier ones are untouched.
    """
    return _write(folder / f"best-{state.step:09d}.safetensors", state)


def read_best_checkpoint(folder: Path) -> Checkpoint | None:
    """Reads the newest undamaged best checkpoint. `None`: there is none."""
    for path in reversed(best_checkpoint_paths(folder)):
        try:
            return read_checkpoint(path)
        except RunError:
            continue  # an older one, or the start of the run, serves as well
    return None


def forget_best_checkpoints_after(folder: Path, step: int) -> None:
    """Removes best checkpoints beyond a step, which a resumed run will write again."""
    for path in best_checkpoint_paths(folder):
        if step_of_file(path) > step:
            remove(path)


def _write(path: Path, state: Checkpoint) -> Path:
    tensors, references = state.tensors, state.references
    shapes = {key: list(one.shape) for key, one in tensors.items() if one.dtype == torch.float32}
    record = {
        "version": CHECKPOINT_VERSION,
        "step": state.step,
        "rollbacks": state.rollbacks,
        "sums": state.sums,
        "hash": _digest(tensors),
        "packed": shapes,
        "references": references,
    }
    packed = {
        key: pack(tensors[key], tensors[references[key]] if key in references else None)
        for key in shapes
    }
    # The order of keys says nothing, so they are sorted.
    text = dump_checked(json.dumps(record, sort_keys=True)).decode()
    content = save({**tensors, **packed}, metadata={_METADATA: text})
    with atomic_path(path, RunError) as partial:
        partial.write_bytes(content)
    return path


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads and checks one checkpoint. No code in it is run.

    Raises:
        RunError: It is damaged or of another version.
    """
    if not path.is_file():
        raise RunError(f"{path.name} is damaged (it is no regular file)")
    try:
        with safe_open(path, framework="pt") as file:
            record = parse_checked(file.metadata()[_METADATA].encode())
            version, expected = record["version"], record["hash"]
            counts = record["step"], record["rollbacks"], record["sums"]
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as cause:
        raise RunError(f"{path.name} is damaged ({cause})") from cause
    if version not in (_EARLIER_VERSION, CHECKPOINT_VERSION):
        raise RunError(
            f"{path.name} has checkpoint format {version}, "
            f"this Riffsmith reads {_EARLIER_VERSION} and {CHECKPOINT_VERSION}"
        )
    shapes, references = record.get("packed", {}), record.get("references", {})
    try:
        for key in sorted(shapes, key=lambda key: key in references):  # references come first
            reference = tensors[references[key]] if key in references else None
            tensors[key] = unpack(tensors[key], shapes[key], reference)
    except (ValueError, KeyError, RuntimeError) as cause:
        raise RunError(f"{path.name} is damaged ({cause})") from cause
    if _digest(tensors) != expected:
        raise RunError(f"{path.name} is damaged (its content does not match its hash)")
    return Checkpoint(*counts, tensors, references)


def read_latest(folder: Path) -> Checkpoint | None:
    """Reads the newest checkpoint. `None`: there is none yet.

    Raises:
        RunError: It is damaged or of another version.
    """
    paths = checkpoint_paths(folder)
    if not paths:
        return None
    try:
        return read_checkpoint(paths[-1])
    except RunError as cause:
        raise RunError(
            f"the run cannot go on, as its checkpoint cannot be used ({cause}): start a new run; "
            "the snapshots of this one can still be played"
        ) from cause


def _digest(tensors: dict[str, Tensor]) -> str:
    digest = blake2b(digest_size=16)
    for key in sorted(tensors):
        digest.update(key.encode())
        digest.update(tensors[key].contiguous().flatten().numpy().data)
    return digest.hexdigest()
