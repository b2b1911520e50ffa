"""Prefetcher: computes the next items of an iterable in a thread."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from threading import Condition, Thread
from typing import Generic, TypeVar

from riffsmith.parallel import Closable

Item = TypeVar("Item")


class Prefetcher(Iterator[Item], Closable, Generic[Item]):
    """The items of an iterable in their order, computed in advance by a thread.

    The thread waits while `limit` items are ready. An error of the iterable is raised in place of
    the item that caused it. Use a prefetcher in a `with` statement, which ends the thread.
    """

    def __init__(self, items: Iterable[Item], limit: int) -> None:
        """Starts the thread.

        Args:
            items: Iterable that from now on only the thread uses.
            limit: Items that may be ready, besides the one that is being computed.

        Raises:
            ValueError: The limit is below 1.
        """
        if limit < 1:
            raise ValueError(f"at least one item must be allowed to be ready, found {limit}")
        self._items, self._limit = items, limit
        self._ready: deque[Item] = deque()
        self._changed = Condition()
        self._closed = self._ended = False
        self._error: BaseException | None = None
        self._thread = Thread(target=self._produce, name="prefetcher", daemon=True)
        self._thread.start()

    def __next__(self) -> Item:
        """The next item; waits until it is ready."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._ended or self._closed)
            if self._ready and not self._closed:
                item = self._ready.popleft()
                self._changed.notify_all()
                return item
            error, self._error = self._error, None
        if error is not None:
            raise error
        raise StopIteration

    @property
    def ready(self) -> int:
        """Number of items that are ready."""
        with self._changed:
            return len(self._ready)

    def close(self) -> None:
        """Drops all ready items and ends the thread, after the item that it is computing."""
        with self._changed:
            self._closed = True
            self._ready.clear()
            self._changed.notify_all()
        self._thread.join()

    def _produce(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    break
        except BaseException as error:  # is raised again in the reader's thread
            self._error = error
        if isinstance(self._items, Generator):
            self._items.close()  # what it has begun ends here, and not when the process does
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _put(self, item: Item) -> bool:
        """Waits until fewer than `limit` items are ready; returns whether to go on."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._ready) < self._limit)
            if not self._closed:
                self._ready.append(item)
                self._changed.notify_all()
            return not self._closed
