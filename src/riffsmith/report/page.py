"""A run → one self-contained HTML page."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
import torch
from jaxtyping import Float
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from riffsmith.audio import write_audio
from riffsmith.bundle import load_bundle
from riffsmith.config import Settings
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.errors import RunError
from riffsmith.features import reduce_to, resize
from riffsmith.files import write_bytes
from riffsmith.report.architecture import describe_networks
from riffsmith.report.figures import draw_counts, draw_curves, draw_spectrogram, draw_waveform
from riffsmith.report.previews import snapshot_spectrogram
from riffsmith.synthesis import draw_pictures, to_audio, to_spectrogram
from riffsmith.training import RunFolder, reopen_run

EXAMPLES = 3
"""Recordings and segments that the page shows."""
NEW_SAMPLES = 4
EXAMPLE_SECONDS = 6.0
_MP3_RATES = frozenset({16_000, 22_050, 24_000, 32_000, 44_100, 48_000})
_SAMPLE_SEED = 1
"""Not the run's own: samples that no preview has shown."""


@dataclass(frozen=True)
class Exhibit:
    """A picture with a player."""

    title: str
    picture: str
    """As a data URI."""
    audio: str
    """As a data URI."""
    note: str = ""


def write_report(run: RunFolder, out: Path) -> None:
    """Writes the page of a run.

    Raises:
        RunError: There is no run, it has no snapshot yet, or writing fails.
        CorpusError: Its corpus is missing or damaged.
    """
    record, corpus = reopen_run(run)
    if not run.snapshot_epochs():
        raise RunError(f"{run.path} has nothing to show yet: train it first")
    environment = Environment(
        loader=PackageLoader("riffsmith.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    networks = describe_networks(record.settings)
    page = environment.get_template("page.html").render(
        record=record,
        manifest=corpus.manifest,
        minutes={
            split: sum(r.source.seconds for r in corpus.manifest.of_split(split)) / 60
            for split in ("train", "held_out")
        },
        genres=_genre_chart(corpus) if len(corpus.manifest.genres) > 1 else None,
        recordings=list(_recording_cards(corpus)),
        segments=list(_segment_cards(corpus, record.settings)),
        networks=networks,
        totals={name: sum(row.parameters for row in rows) for name, rows in networks.items()},
        evolution=list(_evolution_cards(run)),
        samples=list(_sample_cards(run)),
        curves=list(_curves(run)),
        last=_last_figures(run),
        settings=record.settings.model_dump(),
    )
    write_bytes(out, page.encode(), RunError)


def _genre_chart(corpus: Corpus) -> str:
    manifest = corpus.manifest
    return _png(draw_counts(manifest.genres, manifest.genre, "Recordings of each genre"))


def _recording_cards(corpus: Corpus) -> Iterator[Exhibit]:
    rate = corpus.manifest.settings.sample_rate
    for recording in _spread_out(corpus.manifest.of_split("train"), EXAMPLES):
        start = max(0.0, recording.source.seconds / 3)
        audio = corpus.audio(recording, start, EXAMPLE_SECONDS).numpy()
        title = Path(recording.source.path).stem
        yield Exhibit(
            title=title,
            picture=_png(draw_waveform(audio[:, 0], len(audio) / rate)),
            audio=_player(audio, rate),
            note=f"from {start:.0f} s",
        )


def _segment_cards(corpus: Corpus, settings: Settings) -> Iterator[Exhibit]:
    """Real segments as stored, and as the generator's grid could show them at best."""
    low_db, high_db = corpus.manifest.low_db, corpus.manifest.high_db
    seconds = settings.corpus.segment_seconds
    grid = settings.generator.grid
    middle = [len(corpus.train) // 2]
    stored = corpus.train.batch(middle)
    reduced = resize(reduce_to(stored, grid, grid), *settings.corpus.grid)
    for title, picture in (
        ("A real segment, as it is stored", stored),
        (f"The same on the generator's grid of {grid}×{grid}", reduced),
    ):
        mel_db = to_spectrogram(picture, settings.corpus, low_db, high_db)[0]
        yield Exhibit(
            title=title,
            picture=_png(draw_spectrogram(mel_db[0], "", seconds)),
            audio=_player(
                to_audio(mel_db, settings.corpus, 0).numpy().T, settings.corpus.sample_rate
            ),
            note="inverted with Griffin-Lim",
        )


def _evolution_cards(run: RunFolder) -> Iterator[Exhibit]:
    spreads = {line["epoch"]: line.get("spread_relative") for line in run.read_metrics("preview")}
    for epoch in run.snapshot_epochs():
        samples, rate = soundfile.read(run.preview(epoch, ".wav"), always_2d=True)
        seconds = len(samples) / rate
        spread = spreads.get(epoch)
        yield Exhibit(
            title=f"Epoch {epoch}",
            picture=_png(draw_spectrogram(snapshot_spectrogram(run, epoch), "", seconds)),
            audio=_player(samples.astype(np.float32), rate),
            note=f"variety {spread:.2f} of real" if isinstance(spread, float) else "",
        )


def _sample_cards(run: RunFolder) -> Iterator[Exhibit]:
    bundle = load_bundle(run.snapshot(run.snapshot_epochs()[-1]))
    card, settings = bundle.card, bundle.card.settings.corpus
    pictures = draw_pictures(bundle.generator, _SAMPLE_SEED, 0, NEW_SAMPLES)
    spectrograms = to_spectrogram(pictures, settings, card.low_db, card.high_db)
    for number, mel_db in enumerate(spectrograms):
        yield Exhibit(
            title=f"Sample {number + 1}",
            picture=_png(draw_spectrogram(mel_db[0], "", settings.segment_seconds)),
            audio=_player(to_audio(mel_db, settings, number).numpy().T, settings.sample_rate),
        )


def _curves(run: RunFolder) -> Iterator[str]:
    epochs = run.read_metrics("epoch")
    if epochs:
        numbers = _column(epochs, "epoch")
        losses = {name: _column(epochs, f"{name}_loss") for name in ("discriminator", "generator")}
        yield _png(draw_curves(numbers, losses, "Losses", "loss"))
        logits = {name: _column(epochs, f"{name}_logits") for name in ("real", "fake")}
        yield _png(draw_curves(numbers, logits, "The discriminator's verdict", "mean logit"))
    previews = run.read_metrics("preview")
    if len(previews) > 1:
        spread = {"spread": _column(previews, "spread_relative")}
        title = "Variety of 16 fixed samples, relative to real segments"
        yield _png(draw_curves(_column(previews, "epoch"), spread, title, "share of real"))


def _last_figures(run: RunFolder) -> dict[str, float]:
    epochs, previews = run.read_metrics("epoch"), run.read_metrics("preview")
    last = {**(previews[-1] if previews else {}), **(epochs[-1] if epochs else {})}
    figures = {name: float(v) for name, v in last.items() if isinstance(v, int | float)}
    figures["seconds"] = sum(_column(epochs, "seconds"))
    return figures


def _column(lines: list[dict[str, object]], name: str) -> list[float]:
    values = [line.get(name) for line in lines]
    return [float(value) if isinstance(value, int | float) else float("nan") for value in values]


def _spread_out(recordings: list[PreparedRecording], count: int) -> list[PreparedRecording]:
    places = torch.linspace(0, len(recordings) - 1, min(count, len(recordings))).long().tolist()
    return [recordings[place] for place in places]


def _png(content: bytes) -> str:
    return f"data:image/png;base64,{b64encode(content).decode()}"


def _player(audio: Float[np.ndarray, "time channels"], sample_rate: int) -> str:
    kind, suffix = ("mpeg", ".mp3") if sample_rate in _MP3_RATES else ("flac", ".flac")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"clip{suffix}"
        write_audio(path, audio, sample_rate)
        return f"data:audio/{kind};base64,{b64encode(path.read_bytes()).decode()}"
