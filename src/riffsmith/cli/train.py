"""`riffsmith train`."""

import time
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from riffsmith.cli.flags import HoldOut, HoldOutGlob
from riffsmith.terminal import quote_path

if TYPE_CHECKING:
    from riffsmith.config import Settings
    from riffsmith.corpus import Changes
    from riffsmith.pipeline.training import TrainingRequest
    from riffsmith.runs import RunFolder


def train(
    source: Path,
    run: Path,
    *,
    preset: str | None = None,
    steps: int | None = None,
    epochs: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    monitor: Literal["on", "off"] | None = None,
    from_scratch: Annotated[bool, Parameter(negative="")] = False,
    resume: Annotated[bool, Parameter(negative="")] = False,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    genre: str | None = None,
    name: str | None = None,
    credit: str | None = None,
    hold_out: HoldOut = None,
    hold_out_glob: HoldOutGlob = None,
    workers: int | None = None,
    config: dict[str, dict[str, str]] | None = None,
) -> None:
    """Train on a prepared corpus, or on a folder, which is prepared first.

    Parameters
    ----------
    source
        Prepared corpus, or folder of recordings.
    run
        Folder to write: checkpoints, snapshots, previews, metrics.
    preset
        Which system: latent (the default), report or report-wgan. A prepared corpus has its own.
    steps
        Training steps, instead of the preset's number (latent).
    epochs
        Passes over the corpus, instead of the preset's number (report and report-wgan).
    minutes
        Train for this time instead, the preparation included. Training steps get at least half of
        it, however long the preparation takes.
    seed
        The same seed on the same machine gives the same result. 0 if left out.
    monitor
        Whether the run's health is checked: the best snapshot is marked, collapse and divergence
        are rolled back, and a run that no longer improves is stopped. On if left out.
    from_scratch
        Learn everything from the recordings, without the base model (latent).
    resume
        Go on with a run that was stopped, or start it if there is none.
    dry_run
        Print the settings, the networks' sizes and an estimate of the time. Write nothing.
    genre
        A subfolder of a tree of genres as in GTZAN, or "all".
    name
        What the music is called in reports and models. Its folder's name if left out.
    credit
        Who made the recordings and under which licence, such as "Muldjord, CC BY-SA 3.0". The
        report and the tags of every clip of the model name it.
    workers
        Threads of the preparation.
    config
        Single settings, as --config.training.batch_size 16.
    """
    from riffsmith.bundle import as_model
    from riffsmith.cli.console import file_progress, note_flaws, stdout
    from riffsmith.cli.held_out import describe_corpus_split
    from riffsmith.cli.training_progress import describe_times, run_with_progress, stop_flag
    from riffsmith.corpus import is_corpus
    from riffsmith.messages import Count
    from riffsmith.pipeline.training import TimePlan, TrainingRequest, begin_training
    from riffsmith.runs import RunFolder
    from riffsmith.training import open_process_group, run_worker

    request = TrainingRequest(
        preset=preset,
        overrides=config or {},
        seed=seed,
        epochs=epochs,
        steps=steps,
        minutes=minutes,
        monitor=None if monitor is None else monitor == "on",
        from_scratch=from_scratch,
        genre=genre,
        name=name,
        credit=credit,
        hold_out=hold_out or (),
        hold_out_glob=hold_out_glob or (),
        workers=workers,
    )
    folder = RunFolder(run)
    with open_process_group() as process_group:
        if not process_group.is_main:
            if not dry_run:
                with stop_flag():  # the main process gets the signal too, and sends the command
                    run_worker(folder, process_group)
            return
        if dry_run:
            _print_plan(source, folder, request)
            return
        is_resumed = folder.exists()
        began = time.perf_counter()
        plans: list[TimePlan] = []
        with file_progress("Preparing") as on_progress:
            record, corpus = begin_training(
                source,
                folder,
                request,
                resume=resume,
                on_progress=on_progress,
                on_plan=plans.append,
                on_changes=lambda changes: _note_changes(source, changes),
            )
        if not is_corpus(source):
            note_flaws(corpus.manifest)
        is_chosen = request.is_split_chosen or is_resumed or is_corpus(source)
        stdout.print(describe_corpus_split(corpus.manifest, is_chosen=is_chosen), soft_wrap=True)
        for plan in plans:
            stdout.print(describe_times(plan), soft_wrap=True)
        seconds_before = time.perf_counter() - began
        result = run_with_progress(folder, record, corpus, process_group, seconds_before)
    if not result.finished:
        stdout.print(
            f"stopped at step {result.step}; go on with: "
            f"riffsmith train {quote_path(source)} {quote_path(run)} --resume",
            soft_wrap=True,
        )
        raise SystemExit(130)
    if result.epoch is None:
        stdout.print(f"trained {Count(result.step):step|steps} → {run}", soft_wrap=True)
    else:
        passes = f"{Count(result.epoch):epoch|epochs}"
        stdout.print(f"trained {passes} ({Count(result.step):step|steps}) → {run}", soft_wrap=True)
    stdout.print(f"listen: riffsmith generate {quote(as_model(run))} out.wav", soft_wrap=True)
    stdout.print(f"look: riffsmith report {quote_path(run)}", soft_wrap=True)


