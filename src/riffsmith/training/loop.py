"""The training loop: batches in, checkpoints, snapshots and events out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from jaxtyping import Float

from riffsmith.corpus import Corpus
from riffsmith.runs import (
    Outcome,
    OutcomeState,
    PreparationLog,
    RunFolder,
    RunRecord,
    Stage,
    step_of,
    thin_run,
    write_outcome,
)
from riffsmith.runs.checkpoint import (
    forget_best_checkpoints_after,
    read_latest,
    remove_old_checkpoints,
    write_checkpoint,
)
from riffsmith.synthesis import generate_clip
from riffsmith.training.device import choose_device, keep_freed_memory
from riffsmith.training.distributed import Command, ProcessGroup
from riffsmith.training.monitor.actions import MonitorActions
from riffsmith.training.monitor.events import Event, EventCode
from riffsmith.training.observer import Observer, StageStoppedError
from riffsmith.training.schedule import plan_milestones, seconds_for_steps
from riffsmith.training.snapshot import build_card, take_snapshot
from riffsmith.training.systems import build_system


@dataclass(frozen=True)
class TrainingResult:
    """How a call of `train` ended."""

    finished: bool
    """False: it was stopped before its end and can be resumed."""
    step: int
    epoch: int | None
    """Finished epochs. `None`: the system has no epochs."""
    stopped_by: Event | None = None
    """The event by which the monitor ended the run before its time."""


class Loop:
    """The loop over the steps of a run, with everything that is due between them."""

    def __init__(
        self,
        run: RunFolder,
        record: RunRecord,
        corpus: Corpus,
        observers: Sequence[Observer],
        process_group: ProcessGroup,
        should_stop: Callable[[], bool],
        seconds_before: float = 0.0,
    ) -> None:
        self.began = time.perf_counter() - seconds_before
        self.process_group, self.should_stop = process_group, should_stop
        self.run, self.record, self.corpus, self.observers = run, record, corpus, observers
        self.settings = record.settings.training
        keep_freed_memory()
        self.device = choose_device(self.settings)
        self.preparation = PreparationLog(run)
        self.system = build_system(record, corpus, self.device, run, self._on_stage, process_group)
        self.state = self.system.state
        self.milestones = plan_milestones(record.settings, len(corpus.train))
        self.actions = MonitorActions(
            run, record, self.system, process_group, self.milestones, self._notice
        )
        self.saved_step = -1
        self.previewed_step = -1
        self.earlier_seconds = 0.0
        """Time that earlier sessions took."""
        self.earlier_step_seconds = 0.0
        """Time that earlier sessions spent in steps."""
        self.step_seconds = 0.0
        """Time that this session has spent in steps."""
        self.logged_other_seconds = 0.0
        """Time that this session has spent beside its steps and that the metrics hold already."""

    def run_to_end(self) -> TrainingResult:
        self._restore()
        for observer in self.observers:
            observer.on_start(self.state.step, self.milestones)
        self._write_progress()
        if self.state.step == 0:
            self._preview()
        finished, stopped = self._is_finished(), False
        while not (finished or stopped):
            self._step()
            if self.actions.is_due(self.state.step) and not self._is_preview_due():
                self.actions.check()
            self._do_what_is_due()
            finished, stopped = self._is_finished(), self.should_stop()
        if finished and self.state.sums:  # a checkpoint that holds them would log them again
            self._log()
            self.saved_step = -1
        if finished and self.previewed_step != self.state.step:
            self._preview(is_end=True)
        if self.saved_step != self.state.step:
            self._checkpoint(is_exact=not finished)
        if self.record.minutes is not None:
            line = {"event": "session", "step": self.state.step}
            self.run.append_metrics({**line, "other_seconds": self._take_other_seconds()})
        epoch = self.milestones.epoch(self.state.step)
        return TrainingResult(finished, self.state.step, epoch, self.actions.stopped_by)

    def _is_finished(self) -> bool:
        """Whether the run is at its last step, out of time, or was ended by the monitor. The time
        includes the preparation, previews and checks, and earlier sessions.
        """
        minutes = self.record.minutes
        if minutes is not None:
            seconds = self.earlier_seconds + time.perf_counter() - self.began
            stepped = self.earlier_step_seconds + self.step_seconds
            least = seconds_for_steps(minutes, 60 * minutes)
            is_over = seconds >= 60 * minutes and stepped >= least
        else:
            is_over = self.state.step >= self.milestones.last_step
        return is_over or self.actions.stopped_by is not None

    def _is_at_last_step(self) -> bool:
        return self.record.minutes is None and self.state.step == self.milestones.last_step

    def _take_other_seconds(self) -> float:
        """Time that this session has spent beside its steps since this was last called."""
        other_seconds = time.perf_counter() - self.began - self.step_seconds
        new = other_seconds - self.logged_other_seconds
        self.logged_other_seconds = other_seconds
        return new

    def _logged_seconds(self, name: str) -> float:
        """Time of earlier sessions by its name in the metrics. Older runs do not have it."""
        lines = [*self.run.read_metrics("log"), *self.run.read_metrics("session")]
        return sum(float(str(line.get(name, 0.0))) for line in lines)

    def _restore(self) -> None:
        checkpoint = read_latest(self.run.checkpoints)
        self.run.forget_metrics_after(checkpoint.step if checkpoint else -1)
        forget_best_checkpoints_after(self.run.checkpoints, checkpoint.step if checkpoint else -1)
        if checkpoint:
            remove_old_checkpoints(self.run.checkpoints)
            self.state.restore(checkpoint)
            self.saved_step = self.state.step
            since_log = self.state.sums.get("seconds", 0.0)
            self.earlier_step_seconds = self._logged_seconds("seconds") + since_log
            other_seconds = self._logged_seconds("other_seconds")
            self.earlier_seconds = self.earlier_step_seconds + other_seconds
            previews = self.run.read_metrics("preview")
            self.previewed_step = step_of(previews[-1]) if previews else -1
            epoch = self.milestones.epoch(self.state.step)
            suffix = "" if epoch is None else f", epoch {epoch}"
            self._notice(f"resumed at step {self.state.step}{suffix}")
        if self.settings.monitor:
            self.actions.open_monitor(self.corpus, self._play)
        self.actions.apply_rollbacks()

    def _on_stage(self, stage: Stage, progress: float) -> None:
        for observer in self.observers:
            observer.on_stage(stage, progress)
        self.preparation.write(stage, progress)
        if self.should_stop():
            raise StageStoppedError

    def _write_progress(self) -> None:
        write_outcome(self.run, Outcome(state=OutcomeState.TRAINING, step=self.state.step))

    def _notice(self, text: str) -> None:
        for observer in self.observers:
            observer.on_notice(text)

    def _step(self) -> None:
        self.process_group.broadcast(Command.STEP)
        began = time.perf_counter()
        batch = self.system.next_batch(self.state.step)
        read = time.perf_counter()
        metrics = self.system.step(batch)
        done = time.perf_counter()
        self.step_seconds += done - began
        if not all(isfinite(loss) for loss in metrics.losses()):
            self.actions.roll_back(Event(EventCode.LOSS_NOT_FINITE, {"step": self.state.step}))
            return
        self.actions.last_metrics = metrics
        measured = {**metrics.known(), "data_seconds": read - began, "seconds": done - began}
        for name, value in {**measured, "steps": 1}.items():
            self.state.sums[name] = self.state.sums.get(name, 0) + value
        for observer in self.observers:
            observer.on_step(self.state.step, metrics)

    def _do_what_is_due(self) -> None:
        step, milestones = self.state.step, self.milestones
        if step % milestones.log_every == 0 and self.state.sums:
            self._log()
        if self._is_preview_due():
            self._preview(is_end=self._is_at_last_step())
        if step % milestones.checkpoint_every == 0:
            self._checkpoint()

    def _log(self) -> None:
        sums, self.state.sums = self.state.sums, {}
        count = sums.pop("steps")
        times = ("data_seconds", "seconds")
        means = {name: sums[name] / (1 if name in times else count) for name in sums}
        means["other_seconds"] = self._take_other_seconds()
        step = self.state.step
        rates = self.system.learning_rates(step - 1)
        self.run.append_metrics({**self._line("log"), **rates, **means})
        for observer in self.observers:
            observer.on_log(step, means)
        self._write_progress()

    def _line(self, event: str) -> dict[str, object]:
        """The beginning of a line of the metrics: its event, the step and the finished epochs."""
        line: dict[str, object] = {"event": event, "step": self.state.step}
        if (epoch := self.milestones.epoch(self.state.step)) is not None:
            line["epoch"] = epoch
        return line

    def _is_preview_due(self) -> bool:
        return self.state.step % self.milestones.preview_every == 0 or self._is_at_last_step()

    def _checkpoint(self, *, is_exact: bool = False) -> None:
        """Writes a checkpoint and removes what it makes superfluous.

        Args:
            is_exact: Whether the moments are not rounded: the run was stopped at a step at which
                one that goes on does not round them.
        """
        if not is_exact:
            self.state.round_moments()
            self.process_group.broadcast(Command.COPY_STATE)
            self.process_group.copy_state(self.state)
        self.run.store_metrics()  # the checkpoint counts on the lines before it
        write_checkpoint(self.run.checkpoints, self.state.to_checkpoint())
        self.saved_step = self.state.step
        thin_run(self.run, self.settings.run_megabytes)

    def _preview(self, *, is_end: bool = False) -> None:
        number = self.milestones.snapshot_number(self.state.step)
        metrics, preview = take_snapshot(
            self.system, self.run, self.record, self.corpus.manifest, number
        )
        for observer in self.observers:
            observer.on_preview(preview)
        # The line comes last: whoever reads it finds the preview's audio and picture.
        self.run.append_metrics({**self._line("preview"), "snapshot": number, **metrics})
        self.previewed_step = self.state.step
        self.actions.check(number, is_end=is_end)

    def _play(self, seconds: float) -> Float[np.ndarray, "time channels"]:
        """Audio of the model as it would be played now."""
        card = build_card(self.system, self.record, self.corpus.manifest, 0, {})
        return generate_clip(self.system.snapshot(card), seconds, self.record.seed)
