"""How work is spread over the processor's cores: the package's one policy for threads.

Independent pieces of work go to single-threaded workers side by side (`map_ordered`). They never
wait for each other, so a busy machine slows them down only by what it takes away, and each piece
is computed with one thread, so that results do not depend on the number of cores.

An operation that has to be split, such as a training step, uses OpenMP threads. By default these
spin while they wait for each other; a thread that another process has displaced then makes all
others burn their time, and work beside a busy process takes many times as long as with one thread.
`wait_passively` therefore asks OpenMP to let waiting threads sleep.

The module imports torch inside its functions, because OpenMP reads its settings once, when torch is
loaded.
"""

import os
import sys
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Owner = TypeVar("Owner")

_PASSIVE = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}
"""The second name is for the OpenMP of LLVM and Intel, which some builds of torch use."""
_USER_SETTINGS = (*_PASSIVE, "GOMP_SPINCOUNT")
_setting_threads = Lock()
_may_spin = False


class Closable(ABC):
    """An object with threads or files of its own, which the end of a `with` statement ends."""

    @abstractmethod
    def close(self) -> None:
        """Ends the threads, closes the files."""

    def __enter__(self: Owner) -> Owner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def wait_passively() -> None:
    """Makes the OpenMP threads of torch sleep while they wait, unless the user has set otherwise.

    The package calls this when it is imported. Where torch was loaded before, the setting comes too
    late, and `count_split_threads` is 1.
    """
    global _may_spin
    if any(name in os.environ for name in _USER_SETTINGS):
        return
    if "torch" in sys.modules:
        _may_spin = True
    else:
        os.environ.update(_PASSIVE)


def count_cores() -> int:
    """The number of cores that this process may run on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def count_workers() -> int:
    """The number of workers for independent work that the calling thread starts.

    It is the thread's number of torch threads, and so follows `OMP_NUM_THREADS` and
    `torch.set_num_threads`; a worker itself starts no others.
    """
    import torch

    return max(1, min(count_cores(), torch.get_num_threads()))


def count_split_threads() -> int:
    """The number of threads for an operation that has to be split: 1 where threads may spin."""
    return 1 if _may_spin else count_workers()


@contextmanager
def use_threads(count: int) -> Iterator[None]:
    """Computes with so many torch threads in the calling thread; restores the number at the end."""
    import torch

    before = torch.get_num_threads()
    _set_own_threads(count)
    try:
        yield
    finally:
        _set_own_threads(before)


@contextmanager
def single_threaded() -> Iterator[None]:
    """Computes with one torch thread; may decorate a function."""
    with use_threads(1):
        yield


def build_pool(workers: int, name: str = "worker") -> ThreadPoolExecutor:
    """A pool of threads that compute with one torch thread each."""
    return ThreadPoolExecutor(workers, name, _set_own_threads, (1,))


def map_ordered(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int | None = None,
    look_ahead: int | None = None,
) -> Generator[Result, None, None]:
    """The function of every item, computed by several workers and yielded in the items' order.

    An error is raised where its item's result would have been; items after it may have begun and
    are waited for. Work begins with the first `next`.

    Args:
        function: Called in the workers' threads, with one torch thread each.
        items: Read by the calling thread, never further ahead than `look_ahead`.
        workers: Number of threads. `None`: `count_workers()`.
        look_ahead: Number of items that may be begun or finished beside the one that is waited
            for, which bounds the memory. `None`: two for each worker.
    """
    count = workers or count_workers()
    if count == 1:
        for item in items:
            with single_threaded():
                result = function(item)
            yield result
        return
    limit = 2 * count if look_ahead is None else look_ahead
    pool = build_pool(count)
    begun: deque[Future[Result]] = deque()
    try:
        for item in items:
            begun.append(pool.submit(function, item))
            if len(begun) > limit:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class SharedResults(Generic[Result]):
    """Results by number, each computed once, by the first thread that asks for it.

    Other threads that ask for it meanwhile wait. The newest few are kept.
    """

    def __init__(self, limit: int) -> None:
        """An empty store.

        Args:
            limit: Number of results that are kept.
        """
        self._limit = limit
        self._lock = Lock()
        self._found: dict[int, Future[Result]] = {}

    def __len__(self) -> int:
        return len(self._found)

    def get(self, number: int, compute: Callable[[int], Result]) -> Result:
        """The result of a number, computed if it is not there yet."""
        with self._lock:
            found = self._found.get(number)
            is_missing = found is None
            if found is None:
                while len(self._found) >= self._limit:
                    del self._found[next(iter(self._found))]
                found = self._found[number] = Future()
        if is_missing:
            try:
                found.set_result(compute(number))
            except BaseException as error:  # whoever waits gets it; whoever asks later tries again
                with self._lock:
                    self._found.pop(number, None)
                found.set_exception(error)
        return found.result()

    def only(self, numbers: range) -> "SharedResults[Result]":
        """A store of its own that begins with those of these numbers that are there."""
        part = SharedResults[Result](self._limit)
        with self._lock:
            part._found = {key: found for key, found in self._found.items() if key in numbers}
        return part


def _set_own_threads(count: int) -> None:
    """Sets the calling thread's number of torch threads and nothing else.

    `torch.set_num_threads` also sets the number that threads get which are new to torch. Such a
    thread reads that number before and restores it after.
    """
    import torch

    if torch.get_num_threads() == count:
        return
    was_read, was_set = Event(), Event()

    def keep_default() -> None:
        default = torch.get_num_threads()
        was_read.set()
        was_set.wait()
        torch.set_num_threads(default)

    with _setting_threads:
        keeper = Thread(target=keep_default)
        keeper.start()
        was_read.wait()
        torch.set_num_threads(count)
        was_set.set()
        keeper.join()
