"""A bundle → a clip of any length."""

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
OnProgress = Callable[[float], None]


def generate_clip(
    bundle: Bundle,
    seconds: float,
    seed: int,
    on_progress: OnProgress | None = None,
) -> Float[np.ndarray, "time channels"]:
    """New audio of any length, no peak above −1 dBFS.

    Args:
        bundle: The model.
        seconds: Length; the result has `round(seconds * sample_rate)` samples.
        seed: The same seed gives the same samples.
        on_progress: Called with the share that is done.
    """
    if isinstance(bundle, LatentBundle):
        return play_stream(Stream(bundle, seed), seconds, on_progress)
    return _from_pictures(bundle, seconds, seed, on_progress)


def play_stream(
    stream: Stream, seconds: float, on_progress: OnProgress | None = None
) -> Float[np.ndarray, "time channels"]:
    """The beginning of an endless piece; arguments as for `generate_clip`."""
    wanted = round(seconds * stream.sample_rate)
    count = ceil(wanted / stream.chunk_samples)
    pieces: list[np.ndarray] = []
    for piece in islice(stream.chunks(), count):
        pieces.append(piece)
        if on_progress:
            on_progress(len(pieces) / count)
    return np.concatenate(pieces)[:wanted]


def _from_pictures(
    bundle: PictureBundle, seconds: float, seed: int, on_progress: OnProgress | None
) -> Float[np.ndarray, "time channels"]:
    """Generated segments in a row, each faded into the next over 50 ms."""
    settings = bundle.settings.corpus
    wanted = round(seconds * settings.sample_rate)
    fade = round(FADE_SECONDS * settings.sample_rate)
    advance = settings.segment_samples - fade
    count = max(1, ceil((wanted - fade) / advance))

    def segments() -> Iterator[Float[np.ndarray, "time channels"]]:
        for number in range(count):
            picture = draw_pictures(bundle.generator, seed, number, 1)
            mel_db = to_spectrogram(picture, settings, bundle.card.low_db, bundle.card.high_db)[0]
            yield to_audio(mel_db, settings, derive_seed(seed, number)).numpy().T
            if on_progress:
                on_progress((number + 1) / count)

    audio = join(segments(), count, fade)[:wanted]
    return audio * np.float32(limiting_gain(audio))


def spread_db(pictures: torch.Tensor, range_db: float) -> float:
    """How far pictures differ from each other: mean RMS difference over all pairs, in dB.

    Args:
        pictures: (batch, channels, rows, columns) in [-1, 1].
        range_db: Decibels between -1 and 1.

    Returns:
        0 where there is nothing to compare.
    """
    if len(pictures) < 2:
        return 0.0
    distances = torch.pdist(pictures.flatten(1)) / pictures[0].numel() ** 0.5
    return float(distances.mean()) * range_db / 2
