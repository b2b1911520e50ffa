"""Threads for work that computes; torch releases the interpreter while it does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TypeVar

from riffsmith.parallel import build_pool, count_cores
from riffsmith.studio.turns import MOST_WAITING, Turns

Result = TypeVar("Result")


class Pools:
    """A pool of threads for each kind of work, so that long work does not keep listeners waiting.

    playing      samples that a listener waits for
    opening      pieces that are begun
    changing     changes of controls
    ahead        samples that will be pulled next
    rendering    clips that are generated or kept; `Turns` says which of them compute
    shelving     clips: converting, drawing
    checking     comparisons of clips with real music, and the notes of clips, one after the other
    waiting      threads that wait for a process beside the server
    reading      reading and writing of small files
    """

    def __init__(self) -> None:
        cores = count_cores()
        self.playing = build_pool(max(2, cores), "playing")
        self.changing = build_pool(max(2, cores // 2), "changing")
        self.ahead = build_pool(max(1, cores // 2), "ahead")
        self.opening = build_pool(2, "opening")
        self.turns = Turns(max(1, cores // 2))
        self.rendering = build_pool(max(1, cores // 2) + MOST_WAITING + 1, "rendering")
        self.shelving = build_pool(1, "shelving")
        self.checking = build_pool(1, "checking")
        self.waiting = build_pool(4, "waiting")
        self.reading = build_pool(4, "reading")

    async def run(self, pool: Executor, function: Callable[..., Result], *values: object) -> Result:
        """Runs a function in a pool and returns its result; the server goes on meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(pool, function, *values)

    def close(self) -> None:
        """Ends the threads once the work that has begun is done; the rest is dropped."""
        self.turns.close()
        pools = [pool for pool in vars(self).values() if isinstance(pool, ThreadPoolExecutor)]
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in pools:
            pool.shutdown(wait=True)
