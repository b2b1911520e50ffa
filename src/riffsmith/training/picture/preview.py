"""What a run shows of itself every few epochs: a bundle, a spectrogram, its audio."""

from datetime import UTC, datetime

import torch

from riffsmith import __version__
from riffsmith.audio import write_audio
from riffsmith.bundle import Card, RecordingCredit, write_bundle
from riffsmith.config import PictureSettings, Settings
from riffsmith.corpus import Corpus, Manifest
from riffsmith.features import reduce_to
from riffsmith.networks import Generator
from riffsmith.runs.folder import RunFolder, RunRecord
from riffsmith.synthesis import draw_pictures, spread_db, to_audio, to_spectrogram
from riffsmith.training.estimate import steps_per_pass
from riffsmith.training.observer import Preview
from riffsmith.training.state import TrainingState

PREVIEW_PICTURES = 16


def save_preview(
    run: RunFolder,
    record: RunRecord,
    settings: PictureSettings,
    manifest: Manifest,
    state: TrainingState,
    epoch: int,
    real_spread_db: float,
) -> tuple[dict[str, float], Preview]:
    """Writes the epoch's bundle and audio, both from the run's fixed noise.

    Returns:
        Measures of 16 fixed samples, and the first of them to look at: `spread_db` tells how far
        the samples differ from each other, `spread_relative` sets it against real segments (a
        fall towards 0 is collapse).
    """
    generator = choose_generator(settings, state)
    pictures = draw_pictures(generator, record.seed, 0, PREVIEW_PICTURES)
    spread = spread_db(pictures, manifest.high_db - manifest.low_db)
    figures = {
        "spread_db": spread,
        "spread_relative": spread / real_spread_db if real_spread_db else 0.0,
        "picture_mean": float(pictures.mean()),
        "picture_deviation": float(pictures.std()),
    }
    write_bundle(
        run.snapshot(epoch), build_card(record, manifest, state, epoch, figures), generator
    )
    spectrograms = to_spectrogram(pictures[:1], settings.corpus, manifest.low_db, manifest.high_db)
    audio = to_audio(spectrograms[0], settings.corpus, record.seed).numpy().T
    write_audio(run.preview(epoch, ".wav"), audio, settings.corpus.sample_rate)
    return figures, Preview(
        epoch=epoch,
        mel_db=spectrograms[0, 0],
        audio=audio,
        sample_rate=settings.corpus.sample_rate,
    )


def real_spread_db(corpus: Corpus, settings: PictureSettings) -> float:
    """Spread of real segments on the generator's grid: what variety would look like."""
    count, grid = len(corpus.train), settings.generator.grid
    chosen = torch.linspace(0, count - 1, min(PREVIEW_PICTURES, count)).long().tolist()
    real = reduce_to(corpus.train.batch(chosen), grid, grid)
    return spread_db(real, corpus.manifest.high_db - corpus.manifest.low_db)


def choose_generator(settings: PictureSettings, state: TrainingState) -> Generator:
    """The network that previews and `generate` use."""
    averaged = settings.training.sample_from == "averaged_generator"
    chosen = state.averaged_generator if averaged else state.generator
    assert isinstance(chosen, Generator)
    return chosen


def _samples_seen(step: int, manifest: Manifest, settings: Settings) -> int:
    segments, batch = manifest.segment_count("train"), settings.training.batch_size
    per_pass = steps_per_pass(segments, settings)
    passes, steps = divmod(step, per_pass)
    return passes * min(segments, per_pass * batch) + steps * batch


def build_card(
    record: RunRecord,
    manifest: Manifest,
    state: TrainingState,
    epoch: int,
    figures: dict[str, float],
) -> Card:
    """What the bundle of a state says about itself."""
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
                seconds=recording.source.seconds,
            )
            for recording in manifest.of_split("train")
        ),
        seed=record.seed,
        epoch=epoch,
        step=state.step,
        samples_seen=_samples_seen(state.step, manifest, record.settings),
        figures=figures,
    )
