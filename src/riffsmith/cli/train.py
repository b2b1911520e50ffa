"""`riffsmith train`."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from riffsmith.corpus import Corpus
    from riffsmith.pipeline import Request
    from riffsmith.training import Outcome, Preview, ProcessGroup, RunFolder, RunRecord, StepMetrics


def train(
    source: Path,
    run: Path,
    *,
    preset: str | None = None,
    epochs: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    monitor: Literal["on", "off"] | None = None,
    resume: Annotated[bool, Parameter(negative="")] = False,
    from_scratch: Annotated[bool, Parameter(negative="")] = False,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    genre: str | None = None,
    hold_out: Annotated[list[str] | None, Parameter(negative="")] = None,
    workers: int | None = None,
    config: dict[str, dict[str, str]] | None = None,
) -> None:
    """Train on a prepared corpus, or on a folder, which is prepared first.

    Parameters
    ----------
    source
        Prepared corpus, or folder of recordings.
    run
        Folder to write: checkpoints, previews, metrics.
    preset
        Which system: latent (the default), report or report-wgan; a prepared corpus has its own.
    epochs
        Passes over the corpus, instead of the preset's.
    minutes
        Train for this time instead.
    seed
        The same seed on the same machine gives the same result; 0 if left out.
    watch
        Whether the run is looked after: its best snapshot marked, collapse and divergence undone, a
        run that gains nothing stopped. On if left out.
    resume
        Go on with a run that was stopped, or start it if there is none.
    from_scratch
        Train the decoder on these recordings too, instead of taking the shipped one.
    dry_run
        Print the settings, the networks' sizes and an estimate; write nothing.
    genre
        A subfolder of a GTZAN-like tree of genres, or "all".
    hold_out
        Part of the name of a recording to keep from training; may be repeated.
    workers
        Threads of the preparation.
    config
        Single settings, as --config.training.batch_size 16.
    """
    from riffsmith.cli.console import file_progress, note_flaws, stdout
    from riffsmith.corpus import is_corpus
    from riffsmith.pipeline import Request, begin
    from riffsmith.training import RunFolder, follow, open_process_group

    overrides = config or {}
    if from_scratch:
        overrides.setdefault("codec", {})["decoder_origin"] = "scratch"
    request = Request(
        preset=preset,
        overrides=overrides,
        seed=seed,
        epochs=epochs,
        minutes=minutes,
        monitor=None if monitor is None else monitor == "on",
        genre=genre,
        hold_out=hold_out or (),
        workers=workers,
    )
    folder = RunFolder(run)
    with open_process_group() as process_group:
        if not process_group.is_main:
            if not dry_run:
                with _stop_flag():  # the leader is told as well, and tells when to stop
                    follow(folder, process_group)
            return
        if dry_run:
            _print_plan(source, folder, request)
            return
        with file_progress("Preparing") as on_progress:
            record, corpus = begin(source, folder, request, resume=resume, on_progress=on_progress)
        if not is_corpus(source):
            note_flaws(corpus.manifest)
        outcome = run_with_progress(folder, record, corpus, process_group)
    if outcome.finished:
        stdout.print(f"trained {outcome.epoch} epochs ({outcome.step} steps) → {run}")
        stdout.print(f"listen: riffsmith generate {run} out.wav · look: riffsmith report {run}")
    else:
        stdout.print(
            f"stopped at step {outcome.step}; go on with: riffsmith train {source} {run} --resume",
            soft_wrap=True,
        )
        raise SystemExit(130)


def run_with_progress(
    folder: "RunFolder",
    record: "RunRecord",
    corpus: "Corpus",
    process_group: "ProcessGroup | None" = None,
) -> "Outcome":
    """Trains with a progress bar; Ctrl-C or a termination signal ends it with a checkpoint."""
    from riffsmith.cli.console import training_progress
    from riffsmith.report import PreviewPainter
    from riffsmith.training import train as run_training

    with _stop_flag() as stopped, training_progress() as progress:
        console = _ConsoleObserver(progress, record.minutes)
        return run_training(
            folder,
            record,
            corpus,
            [PreviewPainter(folder), console],
            should_stop=lambda: bool(stopped),
            process_group=process_group,
        )


@contextmanager
def _stop_flag() -> Iterator[list[int]]:
    """A list that a first signal fills; a second signal acts as always."""
    received: list[int] = []
    probe = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in probe}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(number: int, _: object) -> None:
        received.append(number)
        restore()

    for number in probe:
        signal.signal(number, on_signal)
    try:
        yield received
    finally:
        restore()


class _ConsoleObserver:
    """Shows a run as one bar; where there is no terminal, as one line an epoch."""

    def __init__(self, progress: "Progress", minutes: float | None) -> None:
        self._progress = progress
        self._budget_seconds = minutes * 60 if minutes is not None else None
        self._began = time.monotonic()
        self._task = progress.add_task("Training", losses="", total=None)
        self._steps_per_epoch = 1
        self._stages: dict[str, TaskID] = {}

    def on_stage(self, title: str, share: float) -> None:
        if title not in self._stages:
            if not self._progress.console.is_terminal:
                self._progress.console.print(title)
            self._stages[title] = self._progress.add_task(title.capitalize(), losses="", total=1.0)
        self._progress.update(self._stages[title], completed=share)

    def on_start(self, step: int, steps: int, steps_per_epoch: int) -> None:
        self._steps_per_epoch = steps_per_epoch
        for stage in self._stages.values():
            self._progress.update(stage, completed=1.0)
        self._began = time.monotonic()
        total = self._budget_seconds or steps
        self._progress.reset(self._task, total=total, completed=0 if self._budget_seconds else step)

    def on_step(self, step: int, figures: "StepMetrics") -> None:
        done = time.monotonic() - self._began if self._budget_seconds else step
        plays = figures.discriminator_loss != 0
        against = f"D {figures.discriminator_loss:.3f}  " if plays else ""
        self._progress.update(
            self._task,
            completed=done,
            description=f"Epoch {step // self._steps_per_epoch}",
            losses=f"{against}G {figures.generator_loss:.3f}",
        )

    def on_epoch(self, epoch: int, means: dict[str, float]) -> None:
        if not self._progress.console.is_terminal:
            networks = (name for name in ("discriminator", "generator") if f"{name}_loss" in means)
            losses = "".join(f"{name} {means[f'{name}_loss']:.4f}, " for name in networks)
            self._progress.console.print(
                f"epoch {epoch}: {losses}{means['seconds']:.1f} s", soft_wrap=True
            )

    def on_preview(self, preview: "Preview") -> None:
        if self._progress.console.is_terminal:
            self._progress.console.print(f"preview of epoch {preview.epoch}", style="dim")

    def on_notice(self, text: str) -> None:
        self._progress.console.print(text, soft_wrap=True)


def _print_plan(source: Path, run: "RunFolder", request: "Request") -> None:
    from riffsmith.cli.console import duration, file_progress, stdout
    from riffsmith.corpus import Corpus, estimate_training_segments, is_corpus, survey_folder
    from riffsmith.networks import count_parameters
    from riffsmith.training import (
        choose_device,
        initialise_state,
        measure_training_seconds,
        steps_per_epoch,
    )

    request = request.with_preset(source, run)
    settings = request.settings()
    if is_corpus(source):
        segments = len(Corpus(source).train)
    else:
        with file_progress("Surveying") as on_progress:
            found = survey_folder(
                source,
                request.genre,
                sample_rate=settings.corpus.sample_rate,
                channels=settings.corpus.channel_count,
                workers=request.workers,
                on_progress=on_progress,
            )
        lengths = [entry.seconds for entry in found.usable]
        segments = estimate_training_segments(lengths, settings.corpus)
    for section, values in settings.model_dump().items():
        for key, value in values.items():
            stdout.print(f"{section}.{key} = {value}")
    state = initialise_state(settings, 0, choose_device(settings.training))
    generator = count_parameters(state.generator)
    discriminator = count_parameters(state.discriminator)
    stdout.print(f"generator: {generator:,} parameters; discriminator: {discriminator:,}")
    per_epoch = steps_per_epoch(segments, settings)
    if per_epoch == 0:
        stdout.print(f"too little to train: about {segments} segments, less than a batch")
        return
    epochs = settings.training.epochs
    seconds = measure_training_seconds(settings, per_epoch * epochs)
    total = f"{request.minutes:g} min" if request.minutes else duration(seconds)
    stdout.print(
        f"about {segments} training segments, {per_epoch} steps an epoch, "
        f"{duration(seconds / epochs)} an epoch, {total} in all on this machine",
        soft_wrap=True,
    )
