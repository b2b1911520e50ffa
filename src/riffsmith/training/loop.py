"""The loop: batches in, checkpoints, snapshots and events out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from torch import Tensor

from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.files import hold
from riffsmith.runs.checkpoint import (
    forget_best_checkpoints_after,
    read_latest,
    write_best_checkpoint,
    write_checkpoint,
)
from riffsmith.runs.folder import RunFolder, RunRecord, step_of
from riffsmith.training.device import choose_device, choose_threads
from riffsmith.training.distributed import Order, ProcessGroup
from riffsmith.training.fresh import initialise_state
from riffsmith.training.memory import keep_freed_memory
from riffsmith.training.monitor.decisions import Event
from riffsmith.training.monitor.health import Losses
from riffsmith.training.monitor.monitor import Monitor, open_monitor, stopped_at
from riffsmith.training.monitor.rollback import describe, reduce_learning_rate, roll_back
from riffsmith.training.observer import Observer, StageStoppedError
from riffsmith.training.picture.batches import Batches
from riffsmith.training.schedule import set_learning_rate
from riffsmith.training.systems import build_system


@dataclass(frozen=True)
class Outcome:
    """How a call of `train` ended."""

    finished: bool
    """False where it was stopped before its end: it can be resumed."""
    step: int
    epoch: int
    stopped_because: str | None = None
    """Why the watch ended it before its time."""


def train(
    run: RunFolder,
    record: RunRecord,
    corpus: Corpus,
    observers: Sequence[Observer],
    *,
    should_stop: Callable[[], bool] = lambda: False,
    process_group: ProcessGroup | None = None,
) -> Outcome:
    """Trains from the newest sound checkpoint, or from the start where there is none.

    Args:
        run: Where everything is written; kept from other processes meanwhile.
        record: What the run was started with.
        corpus: The corpus that it was started with.
        observers: Told about the progress, in this order.
        should_stop: Asked after each step and while a stage before them goes on; when true, a
            checkpoint is written and the call returns.
        process_group: Which this process leads, the others being in `follow`; none: it is alone.

    Raises:
        RunError: The folder is in use or damaged, the corpus is another one, or losses are no
            longer finite, with the watch on after it went back as often as it may.
        CorpusError: The corpus is damaged or too small.
    """
    if corpus.manifest.corpus_hash() != record.corpus_hash:
        raise RunError(
            f"{corpus.path} has changed since {run.path} was started: start a new run with it"
        )
    process_group = process_group or ProcessGroup()
    with hold(run.path, RunError):
        try:
            outcome = _Run(run, record, corpus, observers, process_group, should_stop).go()
        except StageStoppedError:
            outcome = Outcome(finished=False, step=0, epoch=0)
    process_group.give(Order.STOP)
    return outcome


class _Run:
    def __init__(
        self,
        run: RunFolder,
        record: RunRecord,
        corpus: Corpus,
        observers: Sequence[Observer],
        process_group: ProcessGroup,
        should_stop: Callable[[], bool],
    ) -> None:
        self.process_group, self.should_stop = process_group, should_stop
        self.run, self.record, self.corpus, self.observers = run, record, corpus, observers
        self.settings = record.settings.training
        choose_threads(self.settings)
        keep_freed_memory()
        self.device = choose_device(self.settings)
        self.system = build_system(record, corpus, self.device, run, self._stage, process_group)
        self.state = self.system.state
        self.monitor: Monitor | None = None
        self.losses = Losses()
        self.stopped_because: str | None = None
        self.batches = Batches(len(corpus.train), record.settings, record.seed)
        self.saved_step = -1
        self.previewed_step = -1
        self.trained_seconds = 0.0
        self.last_step = self.settings.epochs * self.batches.steps_per_epoch
        if record.minutes is not None:
            self.last_step = 2**62

    def go(self) -> Outcome:
        self._restore()
        per_epoch = self.batches.steps_per_epoch
        for observer in self.observers:
            observer.on_start(self.state.step, self.last_step, per_epoch)
        if self.state.step == 0:
            self._preview()
        finished, stopped = self._is_done(), False
        while not (finished or stopped):
            self._step()
            if self.monitor and self.monitor.is_due(self.state.step) and not self._preview_is_due():
                self._check()
            if self.state.step % per_epoch == 0:
                self._end_epoch()
            finished, stopped = self._is_done(), self.should_stop()
        if finished and self.previewed_step != self.state.step:
            self._preview(is_end=True)
        if self.saved_step != self.state.step:
            self._checkpoint()
        return Outcome(finished, self.state.step, self._epoch, self.stopped_because)

    def _is_done(self) -> bool:
        """At the last step, out of time (earlier sittings count), or stopped by the watch."""
        minutes = self.record.minutes
        out_of_time = minutes is not None and self.trained_seconds >= minutes * 60
        return out_of_time or self.state.step >= self.last_step or bool(self.stopped_because)

    @property
    def _epoch(self) -> int:
        return self.state.step // self.batches.steps_per_epoch

    @property
    def _begun_epoch(self) -> int:
        """As `_epoch`, counting one that was begun."""
        return ceil(self.state.step / self.batches.steps_per_epoch)

    def _seconds_before(self) -> float:
        """Time that earlier sittings spent in steps."""
        epochs = sum(float(str(line["seconds"])) for line in self.run.read_metrics("epoch"))
        return epochs + self.state.sums.get("seconds", 0.0)

    def _restore(self) -> None:
        checkpoint, complaints = read_latest(self.run.checkpoints)
        for complaint in complaints:
            self._notice(f"{complaint}: going back to the checkpoint before it")
        self.run.forget_metrics_after(checkpoint.step if checkpoint else -1)
        forget_best_checkpoints_after(self.run.checkpoints, checkpoint.step if checkpoint else -1)
        if checkpoint:
            self.state.restore(checkpoint)
            self.saved_step = self.state.step
            self.trained_seconds = self._seconds_before()
            previews = self.run.read_metrics("preview")
            self.previewed_step = step_of(previews[-1]) if previews else -1
            self._notice(f"resumed at step {self.state.step}, epoch {self._epoch}")

        if self.settings.monitor:
            probe = self.system.probe
            self.monitor, complaint = open_monitor(self.run, self.settings, probe, self.corpus)
            if complaint and self.state.step == 0:
                self._notice(complaint)
            self.stopped_because = stopped_at(self.run, self.state.step)
            if self.stopped_because:
                self._notice(f"stopped at step {self.state.step}: {self.stopped_because}")
        self._soften()

    def _soften(self) -> None:
        """Settings, system and crew for the present state."""
        self.settings = reduce_learning_rate(self.record.settings.training, self.state.rollbacks)
        self.system.reduce_learning_rate(self.state.rollbacks)
        self.process_group.give(Order.COPY)
        self.process_group.copy_state(self.state)

    def _stage(self, title: str, share: float) -> None:
        for observer in self.observers:
            observer.on_stage(title, share)
        if self.should_stop():
            raise StageStoppedError

    def _notice(self, text: str) -> None:
        for observer in self.observers:
            observer.on_notice(text)

    def _step(self) -> None:
        rate = self.settings.learning_rate
        if self.settings.halve_learning_rate_every_epochs:
            rate *= 0.5 ** (self._epoch // self.settings.halve_learning_rate_every_epochs)
        for optimizer in (self.state.generator_optimizer, self.state.discriminator_optimizer):
            set_learning_rate(optimizer, rate)

        self.process_group.give(Order.STEP)
        began = time.perf_counter()
        real = self.system.read(self.batches.indices(self.state.step))
        read = time.perf_counter()
        figures = self.system.step(real)
        done = time.perf_counter()
        self.trained_seconds += done - began
        if not figures.is_finite():
            self._go_back(
                f"the losses are no longer finite at step {self.state.step}", is_usable=False
            )
            return
        self.losses = Losses(figures.discriminator_loss, figures.generator_loss)
        measured = {**vars(figures), "data_seconds": read - began, "seconds": done - began}
        for name, value in {**measured, "steps": 1}.items():
            self.state.sums[name] = self.state.sums.get(name, 0) + value
        for observer in self.observers:
            observer.on_step(self.state.step, figures)

    def _check(self, epoch: int | None = None, *, is_end: bool = False) -> None:
        """Looks after the run's health; at its end there is nothing left to act on."""
        if self.monitor is None or self.state.step == 0:
            return
        step, rollbacks = self.state.step, self.state.rollbacks
        for event in self.monitor.check(step, rollbacks, self.losses, epoch=epoch, is_end=is_end):
            if event.kind in ("best", "overfitting"):
                self._tell(event.kind, event.text, is_news=event.is_news)
                if event.kind == "best":
                    write_best_checkpoint(self.run.checkpoints, self.state.to_checkpoint())
            elif not is_end:
                self._remedy(event)

    def _remedy(self, event: Event) -> None:
        if event.kind == "plateau":
            self._stop(event.text)
        else:
            self._go_back(event.text, is_usable=event.kind == "collapse")

    def _tell(self, kind: str, text: str, *, is_news: bool = True, **values: object) -> None:
        """Into the metrics, and to the observers."""
        line = {"event": kind, "epoch": self._begun_epoch, "step": self.state.step}
        self.run.append_metrics({**line, **values, "text": text})
        if is_news:
            self._notice(text)

    def _stop(self, text: str) -> None:
        self.stopped_because = text
        self._tell("stop", f"stopped at step {self.state.step}: {text}", reason=text)

    def _go_back(self, reason: str, *, is_usable: bool) -> None:
        """Rolls back and softens; where that was done often enough, stops.

        Raises:
            RunError: It is out of rollbacks or the watch is off, and the networks cannot go on.
        """
        limit = self.settings.monitor_rollbacks
        if self.monitor is None or (self.state.rollbacks >= limit and not is_usable):
            tried = "" if self.monitor is None else f", after going back {limit} times"
            raise RunError(
                f"{reason}{tried}: checkpoints and snapshots from before are kept; start a new run "
                "with a lower --config.training.learning_rate"
            )
        if self.state.rollbacks >= limit:
            self._stop(f"{reason}; going back {limit} times did not help")
            return
        step = roll_back(self.state, self.run.checkpoints, self._fresh_tensors)
        self._soften()
        self.losses = Losses()
        place = f"step {step}" if step else "the start"
        self._tell(
            "rollback",
            f"{reason}: going back to {place}, with {describe(self.settings)}",
            reason=reason,
            to_step=step,
            rollbacks=self.state.rollbacks,
        )

    def _fresh_tensors(self) -> dict[str, Tensor]:
        settings, seed = self.record.settings, self.record.seed
        return initialise_state(settings, seed, self.device).tensors()

    def _end_epoch(self) -> None:
        if self.state.sums:  # empty where no step of the epoch had finite losses
            self._sum_up()
        if self._preview_is_due():
            self._preview(is_end=self.state.step == self.last_step)
        if self._epoch % self.settings.checkpoint_every_epochs == 0:
            self._checkpoint()

    def _sum_up(self) -> None:
        sums, self.state.sums = self.state.sums, {}
        count = sums.pop("steps", self.batches.steps_per_epoch)
        times = ("data_seconds", "seconds")
        means = {name: sums[name] / (1 if name in times else count) for name in sums}
        if not means["discriminator_loss"]:  # a warm-up
            for name in ("discriminator_loss", "real_logits", "fake_logits"):
                del means[name]
        self.run.append_metrics(
            {
                "event": "epoch",
                "epoch": self._epoch,
                "step": self.state.step,
                "learning_rate": self.state.generator_optimizer.param_groups[0]["lr"],
                **means,
            }
        )
        for observer in self.observers:
            observer.on_epoch(self._epoch, means)

    def _preview_is_due(self) -> bool:
        ends_epoch = self.state.step % self.batches.steps_per_epoch == 0
        is_turn = self._epoch % self.settings.preview_every_epochs == 0
        return ends_epoch and (is_turn or self.state.step == self.last_step)

    def _checkpoint(self) -> None:
        write_checkpoint(self.run.checkpoints, self.state.to_checkpoint())
        self.saved_step = self.state.step

    def _preview(self, *, is_end: bool = False) -> None:
        epoch = self._begun_epoch
        figures, preview = self.system.preview(self.run, epoch)
        for observer in self.observers:
            observer.on_preview(preview)
        self.run.append_metrics(  # last: who reads of a preview finds its sound and its picture
            {"event": "preview", "epoch": epoch, "step": self.state.step, **figures}
        )
        self.previewed_step = self.state.step
        self._check(epoch, is_end=is_end)
