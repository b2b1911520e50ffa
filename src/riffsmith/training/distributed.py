"""Several processes that train one run, each with its part of every batch.

The main process (rank 0) alone runs the loop, monitors the run and writes. The workers follow its
commands. Losses are those of one process with the whole batch, up to rounding. The minibatch
standard deviation of the discriminator needs four examples of each network per process.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import IntEnum
from typing import Any

import torch
from safetensors.torch import load, save
from torch import Tensor, distributed, nn

from riffsmith.errors import RunError, SettingsError
from riffsmith.training.state import TrainingState

_TIMEOUT = timedelta(hours=12)
"""Workers wait this long while the main process prepares a corpus or measures a snapshot."""
_OF_TORCHRUN = ("RANK", "MASTER_ADDR", "MASTER_PORT")
"""What `torchrun` sets in the environment beside `WORLD_SIZE`."""
_UNSET_OR_TORCHRUN = (
    "unset WORLD_SIZE to train with one process, or start several with torchrun, as docs/guide.md "
    "describes"
)


class Command(IntEnum):
    """What the main process orders the workers to do."""

    STOP = 0
    STEP = 1
    COPY_STATE = 2
    """Take over the main process's state."""


class ProcessGroup:
    """The processes of a training. This base class is the group of a single process."""

    rank = 0
    size = 1

    @property
    def is_main(self) -> bool:
        """Whether this process runs the loop and writes."""
        return self.rank == 0

    def local_part(self, whole: Tensor) -> Tensor:
        """This process's rows of a whole batch."""
        return whole.chunk(self.size)[self.rank]

    def average_gradients(self, network: nn.Module) -> None:
        """Replaces the gradients of every process by their mean."""

    def mean(self, values: list[float]) -> list[float]:
        """Mean of each value over the processes."""
        return values

    def broadcast(self, command: Command) -> None:
        """Sends a command from the main process to the workers."""

    def receive(self) -> Command:
        """Waits, in a worker, for a command of the main process.

        Raises:
            RunError: The main process has ended without one.
        """
        return Command.STOP

    def copy_state(self, state: TrainingState[Any, Any]) -> None:
        """Gives every process the main process's networks, optimisers and position."""


class TorchProcessGroup(ProcessGroup):
    """The processes that `torchrun` started."""

    def __init__(self) -> None:
        self.rank, self.size = distributed.get_rank(), distributed.get_world_size()

    def average_gradients(self, network: nn.Module) -> None:
        found = [weight.grad for weight in network.parameters() if weight.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in found])
        distributed.all_reduce(flat)
        flat /= self.size
        for gradient, mean in zip(found, flat.split([item.numel() for item in found]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def mean(self, values: list[float]) -> list[float]:
        total = torch.tensor(values, dtype=torch.float64)
        distributed.all_reduce(total)
        return (total / self.size).tolist()

    def broadcast(self, command: Command) -> None:
        distributed.broadcast(torch.tensor([int(command)]), 0)
        if command == Command.STOP:
            distributed.barrier()  # no connection may close while another process still listens

    def receive(self) -> Command:
        received = torch.tensor([0])
        try:
            distributed.broadcast(received, 0)
        except RuntimeError as cause:  # the connection is lost
            raise RunError(
                "the main process of the training has ended: its own message says why"
            ) from cause
        command = Command(int(received))
        if command == Command.STOP:
            distributed.barrier()
        return command

    def copy_state(self, state: TrainingState[Any, Any]) -> None:
        content = save(state.tensors()) if self.is_main else b""
        header = torch.tensor([len(content), state.step, state.rollbacks])
        distributed.broadcast(header, 0)
        size, state.step, state.rollbacks = header.tolist()
        table = torch.frombuffer(bytearray(content or size), dtype=torch.uint8)
        distributed.broadcast(table, 0)
        if not self.is_main:
            state.load_tensors(load(table.numpy().tobytes()))


@contextmanager
def open_process_group() -> Iterator[ProcessGroup]:
    """The group that this process belongs to: a single process unless `torchrun` started it.

    Raises:
        SettingsError: The environment names a group that cannot be joined.
    """
    if _read_size() == 1:
        yield ProcessGroup()
        return
    _check_address()
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("gloo", timeout=_TIMEOUT)
    try:
        yield TorchProcessGroup()
    finally:
        distributed.destroy_process_group()


def _read_size() -> int:
    """Number of processes that the environment names.

    Raises:
        SettingsError: It is no number, or what else `torchrun` sets is missing.
    """
    size = os.environ.get("WORLD_SIZE") or "1"
    if not size.isdecimal() or int(size) < 1:
        raise SettingsError(
            f"WORLD_SIZE must be a number of processes from 1 on, found {size!r}: "
            f"{_UNSET_OR_TORCHRUN}"
        )
    missing = [name for name in _OF_TORCHRUN if not os.environ.get(name)]
    if int(size) > 1 and missing:
        raise SettingsError(
            f"WORLD_SIZE is {size}, but {', '.join(missing)} {'is' if len(missing) == 1 else 'are'}"
            f" not set: {_UNSET_OR_TORCHRUN}"
        )
    return int(size)


def _check_address() -> None:
    """Refuses an unknown address of the main process, which would be waited for without end.

    Raises:
        SettingsError: The address cannot be resolved.
    """
    address = os.environ["MASTER_ADDR"]
    try:
        socket.getaddrinfo(address, None)
    except OSError as cause:
        raise SettingsError(
            f"the name of the main process's computer, {address!r}, is unknown "
            f"({cause.strerror}): add --local-addr 127.0.0.1 to the options of torchrun, or the "
            "address of that computer where several computers train"
        ) from cause
