"""Clips of any length from a model of either kind."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from math import ceil
from typing import TypeVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import join, limiting_gain
from riffsmith.bundle import Bundle, LatentBundle, PictureBundle
from riffsmith.parallel import count_workers, map_ordered
from riffsmith.seeds import derive_seed
from riffsmith.synthesis.pictures import draw_pictures, to_audio, to_spectrogram
from riffsmith.synthesis.stream import Stream

FADE_SECONDS = 0.05
"""Crossfade length between the segments of a picture model."""
OnProgress = Callable[[float], None]
Result = TypeVar("Result")

_LOOK_AHEAD = 4
"""Chunks and windows per worker that may be ready or begun: about 10 MB."""


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
    audio: np.ndarray | None = None
    position = 0
    for part in play_parts(stream, seconds, on_progress):
        if audio is None:
            samples = round(seconds * stream.sample_rate)
            audio = np.empty((samples, part.shape[1]), part.dtype)
        audio[position : position + len(part)] = part
        position += len(part)
    assert audio is not None  # `check_seconds` leaves at least one chunk
    return audio


def play_parts(
    stream: Stream, seconds: float, on_progress: OnProgress | None = None
) -> Iterator[Float[np.ndarray, "time channels"]]:
    """The first seconds of an endless piece in consecutive parts, so that few are in memory.

    Args:
        stream: Piece to play.
        seconds: Length in seconds of all parts together.
        on_progress: Called with the progress from 0 to 1. `None`: it is not reported.
    """
    samples = round(seconds * stream.sample_rate)
    count = ceil(samples / stream.chunk_samples)
    for number, chunk in enumerate(play_chunks(stream, 0, count)):
        yield chunk[: samples - number * stream.chunk_samples]
        if on_progress:
            on_progress((number + 1) / count)


def play_chunks(
    stream: Stream, first: int = 0, stop: int | None = None
) -> Iterator[Float[np.ndarray, "time channels"]]:
    """Chunks [first, stop) of a piece in their order, computed by several workers.

    Latent windows are begun early: some workers denoise the next ones while others decode.

    Args:
        stream: Piece whose controls must not change meanwhile.
        first: Number of the first chunk.
        stop: Number of the chunk after the last one. `None`: the piece goes on without end.
    """
    workers = count_workers()
    numbers = itertools.count(first) if stop is None else range(first, stop)

    def tasks() -> Iterator[Callable[[], np.ndarray | Tensor]]:
        following = stream.windows_of(first).start
        for number in numbers:
            end = stream.windows_of(number).stop + workers - 1
            if stop is not None:
                end = min(end, stream.windows_of(stop - 1).stop)
            for window in range(following, end):
                yield partial(stream.window, window)
            following = max(following, end)
            yield partial(stream.chunk, number)

    found = map_ordered(_call, tasks(), workers=workers, look_ahead=_LOOK_AHEAD * workers)
    return (result for result in found if isinstance(result, np.ndarray))


def _call(task: Callable[[], Result]) -> Result:
    return task()


def _from_pictures(
    bundle: PictureBundle, seconds: float, seed: int, on_progress: OnProgress | None
) -> Float[np.ndarray, "time channels"]:
    """Generated segments one after the other, with crossfades between them."""
    settings = bundle.settings.corpus
    samples = round(seconds * settings.sample_rate)
    fade = round(FADE_SECONDS * settings.sample_rate)
    advance = settings.segment_samples - fade
    count = max(1, ceil((samples - fade) / advance))

    def play(number: int) -> Float[np.ndarray, "time channels"]:
        picture = draw_pictures(bundle.generator, seed, number, 1)
        mel_db = to_spectrogram(picture, settings, bundle.card.low_db, bundle.card.high_db)[0]
        return to_audio(mel_db, settings, derive_seed(seed, number)).numpy().T

    def segments() -> Iterator[Float[np.ndarray, "time channels"]]:
        for number, segment in enumerate(map_ordered(play, range(count))):
            yield segment
            if on_progress:
                on_progress((number + 1) / count)

    was_training = bundle.generator.training
    bundle.generator.eval()  # here, because the workers share it
    try:
        audio = join(segments(), count, fade)[:samples]
    finally:
        bundle.generator.train(was_training)
    return audio * np.float32(limiting_gain(audio))
