"""What a page shows of the picture GAN alone: its transform, its grid, its networks."""

from collections.abc import Iterator

from jaxtyping import Float
from torch import Tensor

from riffsmith.config import PictureSettings, Settings
from riffsmith.corpus import Corpus
from riffsmith.features import reduce_to, resize
from riffsmith.plotting import draw_plain_spectrogram
from riffsmith.report.media import MediaCard, Picture, player, png
from riffsmith.report.texts import Texts
from riffsmith.synthesis import to_audio, to_spectrogram


def segment_cards(corpus: Corpus, settings: Settings, texts: Texts) -> Iterator[MediaCard]:
    """A real segment as it is stored, and as the generator's grid could show it at best.

    Nothing where the system has no pictures.
    """
    if not isinstance(settings, PictureSettings):
        return
    grid = settings.generator.grid
    stored = corpus.train.batch([len(corpus.train) // 2])
    reduced = resize(reduce_to(stored, grid, grid), *settings.corpus.grid)
    yield _card(texts.plain("pictures.stored"), stored, corpus, settings, texts)
    yield _card(texts.plain("pictures.reduced", grid=grid), reduced, corpus, settings, texts)


def _card(
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
        Picture(png(draw_plain_spectrogram(mel_db[0])), None, title),
        player(audio, settings.corpus.sample_rate),
        texts.plain("pictures.inverted"),
    )
