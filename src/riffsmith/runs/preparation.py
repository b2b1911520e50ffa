"""How far the work before the first step has come, as the outcome of a run tells it."""

import time
from collections.abc import Callable

from riffsmith.runs.folder import RunFolder
from riffsmith.runs.outcome import Outcome, OutcomeState, Stage, write_outcome


class PreparationLog:
    """Writes the stage of a run, its finished fraction, and how long the rest will take."""

    def __init__(self, run: RunFolder, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is written yet.

        Args:
            run: Folder of the run.
            clock: Gives the time in seconds.
        """
        self._run, self._clock = run, clock
        self._written: tuple[Stage, int] | None = None
        self._began, self._first = 0.0, 0.0

    def write(self, stage: Stage, progress: float) -> None:
        """Writes how far a stage has come, unless the whole percent is the one written last.

        Args:
            stage: The stage.
            progress: Finished fraction of it, from 0 to 1.

        Raises:
            RunError: Writing failed.
        """
        if self._written is None or self._written[0] is not stage:
            self._began, self._first = self._clock(), progress
        if self._written == (stage, int(100 * progress)):
            return
        self._written = (stage, int(100 * progress))
        state, seconds_left = OutcomeState.PREPARING, self._seconds_left(progress)
        write_outcome(
            self._run,
            Outcome(state=state, stage=stage, progress=progress, seconds_left=seconds_left),
        )

    def _seconds_left(self, progress: float) -> float | None:
        """Seconds that the rest of the stage takes at its speed so far. `None`: not known yet."""
        done = progress - self._first
        if done <= 0:
            return None
        return (self._clock() - self._began) * (1 - progress) / done
