"""The monitor of one run: measures its health, logs the checks, and says what is to be done."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from riffsmith.config import TrainingSettings
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError
from riffsmith.runs import RunFolder, Unit
from riffsmith.training.monitor.decisions import HealthMonitor
from riffsmith.training.monitor.distance import GENERATED_SECONDS, DistanceMeter
from riffsmith.training.monitor.events import Event, EventCode
from riffsmith.training.monitor.health import HealthMetrics, measure_health
from riffsmith.training.state import StepMetrics
from riffsmith.training.system import System

Play = Callable[[float], Float[np.ndarray, "time channels"]]
"""Seconds → audio."""


class Monitor:
    """Health checks of one run.

    All that it remembers lies in the metrics up to the present step, so a resumed run decides as
    one that never stopped.
    """

    def __init__(
        self,
        run: RunFolder,
        settings: TrainingSettings,
        unit: Unit,
        system: System,
        meter: DistanceMeter | None,
        play: Play,
    ) -> None:
        """Reads the checks that the metrics hold.

        Args:
            run: Folder whose metrics are read and extended.
            settings: Thresholds and intervals.
            unit: What snapshots are numbered by.
            system: The networks in training.
            meter: Measures the distance to real music. `None`: there is too little real audio.
            play: Renders audio of the model as it would be played now, always from the same seed.
        """
        self._run, self._settings, self._system, self._meter = run, settings, system, meter
        self._play = play
        self._health = HealthMonitor(settings, unit)
        self._history = [HealthMetrics.from_line(line) for line in run.read_metrics("check")]

    def is_due(self, step: int) -> bool:
        """Whether a check is due between two snapshots."""
        return step % self._settings.monitor_every_steps == 0

    def check(
        self, last_step: StepMetrics | None, *, snapshot: int | None = None, is_end: bool = False
    ) -> Sequence[Event]:
        """Measures the health, logs it and decides.

        Args:
            last_step: Metrics of the last step. `None`: this session has not done one yet.
            snapshot: Number of the snapshot just taken. `None`: a check between snapshots.
            is_end: Whether the run ends here: its last snapshot is measured whenever an earlier
                one was.
        """
        began = time.perf_counter()
        health = measure_health(self._system.probe(), self._system.state, last_step)
        if snapshot is not None:
            distance = self._distance(health, is_end=is_end)
            health = replace(health, snapshot=snapshot, distance=distance)
        self._history.append(health)
        events = self._health.decide(self._history)
        seconds = time.perf_counter() - began
        self._run.append_metrics({"event": "check", **health.to_line(), "seconds": seconds})
        return events

    def _distance(self, health: HealthMetrics, *, is_end: bool) -> float | None:
        measured = [before.step for before in self._history if before.distance is not None]
        waited = health.step - max(measured, default=0)
        is_due = waited >= self._settings.distance_every_steps or (is_end and measured)
        if self._meter is None or not is_due or health.not_finite():
            return None
        return self._meter.measure(self._play(GENERATED_SECONDS))


def open_monitor(
    run: RunFolder,
    settings: TrainingSettings,
    unit: Unit,
    system: System,
    corpus: Corpus,
    play: Play,
) -> tuple[Monitor, str | None]:
    """The monitor of a run, and what it cannot measure, if anything."""
    try:
        return Monitor(run, settings, unit, system, DistanceMeter(corpus), play), None
    except CorpusError as error:
        return Monitor(run, settings, unit, system, None, play), (
            f"no distance to real music is measured while training, as {error}; variety and the "
            "discriminator's logits are checked, and the last healthy snapshot counts as the best"
        )


def stopped_by(run: RunFolder, step: int) -> Event | None:
    """The event by which the monitor stopped the run at just this step, if it did."""
    found = [line for line in run.read_metrics("stop") if line.get("step") == step]
    if not found:
        return None
    parameters = found[-1].get("parameters")
    return Event(
        EventCode(str(found[-1].get("code"))), parameters if isinstance(parameters, dict) else {}
    )
