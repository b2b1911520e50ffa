"""Everything that the page shows of a training, read from its folder."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from riffsmith.config import LatentSettings, load_preset
from riffsmith.corpus import MANIFEST_NAME, held_out_start, read_manifest
from riffsmith.errors import CorpusError
from riffsmith.runs import (
    PREVIEW_AUDIO,
    OutcomeState,
    RunFolder,
    RunRecord,
    Stage,
    select_snapshot,
    step_of,
)
from riffsmith.studio.jobs.folder import JobFolder, JobStatus
from riffsmith.studio.jobs.schemas import (
    Distance,
    Event,
    EventKind,
    EventMessage,
    Job,
    JobStage,
    Loss,
    PreviewInfo,
)
from riffsmith.training import seconds_for_steps

_LONGEST_CURVE = 500
_MOST_EVENTS = 200
_RECENT_LINES = 20
"""Number of lines of the log that the time left is estimated from."""
_EVENT_KINDS = get_args(EventKind)
Line = Mapping[str, object]


def view_job(folder: JobFolder) -> Job:
    """Reads how a training stands.

    Raises:
        RunError: Its record is damaged.
    """
    request = folder.read_record()
    status, run = folder.status(), folder.run
    record = run.read_record() if run.exists() else None
    lines = run.read_metrics()
    log = [line for line in lines if line.get("event") == "log"]
    unit = record.unit if record else load_preset(request.preset).unit
    step, epoch = _position(lines)
    steps = _steps(record, step, epoch)
    progress, seconds_left = _progress(folder, record, lines, log, steps, status)
    held_out = _held_out(run, record) if record else None
    numbers = run.snapshot_numbers() if record else []
    selected = select_snapshot(run) if numbers else None
    return Job(
        name=folder.name,
        state=status.state,
        preset=request.preset,
        held_out=held_out and list(held_out.paths),
        held_out_minutes=held_out and held_out.minutes,
        held_out_from_seconds=held_out and held_out.from_seconds,
        unit=unit,
        stage=_stage(status, log),
        progress=progress,
        step=step,
        steps=steps,
        epoch=(epoch or 0) if unit == "epoch" else None,
        seconds_left=seconds_left,
        message=status.message,
        stopped_by=_stopped_by(status, lines),
        losses=_losses(log),
        distances=_distances(lines),
        events=_events(lines),
        previews=[
            PreviewInfo(snapshot=number, step=step_of(line))
            for line in lines
            if line.get("event") == "preview"
            and (number := _whole(line.get("snapshot"))) is not None
            and run.preview(number, PREVIEW_AUDIO).is_file()
        ],
        best_snapshot=run.best_snapshot() if record else None,
        distance=selected.distance if selected else None,
        is_measured=any(folder.measurements.glob("evaluation*.json")),
    )


def seconds_of_step(log: Sequence[Line]) -> float:
    """Mean seconds of a step in the newest lines of a log, which has one line at least."""
    recent = log[-_RECENT_LINES:]
    first = step_of(log[-_RECENT_LINES - 1]) if len(log) > _RECENT_LINES else 0
    seconds = sum(_number(line, "seconds") or 0.0 for line in recent)
    return seconds / max(1, step_of(recent[-1]) - first)


@dataclass(frozen=True)
class _HeldOut:
    """What is held out of a training."""

    paths: tuple[str, ...]
    minutes: float
    from_seconds: float | None
    """Where the recording that is cut is held out. `None`: whole recordings are held out."""


def _held_out(run: RunFolder, record: RunRecord) -> _HeldOut | None:
    """What is held out. `None`: the corpus is gone."""
    corpus = run.path / record.corpus
    try:
        return _read_held_out(corpus, (corpus / MANIFEST_NAME).stat().st_mtime_ns)
    except (OSError, CorpusError):
        return None


@lru_cache(maxsize=64)
def _read_held_out(corpus: Path, _changed: int) -> _HeldOut:
    """Reads the manifest of a corpus once for each time that it was written."""
    manifest = read_manifest(corpus)
    held_out = manifest.of_split("held_out")
    return _HeldOut(
        paths=tuple(recording.source.path for recording in held_out),
        minutes=round(sum(recording.seconds for recording in held_out) / 60, 3),
        from_seconds=held_out_start(manifest.recordings),
    )


def _position(lines: Sequence[Line]) -> tuple[int, int | None]:
    """Step and finished epochs at the newest line that tells them.

    A snapshot and the events of the monitor are written after the log's line of their step, and
    between two lines of the log, so the log alone would be behind them.
    """
    for line in reversed(lines):
        if line.get("event") in ("log", "preview"):
            return step_of(line), _whole(line.get("epoch"))
    return 0, None


def _stage(status: JobStatus, log: Sequence[Line]) -> JobStage:
    if status.outcome is None:
        return "training" if log else Stage.RECORDINGS
    return status.outcome.stage or "training"


def _progress(
    folder: JobFolder,
    record: RunRecord | None,
    lines: Sequence[Line],
    log: Sequence[Line],
    steps: int | None,
    status: JobStatus,
) -> tuple[float | None, float | None]:
    """The fraction of the stage that is done, and the seconds that are left: of the training, or of
    its stage before the first step.

    None stands for what is not known. A training that does not run has no seconds left, and none
    of a stage before the first step: it begins there anew.
    """
    outcome, is_running = status.outcome, status.state == "running"
    if status.state == "finished":
        return 1.0, None
    if outcome and outcome.state is OutcomeState.PREPARING:
        return (outcome.progress, outcome.seconds_left) if is_running else (None, None)
    if record is None or not log:
        return None, None
    seconds = [_number(line, "seconds") or 0.0 for line in log]
    since = _seconds_since_line(folder) if is_running else 0.0
    if record.minutes is not None:
        stepped = sum(seconds) + since
        spent = stepped + sum(_number(line, "other_seconds") or 0.0 for line in lines)
        # The steps go on until the minutes are over and they have had their least time.
        least = seconds_for_steps(record.minutes, 60 * record.minutes)
        left = max(0.0, 60 * record.minutes - spent, least - stepped)
        return spent / max(spent + left, 1e-9), left if is_running else None
    if not steps:
        return None, None
    step = step_of(log[-1])
    left = max(0.0, (steps - step) * seconds_of_step(log) - since)
    return min(1.0, step / steps), left if is_running else None


def _seconds_since_line(folder: JobFolder) -> float:
    """Time since the newest line of the metrics, as far as this session has trained meanwhile."""
    process = folder.process()
    began = process.create_time() if process else 0.0
    return time.time() - max(began, folder.run.metrics.stat().st_mtime)


def _steps(record: RunRecord | None, step: int, epoch: int | None) -> int | None:
    """Number of steps of the whole run. `None`: it ends by the clock, or is not known yet."""
    if record is None or record.minutes is not None:
        return None
    settings = record.settings
    if isinstance(settings, LatentSettings):
        return settings.training.steps
    return settings.training.epochs * step // epoch if epoch else None


def _losses(log: Sequence[Line]) -> list[Loss]:
    """Losses at evenly spaced places of the log, its last line among them."""
    stride = -(-len(log) // _LONGEST_CURVE) or 1
    return [
        Loss(
            step=step_of(line),
            discriminator=_number(line, "discriminator_loss"),
            generator=loss,
        )
        for line in log[::-1][::stride][::-1]
        if (loss := _number(line, "generator_loss")) is not None
    ]


def _distances(lines: Sequence[Line]) -> list[Distance]:
    return [
        Distance(step=step_of(line), distance=distance)
        for line in lines
        if line.get("event") == "check" and (distance := _number(line, "distance")) is not None
    ]


def _events(lines: Sequence[Line]) -> list[Event]:
    """The newest events; a line that another version wrote is left out."""
    events: list[Event] = []
    for line in lines:
        if line.get("event") in _EVENT_KINDS:
            with suppress(ValidationError):
                events.append(_event(line))
    return events[-_MOST_EVENTS:]


def _event(line: Line) -> Event:
    parameters = line.get("parameters")
    values = parameters if isinstance(parameters, dict) else {}
    message = {
        "code": line.get("code"),
        "parameters": {name: _plain(value) for name, value in values.items()},
        "detail": line.get("text"),
    }
    return Event.model_validate(
        {
            "step": step_of(line),
            "kind": line.get("event"),
            "message": message,
            "to_step": line.get("to_step"),
        }
    )


def _stopped_by(status: JobStatus, lines: Sequence[Line]) -> EventMessage | None:
    """The event that the training was finished by, before its last step."""
    if status.state != "finished" or not status.outcome or not status.outcome.code:
        return None
    stops = [event for event in _events(lines) if event.kind == "stop"]
    return stops[-1].message if stops else None


def _plain(value: object) -> object:
    """Names in a list become one text."""
    if isinstance(value, list):
        return ", ".join(str(one).replace("_", " ") for one in value)
    return value


def _number(line: Line, name: str) -> float | None:
    value = line.get(name)
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
