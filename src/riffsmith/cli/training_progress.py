"""A training on the console: a progress bar, and an orderly end on a signal."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress, TaskID

from riffsmith.cli.console import duration, training_progress
from riffsmith.corpus import Corpus
from riffsmith.pipeline.training import TimePlan
from riffsmith.report import PreviewPainter
from riffsmith.runs import RunFolder, RunRecord, Stage
from riffsmith.training import (
    Milestones,
    Preview,
    ProcessGroup,
    StepMetrics,
    TrainingResult,
    seconds_for_steps,
    train,
)

_STAGES = {
    Stage.RECORDINGS: "Preparing the recordings",
    Stage.FEATURES: "Measuring the recordings",
    Stage.CODEC: "Fitting the codec",
    Stage.NOTES: "Learning the notes",
}


def describe_times(plan: TimePlan) -> str:
    """Says how long the preparation will take, and how long the training steps."""
    preparation = duration(plan.preparation_seconds)
    if plan.steps_seconds is None or plan.total_seconds is None:
        if plan.preparation_seconds == 0:
            return "the training steps begin at once"
        return f"before the first training step, about {preparation} of preparation"
    steps, total = duration(plan.steps_seconds), duration(plan.total_seconds)
    if plan.is_longer:
        return (
            f"the preparation takes about {preparation}, which leaves too little of the "
            f"{plan.minutes:g} min: training steps get {steps} all the same, so the training takes "
            f"about {total}"
        )
    return f"about {preparation} of preparation, then {steps} of training steps"


def run_with_progress(
    folder: RunFolder,
    record: RunRecord,
    corpus: Corpus,
    process_group: ProcessGroup | None = None,
    seconds_before: float = 0.0,
) -> TrainingResult:
    """Trains with a progress bar. Ctrl-C or a termination signal ends it with a checkpoint.

    Args:
        folder: Folder of the run.
        record: Its record.
        corpus: Its corpus.
        process_group: Processes that train the run. `None`: this one alone.
        seconds_before: Time that the preparation has taken so far.
    """
    with stop_flag() as stopped, training_progress() as progress:
        console = _ConsoleObserver(progress, record.minutes, seconds_before)
        result = train(
            folder,
            record,
            corpus,
            [PreviewPainter(folder), console],
            should_stop=lambda: bool(stopped),
            process_group=process_group,
            seconds_before=seconds_before,
        )
        if result.finished:
            console.fill()
        return result


@contextmanager
def stop_flag() -> Iterator[list[int]]:
    """A list that a first signal fills. A second signal acts as always."""
    received: list[int] = []
    handled = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in handled}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(number: int, _: object) -> None:
        received.append(number)
        restore()

    for number in handled:
        signal.signal(number, on_signal)
    try:
        yield received
    finally:
        restore()


class _ConsoleObserver:
    """Shows a run as one bar; where there is no terminal, as one line per log entry."""

    def __init__(self, progress: Progress, minutes: float | None, seconds_before: float) -> None:
        self._progress = progress
        self._minutes, self._seconds_before = minutes, seconds_before
        self._began = time.monotonic()
        self._task = progress.add_task("Training", losses="", total=None)
        self._milestones: Milestones | None = None
        self._stages: dict[Stage, TaskID] = {}

    def fill(self) -> None:
        """Fills the bar of a run that is finished, also where there was nothing left to train."""
        for task in self._progress.tasks:
            self._progress.update(task.id, total=task.total or 1.0, completed=task.total or 1.0)

    def on_stage(self, stage: Stage, progress: float) -> None:
        if stage not in self._stages:
            if not self._progress.console.is_terminal:
                self._progress.console.print(_STAGES[stage].lower())
            self._stages[stage] = self._progress.add_task(_STAGES[stage], losses="", total=1.0)
        self._progress.update(self._stages[stage], completed=progress)

    def on_start(self, step: int, milestones: Milestones) -> None:
        self._milestones = milestones
        for stage in self._stages.values():
            self._progress.update(stage, completed=1.0)
        total: float = milestones.last_step
        if self._minutes is not None:
            prepared = self._seconds_before + time.monotonic() - self._began
            total, self._began = seconds_for_steps(self._minutes, prepared), time.monotonic()
        self._progress.reset(self._task, total=total, completed=0 if self._minutes else step)

    def on_step(self, step: int, metrics: StepMetrics) -> None:
        done = time.monotonic() - self._began if self._minutes else step
        loss = metrics.discriminator_loss
        discriminator = "" if loss is None else f"D {loss:.3f}  "
        self._progress.update(
            self._task,
            completed=done,
            description=self._position(step).capitalize(),
            losses=f"{discriminator}G {metrics.generator_loss:.3f}",
        )

    def on_log(self, step: int, means: dict[str, float]) -> None:
        if not self._progress.console.is_terminal:
            names = [name for name in ("discriminator", "generator") if f"{name}_loss" in means]
            losses = "".join(f"{name} {means[f'{name}_loss']:.4f}, " for name in names)
            self._progress.console.print(
                f"{self._position(step)}: {losses}{means['seconds']:.1f} s", soft_wrap=True
            )

    def on_preview(self, preview: Preview) -> None:
        if self._progress.console.is_terminal:
            text = f"preview of {preview.unit} {preview.number}"
            self._progress.console.print(text, style="dim")

    def on_notice(self, text: str) -> None:
        self._progress.console.print(text, soft_wrap=True)

    def _position(self, step: int) -> str:
        epoch = self._milestones.epoch(step) if self._milestones else None
        return f"step {step}" if epoch is None else f"epoch {epoch}"
