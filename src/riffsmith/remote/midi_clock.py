"""The tempo of a MIDI clock."""

from collections import deque
from statistics import linear_regression

PULSES_A_QUARTER = 24
SMALLEST_CHANGE_BPM = 0.5
"""Difference from the last tempo above which a new one is given. Smaller ones are jitter."""
LONGEST_PAUSE_SECONDS = 0.5
"""Time between two pulses after which the clock counts as stopped. At 40 BPM it is .06 s."""


class MidiClock:
    """Tempo from the times of clock pulses, smoothed over a quarter note.

    The tempo is the slope of the least-squares line through the pulses of the last quarter: it
    follows a change within a beat, and the jitter of single pulses has little effect.
    """

    def __init__(self) -> None:
        self._times = deque[float](maxlen=PULSES_A_QUARTER + 1)
        self._given: float | None = None

    def pulse(self, seconds: float) -> float | None:
        """Counts a pulse.

        Args:
            seconds: Time of the pulse in seconds, which never falls.

        Returns:
            The tempo in beats per minute where it differs from the one that was returned last by
            more than .5 BPM, rounded to .1; otherwise `None`.
        """
        if self._times and seconds - self._times[-1] > LONGEST_PAUSE_SECONDS:
            self._times.clear()
        self._times.append(seconds)
        if len(self._times) <= PULSES_A_QUARTER:
            return None
        pulse_seconds = linear_regression(range(len(self._times)), self._times).slope
        if pulse_seconds <= 0:  # all pulses came at once
            return None
        tempo = round(60 / (pulse_seconds * PULSES_A_QUARTER), 1)
        if self._given is not None and abs(tempo - self._given) <= SMALLEST_CHANGE_BPM:
            return None
        self._given = tempo
        return tempo

    def restart(self) -> None:
        """Forgets the pulses, as when the sequencer starts or stops."""
        self._times.clear()
