"""Clips of any length from a model of either kind."""

from collections.abc import Callable, Iterator
from itertools import islice
from math import ceil

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.audio import join, limiting_gain
from riffsmith.bundle import Bundle, LatentBundle, PictureBundle
from riffsmith.seeds import derive_seed
from riffsmith.synthesis.pictures import draw_pictures, to_audio, to_spectrogram
from riffsmith.synthesis.stream import Stream

FADE_SECONDS = 0.05
"""Crossfade length between the segments of a picture model."""
OnProgress = Callable[[float], None]


def generate_clip(
    bundle: Bundle,
    seconds: float,
    seed: int,
    on_progress: OnProgress | None = None,
) -> Float[np.ndarray, "time channels"]:
    """Generates audio with no peak above −1 dBFS.

    Args:
        bundle: Model that plays.
        seconds: Length in seconds; the result has `round(seconds * sample_rate)` samples.
        seed: Seed of the clip; the same seed gives the same samples.
        on_progress: Called with the progress from 0 to 1. `None`: it is not reported.
    """
    if isinstance(bundle, LatentBundle):
        return play_stream(Stream(bundle, seed), seconds, on_progress)
    return _from_pictures(bundle, seconds, seed, on_progress)


def play_stream(
    stream: Stream, seconds: float, on_progress: OnProgress | None = None
) -> Float[np.ndarray, "time channels"]:
    """The first seconds of an endless piece.

    Args:
        stream: Piece to play.
        seconds: Length in seconds.
        on_progress: Called with the progress from 0 to 1. `None`: it is not reported.
    """
    samples = round(seconds * stream.sample_rate)
    count = ceil(samples / stream.chunk_samples)
    chunks: list[np.ndarray] = []
    for chunk in islice(stream.chunks(), count):
        chunks.append(chunk)
        if on_progress:
            on_progress(len(chunks) / count)
    return np.concatenate(chunks)[:samples]


def _from_pictures(
    bundle: PictureBundle, seconds: float, seed: int, on_progress: OnProgress | None
) -> Float[np.ndarray, "time channels"]:
    """Generated segments one after the other, with crossfades between them."""
    settings = bundle.settings.corpus
    samples = round(seconds * settings.sample_rate)
    fade = round(FADE_SECONDS * settings.sample_rate)
    advance = settings.segment_samples - fade
    count = max(1, ceil((samples - fade) / advance))

    def segments() -> Iterator[Float[np.ndarray, "time channels"]]:
        for number in range(count):
            picture = draw_pictures(bundle.generator, seed, number, 1)
            mel_db = to_spectrogram(picture, settings, bundle.card.low_db, bundle.card.high_db)[0]
            yield to_audio(mel_db, settings, derive_seed(seed, number)).numpy().T
            if on_progress:
                on_progress((number + 1) / count)

    audio = join(segments(), count, fade)[:samples]
    return audio * np.float32(limiting_gain(audio))


def spread_db(pictures: torch.Tensor, range_db: float) -> float:
    """Diversity of pictures: root mean square difference in decibels, averaged over all pairs.

    Args:
        pictures: Pictures (batch, channels, rows, columns) with values in [-1, 1].
        range_db: Decibels between -1 and 1.

    Returns:
        Decibels; 0 for a single picture.
    """
    if len(pictures) < 2:
        return 0.0
    distances = torch.pdist(pictures.flatten(1)) / pictures[0].numel() ** 0.5
    return float(distances.mean()) * range_db / 2
