"""Tensor work spread over threads, one for each core."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_on_cores(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """The function of every item, in order.

    Each item is worked on by one thread alone: threads that share every small operation wait for
    each other, and on a busy machine that takes several times the time of the work itself.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(function, items))
    finally:
        torch.set_num_threads(threads)
