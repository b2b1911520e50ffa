"""The watch over one run: it measures, remembers in the metrics, and says what is to be done."""

import time
from collections.abc import Sequence
from dataclasses import replace

from riffsmith.config import TrainingSettings
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError
from riffsmith.runs.folder import RunFolder
from riffsmith.training.monitor.decisions import Event, HealthMetrics, HealthMonitor
from riffsmith.training.monitor.distance import DistanceMeter
from riffsmith.training.monitor.health import Losses, Probe, measure


class Monitor:
    """Checks of one run.

    All that it knows beside the networks lies in the metrics up to the present step, so a resumed
    run judges as one that never stopped.
    """

    def __init__(
        self,
        run: RunFolder,
        settings: TrainingSettings,
        probe: Probe,
        meter: DistanceMeter | None,
    ) -> None:
        """Takes up the history that the metrics hold.

        Args:
            run: Its metrics are read and added to.
            settings: Thresholds and intervals.
            probe: The system in training.
            meter: None where there is too little real audio to measure a distance.
        """
        self._run, self._settings, self._watched, self._meter = run, settings, probe, meter
        self._health = HealthMonitor(settings)
        self._history = [HealthMetrics.from_line(line) for line in run.read_metrics("check")]

    def is_due(self, step: int) -> bool:
        """Whether a check is due between previews."""
        return step % self._settings.monitor_every_steps == 0

    def check(
        self,
        step: int,
        rollbacks: int,
        losses: Losses,
        *,
        epoch: int | None = None,
        is_end: bool = False,
    ) -> Sequence[Event]:
        """Measures, writes the signals down and judges them.

        Args:
            step: Of the run.
            rollbacks: How many there have been.
            losses: Of the last step.
            epoch: Of the snapshot just taken; none between snapshots.
            is_end: The run ends here: its last snapshot is measured like any before it.
        """
        began = time.perf_counter()
        signals = measure(self._watched, step, rollbacks, losses)
        if epoch is not None:
            distance = self._distance(signals, is_end=is_end)
            signals = replace(signals, epoch=epoch, distance=distance)
        self._history.append(signals)
        events = self._health.judge(self._history)
        seconds = time.perf_counter() - began
        self._run.append_metrics({"event": "check", **signals.to_line(), "seconds": seconds})
        return events

    def _distance(self, signals: HealthMetrics, *, is_end: bool) -> float | None:
        measured = [before.step for before in self._history if before.distance is not None]
        waited = signals.step - max(measured, default=0)
        is_due = waited >= self._settings.distance_every_steps or (is_end and measured)
        if self._meter is None or not is_due or signals.unsound():
            return None
        return self._meter.measure(self._watched.play)


def open_monitor(
    run: RunFolder, settings: TrainingSettings, probe: Probe, corpus: Corpus
) -> tuple[Monitor, str | None]:
    """The watch over a run, and what it cannot do, if anything."""
    try:
        return Monitor(run, settings, probe, DistanceMeter(corpus)), None
    except CorpusError as error:
        return Monitor(run, settings, probe, None), (
            f"no distance to real is measured while training, as {error}; variety and the "
            "discriminator's verdict are watched, and the last healthy snapshot counts as the best"
        )


def stopped_at(run: RunFolder, step: int) -> str | None:
    """Why the watch stopped the run at just this step, if it did."""
    found = [line for line in run.read_metrics("stop") if line.get("step") == step]
    return str(found[-1].get("reason")) if found else None
