"""Threads for what computes: torch releases the interpreter while it does."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

import torch

Result = TypeVar("Result")


class Pools:
    """A pool for each kind of work, so that long work does not keep listeners waiting."""

    def __init__(self) -> None:
        cores = os.cpu_count() or 1
        self.playing = _pool("playing", max(2, cores))
        self.turning = _pool("turning", max(2, cores // 2))
        self.ahead = _pool("ahead", max(1, cores // 2))
        self.generating = _pool("generating", max(1, cores // 2))
        self.shelving = _pool("shelving", 1)
        self.checking = _pool("checking", 1)
        self.waiting = _pool("waiting", 4)
        """For subprocesses."""
        self.reading = _pool("reading", 4)
        """And writing of files: nothing that takes long."""

    async def run(self, pool: Executor, function: Callable[..., Result], *values: object) -> Result:
        """The function's result, without keeping the server waiting."""
        return await asyncio.get_running_loop().run_in_executor(pool, function, *values)

    def close(self) -> None:
        """Ends after what is being done."""
        pools = [pool for pool in vars(self).values() if isinstance(pool, ThreadPoolExecutor)]
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in pools:
            pool.shutdown(wait=True)


def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, name, torch.set_num_threads, (1,))
