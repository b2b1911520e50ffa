"""Threads for what computes: torch releases the interpreter while it does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from riffsmith.parallel import build_pool, count_cores

Result = TypeVar("Result")


class Pools:
    """A pool for each kind of work, so that long work does not keep listeners waiting."""

    def __init__(self) -> None:
        cores = count_cores()
        self.playing = build_pool(max(2, cores), "playing")
        self.turning = build_pool(max(2, cores // 2), "turning")
        self.ahead = build_pool(max(1, cores // 2), "ahead")
        self.generating = build_pool(max(1, cores // 2), "generating")
        self.shelving = build_pool(1, "shelving")
        self.checking = build_pool(1, "checking")
        self.waiting = build_pool(4, "waiting")
        """For subprocesses."""
        self.reading = build_pool(4, "reading")
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
