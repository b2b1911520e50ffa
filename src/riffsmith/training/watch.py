"""The watch over one run: it measures, remembers in the metrics, and says what is to be done."""

import time
from collections.abc import Sequence
from dataclasses import replace

from riffsmith.config import TrainingSettings
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError
from riffsmith.training.distance import DistanceMeter
from riffsmith.training.health import Event, HealthWatch, Signals
from riffsmith.training.run_folder import RunFolder
from riffsmith.training.signals import Losses, Watched, measure


class Watch:
    """Checks of one run.

    All that it knows beside the networks lies in the metrics up to the present step, so a resumed
    run judges as one that never stopped.
    """

    def __init__(
        self,
        run: RunFolder,
        settings: TrainingSettings,
        watched: Watched,
        meter: DistanceMeter | None,
    ) -> None:
        """Takes up the history that the metrics hold.

        Args:
            run: Its metrics are read and added to.
            settings: Thresholds and intervals.
            watched: The system in training.
            meter: None where there is too little real audio to measure a distance.
        """
        self._run, self._settings, self._watched, self._meter = run, settings, watched, meter
        self._health = HealthWatch(settings)
        self._history = [Signals.from_line(line) for line in run.read_metrics("check")]

    def is_due(self, step: int) -> bool:
        """Whether a check is due between previews."""
        return step % self._settings.watch_every_steps == 0

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

    def _distance(self, signals: Signals, *, is_end: bool) -> float | None:
        measured = [before.step for before in self._history if before.distance is not None]
        waited = signals.step - max(measured, default=0)
        is_due = waited >= self._settings.distance_every_steps or (is_end and measured)
        if self._meter is None or not is_due or signals.unsound():
            return None
        return self._meter.measure(self._watched.play)


def open_watch(
    run: RunFolder, settings: TrainingSettings, watched: Watched, corpus: Corpus
) -> tuple[Watch, str | None]:
    """The watch over a run, and what it cannot do, if anything."""
    try:
        return Watch(run, settings, watched, DistanceMeter(corpus)), None
    except CorpusError as error:
        return Watch(run, settings, watched, None), (
            f"no distance to real is measured while training, as {error}; variety and the "
            "discriminator's verdict are watched, and the last healthy snapshot counts as the best"
        )


def stopped_at(run: RunFolder, step: int) -> str | None:
    """Why the watch stopped the run at just this step, if it did."""
    found = [line for line in run.read_metrics("stop") if line.get("step") == step]
    return str(found[-1].get("reason")) if found else None
