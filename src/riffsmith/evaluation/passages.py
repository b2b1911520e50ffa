"""Equal amounts of real and generated audio to compare."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.audio import join, read_named
from riffsmith.bundle import Bundle, LatentBundle
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.corpus.manifest import Split
from riffsmith.errors import CorpusError
from riffsmith.features import MelTransform, griffin_lim
from riffsmith.synthesis import FADE_SECONDS, finish, generate_clip

PASSAGE_SECONDS = 30.0
Item = TypeVar("Item")


@dataclass(frozen=True)
class Passage:
    """A stretch of one recording, or one generated clip."""

    recording: str
    audio: Float[np.ndarray, "time channels"]
    sample_rate: int


def read_passages(corpus: Corpus, split: Split, seconds: float) -> list[Passage]:
    """Passages of 30 s from one side of a corpus, spread evenly over its recordings.

    Raises:
        CorpusError: That side has no recording that is long enough.
    """
    recordings = [
        recording
        for recording in corpus.manifest.of_split(split)
        if recording.source.seconds >= PASSAGE_SECONDS
    ]
    if not recordings:
        side = "held-out" if split == "held_out" else "training"
        raise CorpusError(
            f"{corpus.path} has no {side} recording of {PASSAGE_SECONDS:g} s or more: "
            "prepare it with longer recordings, or choose others with --hold-out"
        )
    rounds = ceil(ceil(seconds / PASSAGE_SECONDS) / len(recordings))
    wanted = [(recording, turn) for turn in range(rounds) for recording in recordings]
    wanted = wanted[: ceil(seconds / PASSAGE_SECONDS)]
    return [
        read_passage(
            corpus, recording, (recording.source.seconds - PASSAGE_SECONDS) * (turn + 0.5) / rounds
        )
        for recording, turn in wanted
    ]


def read_passage(corpus: Corpus, recording: PreparedRecording, start_seconds: float) -> Passage:
    """30 s of a recording."""
    audio = corpus.audio(recording, start_seconds, PASSAGE_SECONDS).numpy()
    return Passage(recording.source.path, audio, corpus.manifest.settings.sample_rate)


def play_passages(
    bundle: Bundle,
    seconds: float,
    seed: int,
    on_share: Callable[[float], None] = lambda share: None,
) -> list[Passage]:
    """Clips of 30 s that a model plays, as many as there are in so many seconds.

    Their seeds follow each other, as those of `generate --count` do.
    """
    count, rate = round(seconds / PASSAGE_SECONDS), bundle.settings.corpus.sample_rate
    passages: list[Passage] = []
    for number in range(count):
        audio = generate_clip(bundle, PASSAGE_SECONDS, seed * count + number)
        passages.append(Passage(f"clip {number}", audio, rate))
        on_share((number + 1) / count)
    return passages


def read_folder(
    paths: Iterable[Path], corpus: Corpus, seconds: float | None = None
) -> list[Passage]:
    """Audio files as passages at the corpus's rate and channels, cut to 30 s each.

    Args:
        paths: The files.
        corpus: Tells the rate and the channels.
        seconds: Read about so much, spread over the files; none: all there is.

    Raises:
        AudioError: A file cannot be read.
        CorpusError: None is 30 s long.
    """
    settings = corpus.manifest.settings
    length = round(PASSAGE_SECONDS * settings.sample_rate)
    files = list(paths)
    count = len(files) if seconds is None else ceil(seconds / PASSAGE_SECONDS)
    most = None if seconds is None else ceil(count / max(len(files), 1))
    passages: list[Passage] = []
    for path in spread_evenly(files, count):
        audio = read_named(path, settings.sample_rate, settings.channel_count).audio
        starts = range(0, len(audio) - length + 1, length)
        for start in spread_evenly(starts, len(starts) if most is None else most):
            piece = audio[start : start + length].copy()  # the rest of the file can go
            passages.append(Passage(path.name, piece, settings.sample_rate))
    if not passages:
        raise CorpusError(f"no file to judge is {PASSAGE_SECONDS:g} s long: give it longer clips")
    return passages


def spread_evenly(items: Sequence[Item], count: int) -> list[Item]:
    """At most so many of them, evenly."""
    count = min(count, len(items))
    return [items[int((number + 0.5) * len(items) / count)] for number in range(count)]


def reconstruct(passage: Passage, corpus: Corpus) -> Passage:
    """The passage through the corpus's transform and back: the best this system could play.

    In segments that are faded into each other, as a model plays them; shorter pieces than whole
    passages are also several times faster to invert.
    """
    settings = corpus.manifest.settings
    transform = MelTransform.of(settings)
    length = min(settings.segment_samples, len(passage.audio))
    fade = min(round(FADE_SECONDS * settings.sample_rate), length // 2)
    count = max(ceil((len(passage.audio) - fade) / (length - fade)), 1)
    missing = count * (length - fade) + fade - len(passage.audio)
    padded = np.pad(passage.audio, ((0, missing), (0, 0)))
    pieces: list[Float[np.ndarray, "time channels"]] = []
    for number in range(count):
        start = number * (length - fade)
        audio = torch.from_numpy(np.ascontiguousarray(padded[start : start + length].T))
        magnitudes = transform.to_magnitudes(transform.to_db(audio))
        pieces.append(griffin_lim(magnitudes, transform, length, seed=number).numpy().T)
    restored = join(pieces, count, fade)[: len(passage.audio)]
    return Passage(passage.recording, restored, passage.sample_rate)


def reconstruct_with(bundle: Bundle) -> Callable[[Passage], Passage] | None:
    """The way through a model's own codec and back; none where it has no codec."""
    if not isinstance(bundle, LatentBundle):
        return None

    @torch.inference_mode()
    def reconstruct_by_codec(passage: Passage) -> Passage:
        audio = torch.from_numpy(np.ascontiguousarray(passage.audio.T))[None]
        latents = bundle.codec.encode(audio)
        shape = (1, bundle.codec.linear.residual_components, latents.shape[-1])
        noise = torch.randn(shape, generator=torch.Generator().manual_seed(0))
        restored = bundle.codec.decode(latents, noise)[0].numpy().T
        audio = finish(restored, passage.sample_rate)
        return Passage(passage.recording, audio, passage.sample_rate)

    return reconstruct_by_codec


def group(
    passages: Sequence[Passage], vectors: Sequence[Float[np.ndarray, "_ dimension"]]
) -> list[Float[np.ndarray, "_ dimension"]]:
    """Vectors of passages joined by recording."""
    names = list(dict.fromkeys(passage.recording for passage in passages))
    return [
        np.concatenate(
            [
                found
                for passage, found in zip(passages, vectors, strict=True)
                if passage.recording == name
            ]
        )
        for name in names
    ]
