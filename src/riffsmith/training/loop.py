"""The loop: batches in, checkpoints, snapshots and events out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

import torch

from riffsmith.config import Settings
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError, RunError
from riffsmith.features import reduce_to
from riffsmith.files import hold
from riffsmith.gan import build_loss
from riffsmith.seeds import random_stream
from riffsmith.synthesis import spread_db
from riffsmith.training.checkpoint import read_latest, write_checkpoint
from riffsmith.training.estimate import steps_per_epoch
from riffsmith.training.events import Observer
from riffsmith.training.memory import keep_freed_memory
from riffsmith.training.precision import choose_device
from riffsmith.training.preview import save_preview
from riffsmith.training.run_folder import RunFolder, RunRecord, step_of
from riffsmith.training.state import build_state
from riffsmith.training.step import Trainer

SPREAD_PICTURES = 16


@dataclass(frozen=True)
class Outcome:
    """How a call of `train` ended."""

    finished: bool
    """False where it was stopped before its end: it can be resumed."""
    step: int
    epoch: int


class Batches:
    """Which segments each step sees: a fresh shuffle each epoch, a function of seed and step."""

    def __init__(self, count: int, settings: Settings, seed: int) -> None:
        """Plans epochs over `count` segments.

        Raises:
            CorpusError: There are too few segments for a single batch.
        """
        self._batch_size = settings.training.batch_size
        self.steps_per_epoch = steps_per_epoch(count, settings)
        if self.steps_per_epoch == 0:
            raise CorpusError(
                f"the corpus has {count} training segments, a batch needs {self._batch_size}: "
                "add recordings, or lower --config.training.batch_size"
            )
        self._count, self._seed = count, seed
        self._epoch, self._order = -1, torch.empty(0)

    def indices(self, step: int) -> list[int]:
        """Segment numbers of a step's batch."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            stream = random_stream(self._seed, "shuffle", epoch)
            self._epoch, self._order = epoch, torch.randperm(self._count, generator=stream)
        start = position * self._batch_size
        return self._order[start : start + self._batch_size].tolist()


