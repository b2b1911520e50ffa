"""The cards of a page: new clips, the evolution, recordings, real segments, nearest passages."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import Bundle, LatentBundle
from riffsmith.config import PictureSettings, Settings
from riffsmith.corpus import Corpus
from riffsmith.evaluation import WINDOW_SECONDS
from riffsmith.features import reduce_to, resize
from riffsmith.plotting import draw_plain_spectrogram, draw_waveform
from riffsmith.report.history import History
from riffsmith.report.media import MediaCard, Picture, audio_uri, media_card, png_uri
from riffsmith.report.originality import ClosestWindow
from riffsmith.report.texts import Rounded, Texts
from riffsmith.runs import PREVIEW_AUDIO, RunFolder
from riffsmith.synthesis import generate_clip, reconstruct_audio, to_audio, to_spectrogram
from riffsmith.terminal import escape_controls

NEW_CLIPS = 4
CLIP_SECONDS = 6.0
CODEC_SECONDS = 10.0
RECORDINGS = 3
SNAPSHOTS = 12
_SAMPLE_SEED = 1
"""Seed of the new clips. It differs from the run's own, so no preview has shown them."""
Item = TypeVar("Item")
logger = logging.getLogger(__name__)


def sample_cards(bundle: Bundle, texts: Texts) -> Iterator[MediaCard]:
    """New clips of a model."""
    rate = bundle.card.settings.corpus.sample_rate
    for number in range(NEW_CLIPS):
        audio = generate_clip(bundle, CLIP_SECONDS, _SAMPLE_SEED + number)
        note = texts.plain("samples.seconds", seconds=CLIP_SECONDS)
        yield media_card(texts.plain("samples.clip", number=number + 1), audio, rate, note)


def evolution_cards(run: RunFolder, history: History, shown: int, texts: Texts) -> list[MediaCard]:
    """Audio from the run's fixed noise at up to twelve snapshots.

    Args:
        run: Folder of the run.
        history: Metrics of the run.
        shown: Number of the snapshot that the page shows; it is one of the twelve.
        texts: Language of the page.
    """
    numbers = run.preview_numbers()
    chosen = sorted({*spread_out(numbers, SNAPSHOTS - 1), *({shown} & set(numbers))})
    diversities = history.preview_diversities()
    cards: list[MediaCard] = []
    for number in chosen:
        preview = read_preview(run, number)
        if preview is None:
            continue
        audio, rate = preview
        title = texts.position(history.unit, number, "title")
        note = ""
        if number in diversities:
            note = texts.plain("evolution.variety", fraction=Rounded(diversities[number], 2))
        cards.append(media_card(title, audio, rate, note))
    return cards


def read_preview(
    run: RunFolder, number: int
) -> tuple[Float[np.ndarray, "time channels"], int] | None:
    """Reads the audio of a preview, and its sample rate in Hz.

    `None`: it was deleted meanwhile, as a training does with old ones, or is damaged. The log of
    the library says so.

    Args:
        run: Folder of the run.
        number: Number of the snapshot, one of `run.preview_numbers()`.
    """
    path = run.preview(number, PREVIEW_AUDIO)
    try:
        return soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        reason = f"damaged and left out ({error})" if path.exists() else "deleted and left out"
        logger.warning("preview %s: %s", escape_controls(str(path)), reason)
        return None


def recording_cards(corpus: Corpus, texts: Texts) -> Iterator[MediaCard]:
    """Passages of training recordings."""
    rate = corpus.manifest.settings.sample_rate
    for recording in spread_out(corpus.manifest.of_split("train"), RECORDINGS):
        start = recording.seconds / 3
        audio = corpus.audio(recording, start, CLIP_SECONDS).numpy()
        title = Path(recording.source.path).stem
        alt = texts.plain("corpus.waveform", title=title)
        note = texts.plain("corpus.from", second=Rounded(start))
        picture = Picture(png_uri(draw_waveform(audio[:, 0])), None, alt)
        yield MediaCard(title, picture, audio_uri(audio, rate), note)


def codec_cards(bundle: Bundle, corpus: Corpus, texts: Texts) -> Iterator[MediaCard]:
    """A real passage, and what the model's codec keeps of it.

    There are none where the system has no codec. The passage is from a held-out recording, or from
    a training recording where none is held out.
    """
    if not isinstance(bundle, LatentBundle):
        return
    manifest = corpus.manifest
    recording = (manifest.of_split("held_out") or manifest.of_split("train"))[0]
    audio = corpus.audio(recording, recording.seconds / 3, CODEC_SECONDS).numpy()
    rate, name = manifest.settings.sample_rate, Path(recording.source.path).stem
    kept = reconstruct_audio(bundle, audio)
    yield media_card(texts.plain("codec.original"), audio, rate, name)
    yield media_card(texts.plain("codec.kept"), kept, rate, name)


def segment_cards(corpus: Corpus, settings: Settings, texts: Texts) -> Iterator[MediaCard]:
    """A real segment as it is stored, and on the generator's grid.

    There are none where the system does not generate pictures.
    """
    if not isinstance(settings, PictureSettings):
        return
    grid = settings.generator.grid
    stored = corpus.train.batch([len(corpus.train) // 2])
    reduced = resize(reduce_to(stored, grid, grid), *settings.corpus.grid)
    for key, picture in (("stored", stored), ("reduced", reduced)):
        title = texts.plain(f"pictures.{key}", grid=grid)
        yield _segment_card(title, picture, corpus, settings, texts)


def _segment_card(
    title: str,
    picture: Float[Tensor, "1 channels rows columns"],
    corpus: Corpus,
    settings: PictureSettings,
    texts: Texts,
) -> MediaCard:
    manifest = corpus.manifest
    mel_db = to_spectrogram(picture, settings.corpus, manifest.low_db, manifest.high_db)[0]
    audio = to_audio(mel_db, settings.corpus, 0).numpy().T
    return MediaCard(
        title,
        Picture(png_uri(draw_plain_spectrogram(mel_db[0])), None, title),
        audio_uri(audio, settings.corpus.sample_rate),
        texts.plain("pictures.inverted"),
    )


def nearest_passages(closest: Sequence[ClosestWindow], corpus: Corpus) -> Iterator[str]:
    """The training passage nearest to each window, as a data URI."""
    recordings = {each.source.path: each for each in corpus.manifest.of_split("train")}
    rate = corpus.manifest.settings.sample_rate
    for window in (each.window for each in closest):
        seconds = WINDOW_SECONDS * window.speed
        recording = recordings[window.recording]
        audio = corpus.audio(recording, window.recording_seconds, seconds).numpy()
        yield audio_uri(audio, rate)


def spread_out(items: list[Item], count: int) -> list[Item]:
    """At most `count` of the items, evenly spaced, with the first and the last."""
    count = min(count, len(items))
    positions = np.linspace(0, len(items) - 1, count).round().astype(int).tolist()
    return [items[position] for position in positions]
