"""Several processes that train one run: each takes its part of every batch.

The process of rank 0 leads: it alone runs the loop, looks after the run's health and writes. The
others follow its orders. Losses are those of one process with the whole batch, as far as rounding
goes; a minibatch deviation needs four examples of each network in a process.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import IntEnum

import torch
from safetensors.torch import load, save
from torch import Tensor, distributed, nn

from riffsmith.training.state import TrainingState

_PATIENCE = timedelta(hours=12)
"""Others wait so long while the leader prepares a corpus or listens to a snapshot."""


class Order(IntEnum):
    """What the leader tells the others to do."""

    STOP = 0
    STEP = 1
    COPY = 2
    """Take over the leader's state."""


class ProcessGroup:
    """The processes; by itself a crew of one, which does nothing more."""

    rank = 0
    size = 1

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def share(self, whole: Tensor) -> Tensor:
        """This process's part of the rows."""
        return whole.chunk(self.size)[self.rank]

    def average_gradients(self, network: nn.Module) -> None:
        """Gives every process the mean of all gradients."""

    def mean(self, values: list[float]) -> list[float]:
        """Mean of each value over the processes."""
        return values

    def give(self, order: Order) -> None:
        """As the leader: tells the others."""

    def take(self) -> Order:
        """As another: waits for the leader."""
        return Order.STOP

    def copy_state(self, state: TrainingState) -> None:
        """Gives every process the leader's networks, optimisers and position."""


class TorchProcessGroup(ProcessGroup):
    """As `torchrun` starts them."""

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

    def give(self, order: Order) -> None:
        distributed.broadcast(torch.tensor([int(order)]), 0)
        if order == Order.STOP:
            distributed.barrier()  # no connection is closed while another still listens

    def take(self) -> Order:
        told = torch.tensor([0])
        distributed.broadcast(told, 0)
        order = Order(int(told))
        if order == Order.STOP:
            distributed.barrier()
        return order

    def copy_state(self, state: TrainingState) -> None:
        content = save(state.tensors()) if self.is_main else b""
        told = torch.tensor([len(content), state.step, state.rollbacks])
        distributed.broadcast(told, 0)
        size, state.step, state.rollbacks = told.tolist()
        table = torch.frombuffer(bytearray(content or size), dtype=torch.uint8)
        distributed.broadcast(table, 0)
        if not self.is_main:
            state.load_tensors(load(table.numpy().tobytes()))


@contextmanager
def open_process_group() -> Iterator[ProcessGroup]:
    """The crew that this process belongs to: alone, unless `torchrun` says otherwise."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield ProcessGroup()
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("gloo", timeout=_PATIENCE)
    try:
        yield TorchProcessGroup()
    finally:
        distributed.destroy_process_group()
