"""Turns at computing clips: short ones first, and long ones let them in between their pieces."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from threading import Condition

from riffsmith.studio.errors import BusyError, StudioError
from riffsmith.studio.messages import ProblemCode

MOST_WAITING = 24
"""Number of clips that wait for their turn."""
GiveWay = Callable[[], None]
"""Called between two pieces of work; it returns when the work may go on."""
_Ticket = tuple[float, int]
"""When work is due, and its number."""


class Turns:
    """Says which of several threads may compute: the shortest clips go first.

    Work is due as many seconds after it was asked for as its music lasts, and what is due first has
    its turn (earliest deadline first). So three seconds hardly wait for ten minutes, which in turn
    wait ten minutes at most for newer work.
    """

    def __init__(self, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins without any work.

        Args:
            at_once: Number of threads that may compute at the same time.
            clock: Time in seconds.
        """
        self._at_once, self._clock = at_once, clock
        self._changed = Condition()
        self._waiting: list[_Ticket] = []
        self._running = 0
        self._numbers = count()
        self._is_closed = False

    @contextmanager
    def take(self, seconds: float) -> Iterator[GiveWay]:
        """Waits for a turn, which lasts as long as the `with` statement.

        Args:
            seconds: Length of the music.

        Raises:
            BusyError: As many clips are waiting as are allowed to.
            StudioError: The studio is being closed.
        """
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                raise BusyError(ProblemCode.TOO_MANY_CLIPS, most=MOST_WAITING)
            ticket = (self._clock() + seconds, next(self._numbers))
            self._enter(ticket)
        try:
            yield lambda: self._give_way(ticket)
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Ends all work at its next piece."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _give_way(self, ticket: _Ticket) -> None:
        """Lets work in that is due earlier."""
        with self._changed:
            if self._is_closed or (self._waiting and self._waiting[0] < ticket):
                self._running -= 1
                self._changed.notify_all()
                try:
                    self._enter(ticket)
                except StudioError:
                    self._running += 1  # `take` ends the turn
                    raise

    def _enter(self, ticket: _Ticket) -> None:
        """Waits until work has its turn."""
        heappush(self._waiting, ticket)
        self._changed.wait_for(
            lambda: (
                self._is_closed or (self._running < self._at_once and self._waiting[0] == ticket)
            )
        )
        if self._is_closed:
            raise StudioError(ProblemCode.CLOSING)
        heappop(self._waiting)
        self._running += 1
        self._changed.notify_all()
