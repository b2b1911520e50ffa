"""How a training stands: everything that the page shows of it, read from its folder."""

import json
import time
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from riffsmith.audio import is_audio_name
from riffsmith.corpus.shards import SHARD_FOLDER
from riffsmith.studio.jobs.folder import JobFolder
from riffsmith.studio.jobs.schemas import (
    Distance,
    Event,
    EventKind,
    Job,
    Loss,
    PreviewInfo,
    Stage,
)
from riffsmith.training import RunRecord, select_snapshot

_LONGEST_CURVE = 500
_MOST_EVENTS = 200
_RECENT = 20
_EVENT_KINDS = get_args(EventKind)
Line = dict[str, object]


def view_job(folder: JobFolder) -> Job:
    """Reads how a training stands.

    Raises:
        RunError: Its record is damaged.
    """
    asked = folder.read_record()
    state, message = folder.state()
    run = folder.run
    lines = run.read_metrics()
    record = run.read_record() if run.exists() else None
    epochs = [line for line in lines if line.get("event") == "epoch"]
    last = epochs[-1] if epochs else {}
    step, epoch = _whole(last.get("step")), _whole(last.get("epoch"))
    steps = _steps(record, step, epoch)
    progress, seconds_left = _progress(folder, record, epochs, steps, running=state == "running")
    stage = _stage(folder, record, epochs)
    if stage == "preparing":
        progress = _prepared(folder)
    chosen = select_snapshot(run) if run.snapshot_epochs() else None
    return Job(
        name=folder.name,
        state=state,
        preset=asked.preset,
        unit="epoch",
        stage=stage,
        progress=1.0 if state == "finished" else progress,
        step=step,
        steps=steps,
        epoch=epoch,
        seconds_left=seconds_left if state == "running" else None,
        message=message,
        losses=_losses(epochs),
        distances=_distances(lines),
        events=_events(lines),
        previews=[
            PreviewInfo(snapshot=_whole(line.get("epoch")), step=_whole(line.get("step")))
            for line in lines
            if line.get("event") == "preview"
            and run.preview(_whole(line.get("epoch")), ".wav").is_file()
        ],
        best_snapshot=run.best_epoch(),
        distance=chosen.distance if chosen else None,
    )


def _stage(folder: JobFolder, record: RunRecord | None, epochs: list[Line]) -> Stage:
    if epochs:
        return "training"
    if record is None:
        return "preparing"
    return "training" if folder.run.codec.is_file() else "codec"


def _prepared(folder: JobFolder) -> float | None:
    """The fraction of the recordings that are prepared."""
    try:
        source = Path(json.loads((folder.path / "source.json").read_text())["folder"])
        files = sum(is_audio_name(path) for path in source.rglob("*"))
        shards = len(list((folder.path / "corpus" / SHARD_FOLDER).glob("*.safetensors")))
    except (OSError, ValueError, KeyError):
        return None
    return min(1.0, shards / files) if files else None


def _progress(
    folder: JobFolder,
    record: RunRecord | None,
    epochs: list[Line],
    steps: int | None,
    *,
    running: bool,
) -> tuple[float | None, float | None]:
    """The fraction that is done, and the seconds that are left."""
    if record is None or not epochs:
        return None, None
    seconds = [_number(line, "seconds") or 0.0 for line in epochs]
    since = time.time() - folder.run.metrics.stat().st_mtime if running else 0.0
    if record.minutes is not None:
        budget = record.minutes * 60
        done = min(budget, sum(seconds) + since)
        return done / budget, budget - done
    if not steps:
        return None, None
    step, recent = _whole(epochs[-1].get("step")), seconds[-_RECENT:]
    epochs_left = (steps - step) / steps * record.settings.training.epochs
    left = epochs_left * sum(recent) / len(recent)
    return min(1.0, step / steps), max(0.0, left - since)


def _steps(record: RunRecord | None, step: int, epoch: int) -> int | None:
    """Steps of the whole run, where it does not end by the clock."""
    if record is None or record.minutes is not None or not epoch:
        return None
    return record.settings.training.epochs * step // epoch


def _losses(epochs: list[Line]) -> list[Loss]:
    """Losses at evenly spaced places, the last one among them."""
    stride = -(-len(epochs) // _LONGEST_CURVE) or 1
    return [
        Loss(
            step=_whole(line.get("step")),
            discriminator=_number(line, "discriminator_loss"),
            generator=loss,
        )
        for line in epochs[::-1][::stride][::-1]
        if (loss := _number(line, "generator_loss")) is not None
    ]


def _distances(lines: list[Line]) -> list[Distance]:
    return [
        Distance(step=_whole(line.get("step")), distance=distance)
        for line in lines
        if line.get("event") == "check" and (distance := _number(line, "distance")) is not None
    ]


def _events(lines: list[Line]) -> list[Event]:
    events: list[Event] = []
    for line in lines:
        if line.get("event") in _EVENT_KINDS:
            names = ("code", "parameters")
            message = {**{name: line.get(name) for name in names}, "detail": line.get("text")}
            values = {"step": line.get("step"), "kind": line.get("event"), "message": message}
            with suppress(ValidationError):  # written by another version
                events.append(Event.model_validate(values))
    return events[-_MOST_EVENTS:]


def _number(line: Line, name: str) -> float | None:
    value = line.get(name)
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
