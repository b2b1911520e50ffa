"""Training states on disk: written whole, checked when read, the last two kept.

Beside them lie *best checkpoints*, the states at snapshots that the monitor marked as the best. A
rollback goes back to the newest of them. One stays as long as a run that is resumed from a kept
checkpoint may still need it.
"""

import json
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from riffsmith.errors import RunError
from riffsmith.files import atomic_path, remove

CHECKPOINT_VERSION = 1
KEPT = 2
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
    """Writes a checkpoint, and removes those that are no longer needed.

    The last two stay, and the best checkpoints that a run resumed from them may need.

    Raises:
        RunError: Writing failed; earlier checkpoints are untouched.
    """
    path = _write(folder / f"step-{state.step:09d}.safetensors", state)
    for old in checkpoint_paths(folder)[:-KEPT]:
        remove(old)
    oldest = step_of_file(checkpoint_paths(folder)[0])
    for old in [path for path in best_checkpoint_paths(folder) if step_of_file(path) <= oldest][
        :-1
    ]:
        remove(old)
    return path


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
    record = {
        "version": CHECKPOINT_VERSION,
        "step": state.step,
        "rollbacks": state.rollbacks,
        "sums": state.sums,
        "hash": _digest(state.tensors),
    }
    with atomic_path(path, RunError) as partial:
        partial.write_bytes(save(state.tensors, metadata={_METADATA: json.dumps(record)}))
    return path


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads and checks one checkpoint. No code in it is run.

    Raises:
        RunError: It is damaged or of another version.
    """
    try:
        with safe_open(path, framework="pt") as file:
            record = json.loads(file.metadata()[_METADATA])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as cause:
        raise RunError(f"{path.name} is damaged ({cause})") from cause
    if record.get("version") != CHECKPOINT_VERSION:
        raise RunError(
            f"{path.name} has checkpoint format {record.get('version')}, "
            f"this Riffsmith reads {CHECKPOINT_VERSION}"
        )
    if _digest(tensors) != record["hash"]:
        raise RunError(f"{path.name} is damaged (its content does not match its hash)")
    rollbacks = record["rollbacks"]
    return Checkpoint(record["step"], rollbacks, record["sums"], tensors)


def read_latest(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """Reads the newest undamaged checkpoint.

    Returns:
        The checkpoint (`None`: there is none yet), and what is wrong with newer ones.

    Raises:
        RunError: There are checkpoints, and all are damaged.
    """
    complaints: list[str] = []
    damaged: list[Path] = []
    for path in reversed(checkpoint_paths(folder)):
        try:
            found = read_checkpoint(path)
        except RunError as error:
            complaints.append(str(error))
            damaged.append(path)
            continue
        for (
            path_of_damaged
        ) in damaged:  # out of the way, so that it does not count among those kept
            path_of_damaged.replace(path_of_damaged.with_suffix(".damaged"))
        return found, complaints
    if complaints:
        raise RunError(
            f"no checkpoint in {folder} can be used ({'; '.join(complaints)}): start a new run"
        )
    return None, complaints


def _digest(tensors: dict[str, Tensor]) -> str:
    digest = blake2b(digest_size=16)
    for key in sorted(tensors):
        digest.update(key.encode())
        digest.update(tensors[key].contiguous().flatten().numpy().data)
    return digest.hexdigest()
