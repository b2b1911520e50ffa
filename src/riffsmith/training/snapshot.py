"""A snapshot of a run: bundle, preview and metrics."""

from datetime import UTC, datetime

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith import __version__
from riffsmith.audio import write_audio
from riffsmith.bundle import (
    Bundle,
    Card,
    PictureBundle,
    RecordingCredit,
    write_bundle,
)
from riffsmith.corpus import Manifest
from riffsmith.features import MelTransform
from riffsmith.runs import PREVIEW_AUDIO, RunFolder, RunRecord
from riffsmith.synthesis import draw_pictures, generate_clip, to_spectrogram
from riffsmith.training.monitor.health import Probe, spread
from riffsmith.training.observer import Preview
from riffsmith.training.schedule import count_samples_seen
from riffsmith.training.system import System

PREVIEW_SECONDS = 12.0
"""Length of a preview of a system without segments."""


def take_snapshot(
    system: System, run: RunFolder, record: RunRecord, manifest: Manifest, number: int
) -> tuple[dict[str, float], Preview]:
    """Writes the bundle and the audio of a snapshot, both from the run's fixed noise.

    Args:
        system: The networks in training.
        run: Folder of the run.
        record: Record of the run.
        manifest: Manifest of its corpus.
        number: Number of the snapshot, by the run's unit.

    Returns:
        Metrics of the probe's samples, and the preview.
    """
    metrics = measure_samples(system.probe())
    bundle = system.snapshot(build_card(system, record, manifest, number, metrics))
    write_bundle(run.snapshot(number), bundle)
    preview = make_preview(bundle)
    write_audio(run.preview(number, PREVIEW_AUDIO), preview.audio, preview.sample_rate)
    return metrics, preview


def make_preview(bundle: Bundle) -> Preview:
    """What a bundle makes of the noise of its run's seed."""
    card, corpus = bundle.card, bundle.settings.corpus
    unit = bundle.settings.unit
    seconds = corpus.segment_seconds if unit == "epoch" else PREVIEW_SECONDS
    audio = generate_clip(bundle, seconds, card.seed)
    return Preview(card.snapshot, unit, _spectrogram(bundle, audio), audio, corpus.sample_rate)


def _spectrogram(
    bundle: Bundle, audio: Float[np.ndarray, "time channels"]
) -> Float[Tensor, "mels frames"]:
    """The generated picture itself where the system makes pictures, else that of the audio."""
    card, corpus = bundle.card, bundle.settings.corpus
    if isinstance(bundle, PictureBundle):
        pictures = draw_pictures(bundle.generator, card.seed, 0, 1)
        return to_spectrogram(pictures, corpus, card.low_db, card.high_db)[0, 0]
    mono = torch.from_numpy(np.ascontiguousarray(audio.mean(axis=1)))[None]
    return MelTransform.of(corpus).to_db(mono)[0]


def measure_samples(probe: Probe) -> dict[str, float]:
    """How far generated samples differ from each other.

    Returns:
        `spread`: mean root mean square difference of all pairs; `spread_relative`: the same over
        that of real examples (a fall towards 0 is a collapse); `output_mean` and
        `output_deviation`: mean and standard deviation of all values.
    """
    ours, real = spread(probe.generated), spread(probe.real)
    return {
        "spread": ours,
        "spread_relative": ours / real if real else 0.0,
        "output_mean": float(probe.generated.mean()),
        "output_deviation": float(probe.generated.std()),
    }


def build_card(
    system: System,
    record: RunRecord,
    manifest: Manifest,
    number: int,
    metrics: dict[str, float],
) -> Card:
    """The card of a bundle of the present state."""
    step = system.state.step
    return Card(
        riffsmith=__version__,
        torch=torch.__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        preset=record.preset,
        genre=manifest.genre,
        settings=record.settings,
        low_db=manifest.low_db,
        high_db=manifest.high_db,
        corpus_hash=record.corpus_hash,
        recordings=tuple(
            RecordingCredit(
                path=recording.source.path,
                content_hash=recording.source.content_hash,
                seconds=recording.seconds,
            )
            for recording in manifest.of_split("train")
        ),
        credit=record.credit,
        seed=record.seed,
        snapshot=number,
        step=step,
        samples_seen=count_samples_seen(record.settings, manifest.segment_count("train"), step),
        metrics=metrics,
    )
