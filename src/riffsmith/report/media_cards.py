"""What a page lets hear: new clips, the evolution, the corpus, and what is most like it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile

from riffsmith.bundle import Bundle
from riffsmith.corpus import Corpus
from riffsmith.evaluation.copying.originality import WINDOW_SECONDS
from riffsmith.plotting import draw_waveform
from riffsmith.report.history import History, points
from riffsmith.report.media import MediaCard, Picture, media_card, player, png
from riffsmith.report.origins import Suspect
from riffsmith.report.texts import Texts
from riffsmith.synthesis import generate_clip
from riffsmith.training import RunFolder

NEW_CLIPS = 4
CLIP_SECONDS = 6.0
RECORDINGS = 3
SNAPSHOTS = 12
_SAMPLE_SEED = 1
"""Not the run's own: clips that no preview has shown."""
Item = TypeVar("Item")


def sample_cards(bundle: Bundle, texts: Texts) -> Iterator[MediaCard]:
    """New clips of a model."""
    rate = bundle.card.settings.corpus.sample_rate
    for number in range(NEW_CLIPS):
        audio = generate_clip(bundle, CLIP_SECONDS, _SAMPLE_SEED + number)
        note = texts.plain("samples.seconds", seconds=texts.figure(CLIP_SECONDS))
        yield media_card(texts.plain("samples.one", number=number + 1), audio, rate, note)


def evolution_cards(run: RunFolder, history: History, shown: int, texts: Texts) -> list[MediaCard]:
    """The run's fixed noise at up to twelve snapshots, the shown one and the last among them."""
    epochs = run.snapshot_epochs()
    chosen = sorted({*_spread_out(epochs, SNAPSHOTS - 1), shown})
    variety = dict(points(history.previews, "spread_relative"))
    cards: list[MediaCard] = []
    for epoch in chosen:
        audio, rate = soundfile.read(run.preview(epoch, ".wav"), dtype="float32", always_2d=True)
        share = variety.get(epoch)
        note = "" if share is None else texts.number(share, 2)
        if note:
            note = texts.plain("evolution.variety", share=note)
        cards.append(media_card(texts.plain("evolution.one", epoch=epoch), audio, rate, note))
    return cards


def recording_cards(corpus: Corpus, texts: Texts) -> Iterator[MediaCard]:
    """Passages of training recordings."""
    rate = corpus.manifest.settings.sample_rate
    for recording in _spread_out(corpus.manifest.of_split("train"), RECORDINGS):
        start = recording.source.seconds / 3
        audio = corpus.audio(recording, start, CLIP_SECONDS).numpy()
        title = Path(recording.source.path).stem
        picture = Picture(
            png(draw_waveform(audio[:, 0])), None, texts.plain("corpus.waveform", title=title)
        )
        note = texts.plain("corpus.from", second=texts.number(start))
        yield MediaCard(title, picture, player(audio, rate), note)


def nearest_passages(suspects: Sequence[Suspect], corpus: Corpus) -> Iterator[str]:
    """The training passage that each is nearest to, as a data URI."""
    recordings = {each.source.path: each for each in corpus.manifest.of_split("train")}
    rate = corpus.manifest.settings.sample_rate
    for window in (suspect.window for suspect in suspects):
        seconds = WINDOW_SECONDS * window.speed
        recording = recordings[window.recording]
        audio = corpus.audio(recording, window.recording_seconds, seconds).numpy()
        yield player(audio, rate)


def _spread_out(items: list[Item], count: int) -> list[Item]:
    """So many of them at most, the first and the last among them."""
    count = min(count, len(items))
    places = np.linspace(0, len(items) - 1, count).round().astype(int).tolist()
    return [items[place] for place in places]
