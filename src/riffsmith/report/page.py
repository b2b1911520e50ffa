"""The page of a run: one self-contained HTML file."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from riffsmith.bundle import load_bundle
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.files import write_bytes
from riffsmith.messages import format_position
from riffsmith.plotting import draw_bars
from riffsmith.report.architecture import describe_networks, to_bars
from riffsmith.report.curves import draw_curves
from riffsmith.report.findings_text import (
    Subject,
    describe_detected,
    describe_expected,
    describe_mark,
)
from riffsmith.report.glossary import explain_losses, explain_measures
from riffsmith.report.history import History, number
from riffsmith.report.measurements import Measurements, NotMeasured, collect_measurements
from riffsmith.report.media import Picture, draw_in_themes
from riffsmith.report.media_cards import (
    codec_cards,
    evolution_cards,
    nearest_passages,
    recording_cards,
    sample_cards,
    segment_cards,
)
from riffsmith.report.result_store import ALL_KINDS, ResultKind
from riffsmith.report.steps import describe_steps
from riffsmith.report.texts import Language, Rounded, Texts
from riffsmith.report.verdict import advise, draw_verdict
from riffsmith.runs import RunFolder, open_run
from riffsmith.terminal import quote_path


def write_report(
    run: RunFolder,
    out: Path,
    *,
    measurements: Measurements | None = None,
    language: Language = "en",
    for_studio: bool = False,
) -> None:
    """Writes the page of a run.

    Args:
        run: Folder of a run with a snapshot at least.
        out: File to write.
        measurements: Measurements of the snapshot that the page shows (`measure_run`). `None`:
            those that are stored below the run; nothing is measured.
        language: Language of the page.
        for_studio: Whether the page names the studio's button, and not a command, where something
            has not been measured.

    Raises:
        RunError: There is no run, it has no snapshot yet, or writing fails.
        CorpusError: The corpus of the run is missing or damaged.
    """
    record, corpus = open_run(run)
    history, texts = _open_history(run), Texts(language)
    selection = history.select()
    found = measurements or collect_measurements(run, corpus, selection.number, kinds=())
    bundle = load_bundle(run.snapshot(selection.number))
    networks = describe_networks(record.settings)
    verdict = draw_verdict(Subject(record, corpus, history, selection, found, texts))
    closest = () if isinstance(found.originality, NotMeasured) else found.originality.closest
    page = (
        _environment(texts)
        .get_template("page.html")
        .render(
            record=record,
            manifest=corpus.manifest,
            minutes={
                split: sum(r.seconds for r in corpus.manifest.of_split(split)) / 60
                for split in ("train", "held_out")
            },
            has_other_corpus=record.explain_change(corpus) is not None,
            cut=_find_cut(corpus),
            remedy=_describe_remedy(run, texts, for_studio=for_studio),
            unit=record.unit,
            snapshot=selection.number,
            end=history.end,
            training_minutes=sum(number(line, "seconds") or 0 for line in history.logs) / 60,
            verdict=verdict,
            samples=list(sample_cards(bundle, texts)),
            measurements=found,
            passages=list(nearest_passages(closest, corpus)),
            curves=list(draw_curves(history, record.settings.training, texts)),
            marks=[(m.position, describe_mark(m, history, texts)) for m in history.marks],
            evolution=evolution_cards(run, history, selection.number, texts),
            preview_count=len(run.preview_numbers()),
            genres=_draw_genres(corpus, texts) if len(corpus.manifest.genres) > 1 else None,
            recordings=list(recording_cards(corpus, texts)),
            segments=list(segment_cards(corpus, record.settings, texts)),
            codec=list(codec_cards(bundle, corpus, texts)),
            networks=networks,
            diagrams={
                name: to_bars(rows) if name != "piano_roll" else []
                for name, rows in networks.items()
            },
            steps=describe_steps(record.settings),
            losses=explain_losses(record.settings),
            advice=advise(verdict),
            totals={name: sum(row.parameters for row in rows) for name, rows in networks.items()},
            settings=record.settings.model_dump(),
        )
    )
    write_bytes(out, page.encode(), RunError)


def _describe_remedy(run: RunFolder, texts: Texts, *, for_studio: bool) -> Markup:
    """What the reader can do where nothing was measured."""
    if for_studio:
        return texts("not_measured.button")
    command = f"riffsmith report {quote_path(_shown_path(run.path))}"
    return texts("not_measured.command") + Markup(" <code>{}</code>").format(command)


def _shown_path(path: Path) -> Path:
    """A path in a page that may be passed on: of an absolute one, the last name alone."""
    return Path(path.name) if path.is_absolute() else path


def _find_cut(corpus: Corpus) -> dict[str, str] | None:
    """The end of the training stretch and the start of the held-out one. `None`: nothing is cut."""
    recordings = corpus.manifest.recordings
    stretches = {one.split: one.stretch for one in recordings if one.stretch is not None}
    if not stretches:
        return None
    return {
        "end": format_position(stretches["train"].end_seconds),
        "start": format_position(stretches["held_out"].start_seconds),
    }


def measure_run(
    run: RunFolder,
    *,
    seconds: float | None = None,
    seed: int = 0,
    kinds: Collection[ResultKind] = ALL_KINDS,
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> Measurements:
    """Measures the snapshot that a page shows: evaluation, originality and self-test.

    Args:
        run: Folder of a run with a snapshot at least.
        seconds: Duration of the evaluated audio. `None`: the longest that was evaluated before, or
            else two minutes.
        seed: Seed of the clips, as for `riffsmith evaluate`.
        kinds: Kinds of results that are measured where none is stored; others are only read.
        on_progress: Called with the finished fraction, from 0 to 1.

    Raises:
        RunError: There is no run, or it has no snapshot yet.
        CorpusError: The corpus of the run is missing or damaged.
        SettingsError: The duration is shorter than one clip.
    """
    _, corpus = open_run(run)
    number = _open_history(run).select().number
    return collect_measurements(
        run, corpus, number, seconds=seconds, seed=seed, kinds=kinds, on_progress=on_progress
    )


def _open_history(run: RunFolder) -> History:
    if not run.snapshot_numbers():
        raise RunError(f"{run.path} has nothing to show yet: train it first")
    return History(run)


def _environment(texts: Texts) -> Environment:
    environment = Environment(
        loader=PackageLoader("riffsmith.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=texts,
        rounded=Rounded,
        explain_measures=explain_measures,
        describe_expected=partial(describe_expected, texts=texts),
        describe_detected=partial(describe_detected, texts=texts),
    )
    environment.tests["not_measured"] = lambda value: isinstance(value, NotMeasured)
    return environment


def _draw_genres(corpus: Corpus, texts: Texts) -> Picture:
    counts, chosen = corpus.manifest.genres, Path(corpus.manifest.folder).name
    title = texts.plain("corpus.genres")
    listed = ", ".join(f"{genre} {count}" for genre, count in counts.items())
    return draw_in_themes(
        lambda theme: draw_bars(counts, chosen, title, theme), f"{title}: {listed}"
    )