def train(
    run: RunFolder,
    record: RunRecord,
    corpus: Corpus,
    observers: Sequence[Observer],
    *,
    should_stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Trains from the newest sound checkpoint, or from the start where there is none.

    Args:
        run: Where everything is written; kept from other processes meanwhile.
        record: What the run was started with.
        corpus: The corpus that it was started with.
        observers: Told about the progress, in this order.
        should_stop: Asked after each step; when true, a checkpoint is written and the call returns.

    Raises:
        RunError: The folder is in use or damaged, the corpus is another one, or losses are no
            longer finite.
        CorpusError: The corpus is damaged or too small.
    """
    if corpus.manifest.corpus_hash() != record.corpus_hash:
        raise RunError(
            f"{corpus.path} has changed since {run.path} was started: start a new run with it"
        )
    with hold(run.path, RunError):
        return _Run(run, record, corpus, observers).go(should_stop)


class _Run:
    def __init__(
        self, run: RunFolder, record: RunRecord, corpus: Corpus, observers: Sequence[Observer]
    ) -> None:
        self.run, self.record, self.corpus, self.observers = run, record, corpus, observers
        self.settings = record.settings.training
        if self.settings.threads:
            torch.set_num_threads(self.settings.threads)
        keep_freed_memory()
        device = choose_device(self.settings)
        self.state = build_state(record.settings, record.seed, device)
        self.trainer = Trainer(
            record.settings, self.state, build_loss(self.settings), record.seed, device
        )
        self.batches = Batches(len(corpus.train), record.settings, record.seed)
        self.saved_step = -1
        self.previewed_step = -1
        self.trained_seconds = 0.0
        self.last_step = self.settings.epochs * self.batches.steps_per_epoch
        if record.minutes is not None:
            self.last_step = 2**62

    def go(self, should_stop: Callable[[], bool]) -> Outcome:
        self._restore()
        per_epoch = self.batches.steps_per_epoch
        for observer in self.observers:
            observer.on_start(self.state.step, self.last_step, per_epoch)
        if self.state.step == 0:
            self._preview()
        finished, stopped = self._is_done(), False
        while not (finished or stopped):
            self._step()
            if self.state.step % per_epoch == 0:
                self._end_epoch()
            finished, stopped = self._is_done(), should_stop()
        if finished and self.previewed_step != self.state.step:
            self._preview()
        if self.saved_step != self.state.step:
            self._checkpoint()
        return Outcome(finished, self.state.step, self._epoch)

    def _is_done(self) -> bool:
        """At the last step, or out of time: earlier sittings count."""
        minutes = self.record.minutes
        out_of_time = minutes is not None and self.trained_seconds >= minutes * 60
        return out_of_time or self.state.step >= self.last_step

    @property
    def _epoch(self) -> int:
        return self.state.step // self.batches.steps_per_epoch

    def _seconds_before(self) -> float:
        """Time that earlier sittings spent in steps."""
        epochs = sum(float(str(line["seconds"])) for line in self.run.read_metrics("epoch"))
        return epochs + self.state.sums.get("seconds", 0.0)

    def _restore(self) -> None:
        checkpoint, complaints = read_latest(self.run.checkpoints)
        for complaint in complaints:
            self._notice(f"{complaint}: going back to the checkpoint before it")
        self.run.forget_metrics_after(checkpoint.step if checkpoint else -1)
        if checkpoint:
            checkpoint.restore(self.state)
            self.saved_step = self.state.step
            self.trained_seconds = self._seconds_before()
            previews = self.run.read_metrics("preview")
            self.previewed_step = step_of(previews[-1]) if previews else -1
            self._notice(f"resumed at step {self.state.step}, epoch {self._epoch}")

    def _notice(self, text: str) -> None:
        for observer in self.observers:
            observer.on_notice(text)

    def _step(self) -> None:
        rate = self.settings.learning_rate
        if self.settings.halve_rate_every_epochs:
            rate *= 0.5 ** (self._epoch // self.settings.halve_rate_every_epochs)
        for optimizer in (self.state.generator_optimizer, self.state.discriminator_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = rate

        began = time.perf_counter()
        real = self.corpus.train.batch(self.batches.indices(self.state.step))
        read = time.perf_counter()
        figures = self.trainer.step(real)
        done = time.perf_counter()
        if not figures.is_finite():
            raise RunError(
                f"the losses are no longer finite at step {self.state.step}: checkpoints and "
                "snapshots from before are kept; start a new run with a lower "
                "--config.training.learning_rate"
            )
        self.trained_seconds += done - began
        measured = {**vars(figures), "data_seconds": read - began, "seconds": done - began}
        for name, value in measured.items():
            self.state.sums[name] = self.state.sums.get(name, 0.0) + value
        for observer in self.observers:
            observer.on_step(self.state.step, figures)

    def _end_epoch(self) -> None:
        sums, count = self.state.sums, self.batches.steps_per_epoch
        times = ("data_seconds", "seconds")
        means = {name: sums[name] / (1 if name in times else count) for name in sums}
        self.state.sums = {}
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
        is_last = self.state.step == self.last_step
        if self._epoch % self.settings.preview_every_epochs == 0 or is_last:
            self._preview()
        if self._epoch % self.settings.checkpoint_every_epochs == 0:
            self._checkpoint()

    def _checkpoint(self) -> None:
        write_checkpoint(self.run.checkpoints, self.state)
        self.saved_step = self.state.step

    def _preview(self) -> None:
        epoch = ceil(self.state.step / self.batches.steps_per_epoch)  # one begun counts
        manifest, spread = self.corpus.manifest, self._real_spread_db()
        figures, preview = save_preview(self.run, self.record, manifest, self.state, epoch, spread)
        self.run.append_metrics(
            {"event": "preview", "epoch": epoch, "step": self.state.step, **figures}
        )
        self.previewed_step = self.state.step
        for observer in self.observers:
            observer.on_preview(preview)

    def _real_spread_db(self) -> float:
        """Spread of real segments on the generator's grid: what variety would look like."""
        count = len(self.corpus.train)
        chosen = torch.linspace(0, count - 1, min(SPREAD_PICTURES, count)).long().tolist()
        grid = self.record.settings.generator.grid
        real = reduce_to(self.corpus.train.batch(chosen), grid, grid)
        manifest = self.corpus.manifest
        return spread_db(real, manifest.high_db - manifest.low_db)
