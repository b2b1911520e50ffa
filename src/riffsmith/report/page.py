"""A run → one self-contained HTML page."""

import shlex
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from riffsmith.bundle import load_bundle
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.files import write_bytes
from riffsmith.report.architecture import describe_networks
from riffsmith.report.charts import draw_counts
from riffsmith.report.curves import draw_curves, paint
from riffsmith.report.findings_text import Subject
from riffsmith.report.history import History, column
from riffsmith.report.measurements import Gap, Measurements, collect_measurements
from riffsmith.report.media import Picture
from riffsmith.report.media_cards import (
    evolution_cards,
    nearest_passages,
    recording_cards,
    sample_cards,
)
from riffsmith.report.pictures import segment_cards
from riffsmith.report.tables import expected_by, noticed_by
from riffsmith.report.texts import Language, Texts
from riffsmith.report.verdict import draw_verdict
from riffsmith.training import RunFolder, open_run


def write_report(
    run: RunFolder, out: Path, *, findings: Measurements | None = None, language: Language = "en"
) -> None:
    """Writes the page of a run.

    Args:
        run: With a snapshot at least.
        out: File to write.
        findings: What was measured of the snapshot that the page shows (`measure_run`); none: what
            is stored below the run, and nothing is measured.
        language: Of the page.

    Raises:
        RunError: There is no run, it has no snapshot yet, or writing fails.
        CorpusError: Its corpus is missing or damaged.
    """
    record, corpus = open_run(run)
    history, texts = _open_history(run), Texts(language)
    choice = history.choose()
    found = findings or collect_measurements(run, corpus, choice.epoch, quick=True)
    bundle = load_bundle(run.snapshot(choice.epoch))
    networks = describe_networks(record.settings)
    evolution = evolution_cards(run, history, choice.epoch, texts)
    suspects = () if isinstance(found.originality, Gap) else found.originality.suspects
    environment = Environment(
        loader=PackageLoader("riffsmith.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(t=texts, expected_by=expected_by, noticed_by=noticed_by)
    environment.tests["gap"] = lambda value: isinstance(value, Gap)
    page = environment.get_template("page.html").render(
        record=record,
        manifest=corpus.manifest,
        minutes={
            split: sum(r.source.seconds for r in corpus.manifest.of_split(split)) / 60
            for split in ("train", "held_out")
        },
        command=f"riffsmith report {shlex.quote(str(run.path))}",
        epoch=choice.epoch,
        epochs=history.last_epoch,
        training_minutes=sum(column(history.epochs, "seconds")) / 60,
        verdict=draw_verdict(Subject(record, corpus, history, choice, found, texts)),
        samples=list(sample_cards(bundle, texts)),
        findings=found,
        passages=list(nearest_passages(suspects, corpus)),
        curves=list(draw_curves(history, record.settings.training, texts)),
        marks=history.marks,
        evolution=evolution,
        snapshots=len(run.snapshot_epochs()),
        genres=_genre_chart(corpus, texts) if len(corpus.manifest.genres) > 1 else None,
        recordings=list(recording_cards(corpus, texts)),
        segments=list(segment_cards(corpus, record.settings, texts)),
        networks=networks,
        totals={name: sum(row.parameters for row in rows) for name, rows in networks.items()},
        settings=record.settings.model_dump(),
    )
    write_bytes(out, page.encode(), RunError)


def measure_run(
    run: RunFolder,
    *,
    seconds: float | None = None,
    seed: int = 0,
    quick: bool = False,
    on_share: Callable[[float], None] = lambda share: None,
) -> Measurements:
    """Scores, originality and self-test of the snapshot that a page shows.

    Raises:
        RunError: There is no run, or it has no snapshot yet.
        CorpusError: Its corpus is missing or damaged.
        SettingsError: Fewer seconds than one clip are asked for.
    """
    _, corpus = open_run(run)
    epoch = _open_history(run).choose().epoch
    return collect_measurements(
        run, corpus, epoch, seconds=seconds, seed=seed, quick=quick, on_share=on_share
    )


def _open_history(run: RunFolder) -> History:
    if not run.snapshot_epochs():
        raise RunError(f"{run.path} has nothing to show yet: train it first")
    return History(run)


def _genre_chart(corpus: Corpus, texts: Texts) -> Picture:
    counts, chosen = corpus.manifest.genres, corpus.manifest.genre
    title = texts.plain("corpus.genres")
    said = ", ".join(f"{genre} {count}" for genre, count in counts.items())
    return paint(lambda theme: draw_counts(counts, chosen, title, theme), f"{title}: {said}")
