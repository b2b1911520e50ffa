"""The players of all listeners."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Lock

from riffsmith.studio.errors import BusyError, NotFoundError
from riffsmith.studio.home import new_key
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.playback.player import Player

MOST_PLAYERS = 16
MOST_PULLS = 32
"""Number of pulls of a player that wait at the same time."""
IDLE_SECONDS = 600.0
_SPARE_SECONDS = 60.0
"""A player that was unused for so long may have to make way for a new one."""


class Line:
    """The pulls of a player that have to be computed, one after the other.

    So they take one thread at a time, and other listeners do not wait for all of them.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._length = 0

    @asynccontextmanager
    async def wait(self) -> AsyncIterator[None]:
        """Waits for the pulls before this one.

        Raises:
            BusyError: As many are waiting as are allowed to.
        """
        if self._length >= MOST_PULLS:
            raise BusyError(ProblemCode.TOO_MANY_PULLS, most=MOST_PULLS)
        self._length += 1
        try:
            async with self._lock:
                yield
        finally:
            self._length -= 1


class Players:
    """Players by their keys; those that nobody uses are closed.

    One lock guards the tables. It is held for a moment only, never while a player computes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._players: dict[str, Player] = {}
        self._used: dict[str, float] = {}
        self._lines: dict[str, Line] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._players)

    def add(self, player: Player) -> str:
        """Adds a player and returns its key.

        Raises:
            BusyError: There are as many players as allowed, and all are in use.
        """
        self.forget_idle()
        with self._lock:
            if len(self._players) >= MOST_PLAYERS:
                oldest = min(self._used, key=lambda key: self._used[key])
                if self._clock() - self._used[oldest] < _SPARE_SECONDS:
                    raise BusyError(ProblemCode.TOO_MANY_PLAYERS, most=MOST_PLAYERS)
                self._drop(oldest)
            key = new_key()
            self._players[key], self._used[key] = player, self._clock()
            return key

    def get(self, key: str) -> Player:
        """The player of a key, which counts as used now.

        Raises:
            NotFoundError: There is none, or it was closed.
        """
        self.forget_idle()
        with self._lock:
            if key not in self._players:
                raise NotFoundError(ProblemCode.NO_PLAYER, player=key, minutes=IDLE_SECONDS / 60)
            self._used[key] = self._clock()
            return self._players[key]

    def line(self, key: str) -> Line:
        """The line of a player's pulls.

        Raises:
            NotFoundError: There is no such player, or it was closed.
        """
        self.get(key)
        return self._lines.setdefault(key, Line())

    def look_ahead(self) -> None:
        """Computes a chunk for the listener who has the fewest ready."""
        with self._lock:
            players = list(self._players.values())
        if players:
            min(players, key=Player.chunks_ready).look_ahead()

    def remove(self, key: str) -> None:
        """Closes a player, if it is there."""
        with self._lock:
            self._drop(key)

    def forget_idle(self) -> None:
        """Closes the players that were unused for long."""
        with self._lock:
            now = self._clock()
            for key in [key for key, used in self._used.items() if now - used > IDLE_SECONDS]:
                self._drop(key)

    def _drop(self, key: str) -> None:
        self._players.pop(key, None)
        self._used.pop(key, None)
        self._lines.pop(key, None)