def _note_changes(source: Path, changes: "Changes") -> None:
    """Says what is different in a folder since a run was started, and what can be done."""
    from riffsmith.cli.console import note

    note(
        f"{source} has changed since the run was started: {changes.text}. The run goes on with the "
        "recordings that it was started with. To train on those of now, start a new run: "
        f"riffsmith train {quote_path(source)} NEW_RUN"
    )


def _print_plan(source: Path, run: "RunFolder", request: "TrainingRequest") -> None:
    from riffsmith.cli.console import duration, stdout
    from riffsmith.config import LatentSettings
    from riffsmith.messages import Count
    from riffsmith.networks import count_parameters
    from riffsmith.pipeline.training import TimePlan, refuse_preparation
    from riffsmith.training import (
        choose_device,
        initialise_state,
        measure_training_seconds,
        plan_milestones,
    )

    request = request.with_preset(source, run)
    refuse_preparation(source, request)
    settings = request.settings()
    segments, preparation = _measure_recordings(source, request, settings)
    for section, values in settings.model_dump().items():
        for key, value in values.items():
            stdout.print(f"{section}.{key} = {value}")
    state = initialise_state(settings, 0, choose_device(settings.training))
    generator = count_parameters(state.generator)
    discriminator = count_parameters(state.discriminator)
    stdout.print(f"generator: {generator:,} parameters; discriminator: {discriminator:,}")
    if isinstance(settings, LatentSettings):
        base = settings.training.base
        stdout.print(
            "begins from scratch" if base is None else f"begins with the base model {base}"
        )
    milestones = plan_milestones(settings, segments)
    if segments == 0 or milestones.last_step == 0:
        stdout.print(
            f"too little to train: about {Count(segments):segment|segments}, less than a batch"
        )
        return
    seconds = measure_training_seconds(settings, milestones.last_step)
    if request.minutes is None:
        total = duration(preparation + seconds)
    else:
        total = duration(TimePlan(request.minutes, 0.0, preparation).total_seconds or 0.0)
    step_seconds = seconds / milestones.last_step
    if milestones.steps_per_epoch is None:
        pace = f"{Count(milestones.last_step):step|steps} of {step_seconds:.2g} s"
    else:
        epoch = milestones.steps_per_epoch
        pace = f"{Count(epoch):step|steps} per epoch, {duration(step_seconds * epoch)} per epoch"
    before = f"{duration(preparation)} of preparation, " if preparation else ""
    stdout.print(
        f"about {Count(segments):training segment|training segments}, {before}{pace}, {total} in "
        "all on this machine",
        soft_wrap=True,
    )


def _measure_recordings(
    source: Path, request: "TrainingRequest", settings: "Settings"
) -> tuple[int, float]:
    """Number of training segments, and seconds of work before the first step."""
    from riffsmith.cli.console import describe_joined, describe_too_short, file_progress, stdout
    from riffsmith.cli.held_out import describe_corpus_split, describe_plan
    from riffsmith.config import DEFAULT_PRESET
    from riffsmith.corpus import Corpus, is_corpus, survey_folder
    from riffsmith.pipeline.training import estimate_preparation

    if is_corpus(source):
        corpus = Corpus(source)
        stdout.print(describe_corpus_split(corpus.manifest, is_chosen=True), soft_wrap=True)
        return len(corpus.train), estimate_preparation(settings, corpus.manifest)
    with file_progress("Surveying") as on_progress:
        found = survey_folder(
            source,
            request.genre,
            settings=settings.corpus,
            workers=request.workers,
            on_progress=on_progress,
        )
    plan = found.plan(settings.corpus, request.hold_out, request.hold_out_glob)
    if found.usable:
        chosen_by = None if request.is_split_chosen else settings.corpus
        stdout.print(describe_plan(plan, chosen_by), soft_wrap=True)
    preset = request.preset or DEFAULT_PRESET
    if found.joined:
        stdout.print(describe_joined(found.joined, preset), soft_wrap=True)
    if found.too_short:
        stdout.print(describe_too_short(found.too_short, preset), soft_wrap=True)
    stdout.print(f"verdict: {found.verdict()}", style="bold")
    return plan.training_segments, estimate_preparation(settings, plan)
