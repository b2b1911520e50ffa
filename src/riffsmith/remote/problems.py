"""Problems of messages, reported at most once a second."""

import time
from collections.abc import Callable
from threading import Lock

REPORT_SECONDS = 1.0
"""Shortest time between two reports, so that a flood of bad messages does not fill a terminal."""


class ProblemReporter:
    """Passes sentences on, at most one a second. Several threads may use it."""

    def __init__(
        self, on_problem: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """A reporter that has reported nothing yet.

        Args:
            on_problem: Called with each sentence that is passed on.
            clock: Time in seconds.
        """
        self._on_problem, self._clock = on_problem, clock
        self._lock = Lock()
        self._last: float | None = None
        self._left_out = 0

    def report(self, sentence: str) -> None:
        """Passes a sentence on, or counts it for the next one that is."""
        with self._lock:
            now = self._clock()
            if self._last is not None and now - self._last < REPORT_SECONDS:
                self._left_out += 1
                return
            left_out, self._left_out, self._last = self._left_out, 0, now
        more = f" ({left_out} more problems since the last line)" if left_out else ""
        self._on_problem(sentence + more)
