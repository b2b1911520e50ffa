"""Passages of real, generated and reconstructed music, the units of an evaluation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
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
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.features import MelTransform, griffin_lim
from riffsmith.parallel import map_ordered
from riffsmith.synthesis import FADE_SECONDS, generate_clip, reconstruct_audio

PASSAGE_SECONDS = 30.0
"""Length of a passage."""
Item = TypeVar("Item")


@dataclass(frozen=True)
class Passage:
    """A section of one recording, or one generated clip.

    Attributes:
        recording: Name of the recording or clip.
        audio: Samples (time, channels); full scale is 1.
        sample_rate: Sample rate in Hz.
    """

    recording: str
    audio: Float[np.ndarray, "time channels"]
    sample_rate: int


def read_passages(corpus: Corpus, split: Split, seconds: float) -> list[Passage]:
    """Reads passages of 30 s from one split of a corpus, spread evenly over its recordings.

    Args:
        corpus: Prepared corpus.
        split: "train" or "held_out".
        seconds: Length of all passages together in seconds, rounded up to whole passages.

    Raises:
        CorpusError: The split has no recording of 30 s.
    """
    recordings = [
        recording
        for recording in corpus.manifest.of_split(split)
        if recording.source.seconds >= PASSAGE_SECONDS
    ]
    if not recordings:
        code = (
            RemarkCode.NO_LONG_HELD_OUT_RECORDING
            if split == "held_out"
            else RemarkCode.NO_LONG_TRAINING_RECORDING
        )
        remark = Remark.of(code, path=str(corpus.path), seconds=PASSAGE_SECONDS)
        raise remark.to_error(CorpusError)
    count = ceil(seconds / PASSAGE_SECONDS)
    rounds = ceil(count / len(recordings))
    chosen = [(recording, number) for number in range(rounds) for recording in recordings][:count]
    return [
        read_passage(
            corpus,
            recording,
            (recording.source.seconds - PASSAGE_SECONDS) * (number + 0.5) / rounds,
        )
        for recording, number in chosen
    ]


def check_passages(corpus: Corpus) -> None:
    """Checks that both splits of a corpus have passages, before anything slow begins.

    Raises:
        CorpusError: Nothing is held out, or a split has no recording of 30 s.
    """
    if not corpus.manifest.of_split("held_out"):
        raise Remark.of(RemarkCode.NOTHING_HELD_OUT, path=str(corpus.path)).to_error(CorpusError)
    for split in ("train", "held_out"):
        read_passages(corpus, split, PASSAGE_SECONDS)


def read_passage(corpus: Corpus, recording: PreparedRecording, start_seconds: float) -> Passage:
    """Reads 30 s of a recording from a second on."""
    audio = corpus.audio(recording, start_seconds, PASSAGE_SECONDS).numpy()
    return Passage(recording.source.path, audio, corpus.manifest.settings.sample_rate)


def play_passages(
    bundle: Bundle,
    seconds: float,
    seed: int,
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> list[Passage]:
    """Generates clips of 30 s with consecutive seeds, as `generate --count` does.

    Args:
        bundle: Model that generates the clips.
        seconds: Length of all clips together in seconds, rounded to whole clips.
        seed: Seed; the clips' own seeds begin at seed · number of clips.
        on_progress: Called with the fraction of the clips that are finished, from 0 to 1.
    """
    count, rate = round(seconds / PASSAGE_SECONDS), bundle.settings.corpus.sample_rate
    passages: list[Passage] = []
    play = partial(generate_clip, bundle, PASSAGE_SECONDS)
    seeds = range(seed * count, seed * count + count)
    for number, audio in enumerate(map_ordered(play, seeds)):
        passages.append(Passage(f"clip {number}", audio, rate))
        on_progress((number + 1) / count)
    return passages


def read_folder(
    paths: Iterable[Path], corpus: Corpus, seconds: float | None = None
) -> list[Passage]:
    """Reads audio files as passages of 30 s at a corpus's sample rate and number of channels.

    Args:
        paths: Audio files.
        corpus: Corpus whose sample rate and number of channels the passages get.
        seconds: Length of all passages together in seconds, which is about what is read, spread
            over the files. `None`: everything is read.

    Raises:
        AudioError: A file cannot be read.
        CorpusError: No file is 30 s long.
    """
    settings = corpus.manifest.settings
    length = round(PASSAGE_SECONDS * settings.sample_rate)
    files = list(paths)
    count = len(files) if seconds is None else ceil(seconds / PASSAGE_SECONDS)
    limit = None if seconds is None else ceil(count / max(len(files), 1))
    passages: list[Passage] = []
    for path in spread_evenly(files, count):
        audio = read_named(path, settings.sample_rate, settings.channel_count).audio
        starts = range(0, len(audio) - length + 1, length)
        for start in spread_evenly(starts, len(starts) if limit is None else limit):
            piece = audio[start : start + length].copy()  # frees the rest of the file
            passages.append(Passage(path.name, piece, settings.sample_rate))
    if not passages:
        raise Remark.of(RemarkCode.NO_LONG_FILE, seconds=PASSAGE_SECONDS).to_error(CorpusError)
    return passages


def spread_evenly(items: Sequence[Item], count: int) -> list[Item]:
    """At most `count` of the items, at even distances."""
    count = min(count, len(items))
    return [items[int((number + 0.5) * len(items) / count)] for number in range(count)]


def reconstruct(passage: Passage, corpus: Corpus) -> Passage:
    """A passage after the corpus's mel transform and its inversion by Griffin-Lim.

    No generator of these spectrograms can sound better. The passage is inverted in segments with
    crossfades, as the output of a model is; this is also several times faster than in one piece.
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
    """A function that encodes and decodes a passage by a model's codec; `None` without a codec."""
    if not isinstance(bundle, LatentBundle):
        return None

    def reconstruct_by_codec(passage: Passage) -> Passage:
        audio = reconstruct_audio(bundle, passage.audio)
        return Passage(passage.recording, audio, passage.sample_rate)

    return reconstruct_by_codec


def group(
    passages: Sequence[Passage], vectors: Sequence[Float[np.ndarray, "_ dimension"]]
) -> list[Float[np.ndarray, "_ dimension"]]:
    """Vectors of passages, joined for each recording.

    Args:
        passages: Passages in any order.
        vectors: Embeddings (windows, dimension) of each passage.
    """
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
