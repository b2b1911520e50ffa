"""The players of all listeners."""

import time
from collections.abc import Callable
from threading import Lock

from riffsmith.studio.errors import BusyError, NotFoundError
from riffsmith.studio.home import new_key
from riffsmith.studio.player import Player

MOST_PLAYERS = 16
IDLE_SECONDS = 600.0
_SPARE_SECONDS = 60.0
"""So long unused, a player may have to give way to a new one."""


class Players:
    """Players by their keys; those that nobody uses are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._players: dict[str, Player] = {}
        self._used: dict[str, float] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._players)

    def add(self, player: Player) -> str:
        """Takes in a player.

        Raises:
            BusyError: There are as many as may be, and all are in use.
        """
        self.forget_idle()
        with self._lock:
            if len(self._players) >= MOST_PLAYERS:
                oldest = min(self._used, key=lambda key: self._used[key])
                if self._clock() - self._used[oldest] < _SPARE_SECONDS:
                    raise BusyError(
                        f"{MOST_PLAYERS} pieces are being played, which is the most: close one, "
                        "or try again in a minute"
                    )
                self._drop(oldest)
            key = new_key()
            self._players[key], self._used[key] = player, self._clock()
            return key

    def get(self, key: str) -> Player:
        """A player, which counts as used now.

        Raises:
            NotFoundError: There is none, or it was forgotten.
        """
        self.forget_idle()
        with self._lock:
            if key not in self._players:
                raise NotFoundError(
                    f"no player {key!r}: it was closed, or unused for "
                    f"{IDLE_SECONDS / 60:.0f} minutes; open a new one"
                )
            self._used[key] = self._clock()
            return self._players[key]

    def look_ahead(self) -> None:
        """Computes a chunk for the listener who has the fewest ready."""
        with self._lock:
            players = list(self._players.values())
        if players:
            min(players, key=Player.chunks_ready).look_ahead()

    def touch(self, key: str) -> None:
        """Counts as used now; silent where there is none."""
        with self._lock:
            if key in self._used:
                self._used[key] = self._clock()

    def remove(self, key: str) -> None:
        """Closes a player; silent where there is none."""
        with self._lock:
            self._drop(key)

    def forget_idle(self) -> None:
        """Closes those that were not used for long."""
        with self._lock:
            now = self._clock()
            for key in [key for key, used in self._used.items() if now - used > IDLE_SECONDS]:
                self._drop(key)

    def _drop(self, key: str) -> None:
        self._players.pop(key, None)
        self._used.pop(key, None)
