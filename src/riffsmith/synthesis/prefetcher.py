"""Something that is made a little ahead of whoever uses it up."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from threading import Condition, Thread
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Prefetcher(Iterator[Item], Generic[Item]):
    """The items of an iterable in their order, made by a thread of its own.

    The thread waits while as many items are ready as it may be ahead. An error in making them is
    raised where it belongs in the order. Use it in a `with`, which ends the thread.
    """

    def __init__(self, items: Iterable[Item], limit: int) -> None:
        """Begins at once.

        Args:
            items: Used by the thread alone from here on.
            limit: Items that may be ready, besides the one that is being made.
        """
        if limit < 1:
            raise ValueError(f"at least one item must be allowed to be ready, found {limit}")
        self._items, self._limit = items, limit
        self._ready: deque[Item] = deque()
        self._changed = Condition()
        self._closed = self._ended = False
        self._error: BaseException | None = None
        self._thread = Thread(target=self._make, name="ahead", daemon=True)
        self._thread.start()

    def __next__(self) -> Item:
        """Waits for the next item, if it is not there yet."""
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
        """Items that can be had without waiting."""
        with self._changed:
            return len(self._ready)

    def close(self) -> None:
        """Drops what is ready and ends the thread, after the item that it is at."""
        with self._changed:
            self._closed = True
            self._ready.clear()
            self._changed.notify_all()
        self._thread.join()

    def __enter__(self) -> "Prefetcher[Item]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _make(self) -> None:
        try:
            for item in self._items:
                if not self._hand_over(item):
                    break
        except BaseException as error:  # whatever it is, the reader gets it
            self._error = error
        if isinstance(self._items, Generator):
            self._items.close()  # what it has begun ends here, and not when the process does
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _hand_over(self, item: Item) -> bool:
        """Waits for room; whether anybody still wants items."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._ready) < self._limit)
            if not self._closed:
                self._ready.append(item)
                self._changed.notify_all()
            return not self._closed
