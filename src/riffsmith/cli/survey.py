"""`riffsmith survey`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from riffsmith.cli.flags import HoldOut, HoldOutGlob

if TYPE_CHECKING:
    from riffsmith.corpus import CorpusPlan, Survey


def survey(
    folder: Path,
    *,
    genre: str | None = None,
    preset: str | None = None,
    hold_out: HoldOut = None,
    hold_out_glob: HoldOutGlob = None,
    workers: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Look through a folder: what is usable, what is not and why, and is it enough.

    Parameters
    ----------
    folder
        Folder of recordings; subfolders are searched.
    genre
        A subfolder of a GTZAN-like tree of genres, or "all".
    preset
        The preset that is to be trained: recordings that are too short for it are joined, and the
        training time is estimated for it.
    workers
        Threads; one for each core if left out.
    as_json
        Print the survey as JSON.
    """
    from riffsmith.cli.console import (
        describe_joined,
        describe_too_short,
        duration,
        file_progress,
        stdout,
    )
    from riffsmith.cli.held_out import describe_plan
    from riffsmith.config import DEFAULT_PRESET, load_preset
    from riffsmith.corpus import survey_folder
    from riffsmith.pipeline.training import estimate_preparation
    from riffsmith.training import measure_training_seconds, plan_milestones

    preset = preset or DEFAULT_PRESET
    settings = load_preset(preset)
    with file_progress("Surveying") as on_progress:
        found = survey_folder(
            folder,
            genre,
            settings=settings.corpus,
            workers=workers,
            on_progress=on_progress,
        )
    plan = found.plan(settings.corpus, hold_out or (), hold_out_glob or ())
    steps = plan_milestones(settings, plan.training_segments).last_step
    seconds = measure_training_seconds(settings, steps) if plan.training_segments and steps else 0.0
    preparation = estimate_preparation(settings, plan)
    if as_json:
        values = _as_values(found, plan, preset, seconds)
        values["preparation_seconds"] = round(preparation)
        print(json.dumps(values, indent=1))
        return
    _print_table(found)
    stdout.print(
        f"\n{len(found.usable)} usable, {len(found.skipped)} skipped, "
        f"{found.minutes:.1f} minutes in all"
    )
    stdout.print(f"rates: {_counts(found.sample_rates(), ' Hz')}")
    stdout.print(f"channels: {_counts(found.channel_counts(), '')}")
    if found.usable:
        chosen_by = None if hold_out or hold_out_glob else settings.corpus
        stdout.print(describe_plan(plan, chosen_by), soft_wrap=True)
    if found.joined:
        stdout.print(describe_joined(found.joined, preset), soft_wrap=True)
    if found.too_short:
        stdout.print(describe_too_short(found.too_short, preset), soft_wrap=True)
    stdout.print(f"verdict: {found.verdict()}", style="bold")
    if seconds:
        before = f" after {duration(preparation)} of preparation" if preparation else ""
        stdout.print(
            f"training with preset {preset} on this machine: about {duration(seconds)}{before}"
        )


def _as_values(
    found: "Survey", plan: "CorpusPlan", preset: str, seconds: float
) -> dict[str, object]:
    from riffsmith.corpus import held_out_start

    held_out = plan.of_split("held_out")
    return {
        **found.model_dump(),
        "minutes": round(found.minutes, 3),
        "usable": len(found.usable),
        "skipped": len(found.skipped),
        "too_short_minutes": round(sum(entry.seconds for entry in found.too_short) / 60, 3),
        "sample_rates": found.sample_rates(),
        "channel_counts": found.channel_counts(),
        "held_out": [recording.source.path for recording in held_out],
        "held_out_minutes": round(sum(one.seconds for one in held_out) / 60, 3),
        "held_out_from_seconds": held_out_start(plan.recordings),
        "grade": found.grade,
        "verdict": found.verdict(),
        "training_preset": preset,
        "training_seconds": round(seconds),
    }


def _print_table(found: "Survey") -> None:
    from rich.table import Table
    from rich.text import Text

    from riffsmith.cli.console import stdout
    from riffsmith.terminal import escape_controls

    table = Table(box=None, pad_edge=False)
    table.add_column("file", overflow="fold")
    for title in ("minutes", "Hz", "ch", "LUFS", "peak dB"):
        table.add_column(title, justify="right")
    table.add_column("remarks", overflow="fold")
    joined = {clip.path for one in found.joined for clip in one.clips}
    for entry in found.entries:
        path = escape_controls(entry.path)  # a line break in a name would make another line
        if not entry.usable:
            remark = Text(f"skipped: {entry.reason}", style="red")
            table.add_row(path, *[""] * 5, remark)
            continue
        remarks = list(entry.warnings)
        if entry.path in joined:
            remarks.insert(0, "joined with others")
        loudness = "–" if entry.loudness_lufs is None else f"{entry.loudness_lufs:.1f}"
        table.add_row(
            path,
            f"{entry.seconds / 60:.2f}",
            str(entry.sample_rate),
            str(entry.channels),
            loudness,
            f"{entry.peak_db:.1f}",
            Text("; ".join(remarks), style="yellow"),
        )
    stdout.print(table)


def _counts(counts: Mapping[int, int], unit: str) -> str:
    return ", ".join(f"{count} × {value}{unit}" for value, count in counts.items()) or "none"
