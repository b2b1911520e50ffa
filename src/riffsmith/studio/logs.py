"""The server's log, which does not grow with the number of requests that fail."""

import logging
import time
from threading import Lock

INTERVAL_SECONDS = 1.0


class Sparse(logging.Filter):
    """Lets one line a second pass of each kind, and says how many were left out.

    Lines are of one kind if the same place of the code has written them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._last: dict[tuple[str, int], float] = {}
        self._left_out: dict[tuple[str, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line passes."""
        kind, now = (record.pathname, record.lineno), time.monotonic()
        with self._lock:
            if now - self._last.get(kind, -INTERVAL_SECONDS) < INTERVAL_SECONDS:
                self._left_out[kind] = self._left_out.get(kind, 0) + 1
                return False
            self._last[kind] = now
            left_out = self._left_out.pop(kind, 0)
        if left_out:
            record.msg = f"{record.msg} ({left_out} more lines of this kind were left out)"
        return True
