"""`riffsmith demo`."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

SONGS = files("riffsmith") / "demo_corpus" / "metal"
SHIPPED_MODEL = "metal"
SHIPPED_SECONDS = 10.0
CLIPS = 3
CLIP_SECONDS = 30.0
EVALUATED_SECONDS = 60.0
MEASURED = ("evaluation", "originality")


def demo(
    *,
    out: Path = Path("demo"),
    minutes: float = 7.0,
    seed: Annotated[int, Parameter(show=False)] = 0,
) -> None:
    """Play the shipped model, then run the whole chain: prepare, train, generate, evaluate, report.

    Parameters
    ----------
    out
        Folder to write. A demo that was stopped goes on from there.
    minutes
        Time to train, with the measuring of the songs, which takes two of them or so.
    """
    from time import perf_counter

    from riffsmith.api import load
    from riffsmith.cli.console import file_progress, note, share_progress, stdout
    from riffsmith.cli.training_progress import run_with_progress
    from riffsmith.corpus import DEMO_CREDIT
    from riffsmith.pipeline.training import TrainingRequest, begin_training
    from riffsmith.report import measure_run, write_report
    from riffsmith.runs import RunFolder

    note(f"songs: {DEMO_CREDIT}; credits in riffsmith/demo_corpus")
    shipped = load(SHIPPED_MODEL)
    began = perf_counter()
    audio = shipped.generate(SHIPPED_SECONDS, seed)
    elapsed = perf_counter() - began
    target = audio.save(out / f"{SHIPPED_MODEL}.wav")
    stdout.print(
        f"audio: {target}, {SHIPPED_SECONDS:g} s by the shipped model, computed in {elapsed:.1f} s",
        soft_wrap=True,
    )
    run = RunFolder(out / "run")
    began = perf_counter()
    request = TrainingRequest(
        seed=seed, minutes=minutes, hold_out=["mutilated_mime"], credit=DEMO_CREDIT
    )
    with as_file(SONGS) as songs:
        with file_progress("Preparing") as on_progress:
            record, corpus = begin_training(
                songs, run, request, resume=True, on_progress=on_progress
            )
        seconds_before = perf_counter() - began
        result = run_with_progress(run, record, corpus, seconds_before=seconds_before)
    if not result.finished:
        stdout.print("stopped: the same command goes on")
        raise SystemExit(130)
    model = load(run.path, on_notice=note)
    for number in range(CLIPS):
        target = out / f"riff-{number + 1}.wav"
        with share_progress(f"Playing {target.name}") as on_share:
            model.generate(CLIP_SECONDS, seed + number, on_progress=on_share).save(target)
        stdout.print(f"audio: {target}", soft_wrap=True)
    page = out / "report.html"
    with share_progress("Measuring") as on_progress:
        measurements = measure_run(
            run, seconds=EVALUATED_SECONDS, kinds=MEASURED, on_progress=on_progress
        )
    write_report(run, page, measurements=measurements)
    stdout.print(f"page:  {page}", soft_wrap=True)
