"""Passages of real, generated and reconstructed music, the units of an evaluation."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil, floor
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.audio import join, read_named
from riffsmith.bundle import Bundle, LatentBundle
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.corpus.manifest import Split
from riffsmith.errors import CorpusError, RiffsmithError
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.features import MelTransform, griffin_lim
from riffsmith.parallel import map_ordered
from riffsmith.synthesis import FADE_SECONDS, generate_clip, reconstruct_audio

PASSAGE_SECONDS = 30.0
"""Length of a passage where the recordings are as long."""
SHORTEST_PASSAGE_SECONDS = 5.0
"""Shorter passages are not compared."""
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


def passage_seconds(corpus: Corpus) -> float:
    """Length of the passages that music is compared with a corpus in, in seconds.

    It is 30 s, or less where one side of the split has no recording of 30 s: then as much as the
    longest recording of either side has, in tenths of a second.

    Raises:
        CorpusError: Nothing is held out, or a split has no recording of 5 s.
    """
    if not corpus.manifest.of_split("held_out"):
        raise Remark.of(RemarkCode.NOTHING_HELD_OUT, path=str(corpus.path)).to_error(CorpusError)
    return min(_longest_passage(corpus, split) for split in ("train", "held_out"))


def _longest_passage(corpus: Corpus, split: Split) -> float:
    longest = max((one.seconds for one in corpus.manifest.of_split(split)), default=0.0)
    seconds = min(PASSAGE_SECONDS, floor(10 * longest) / 10)
    if seconds >= SHORTEST_PASSAGE_SECONDS:
        return seconds
    raise _explain_no_passage(corpus, split, SHORTEST_PASSAGE_SECONDS)


def _explain_no_passage(corpus: Corpus, split: Split, seconds: float) -> RiffsmithError:
    """The error for a split without a recording of so many seconds."""
    code = (
        RemarkCode.NO_LONG_HELD_OUT_RECORDING
        if split == "held_out"
        else RemarkCode.NO_LONG_TRAINING_RECORDING
    )
    return Remark.of(code, path=str(corpus.path), seconds=seconds).to_error(CorpusError)


def read_passages(
    corpus: Corpus, split: Split, seconds: float, length: float = PASSAGE_SECONDS
) -> list[Passage]:
    """Reads passages from one split of a corpus, spread evenly over its recordings.

    Args:
        corpus: Prepared corpus.
        split: "train" or "held_out".
        seconds: Length of all passages together in seconds, rounded up to whole passages.
        length: Length of a passage in seconds.

    Raises:
        CorpusError: The split has no recording that is as long as a passage.
    """
    recordings = [
        recording for recording in corpus.manifest.of_split(split) if recording.seconds >= length
    ]
    if not recordings:
        raise _explain_no_passage(corpus, split, length)
    count = ceil(seconds / length)
    rounds = ceil(count / len(recordings))
    chosen = [(recording, number) for number in range(rounds) for recording in recordings][:count]
    return [
        read_passage(
            corpus, recording, (recording.seconds - length) * (number + 0.5) / rounds, length
        )
        for recording, number in chosen
    ]


def read_passage(
    corpus: Corpus,
    recording: PreparedRecording,
    start_seconds: float,
    length: float = PASSAGE_SECONDS,
) -> Passage:
    """Reads a passage of a recording.

    Args:
        corpus: Prepared corpus.
        recording: Recording of the corpus.
        start_seconds: Start of the passage.
        length: Length of the passage in seconds.
    """
    audio = corpus.audio(recording, start_seconds, length).numpy()
    return Passage(recording.source.path, audio, corpus.manifest.settings.sample_rate)


def play_passages(
    bundle: Bundle,
    seconds: float,
    seed: int,
    on_progress: Callable[[float], None] = lambda fraction: None,
    length: float = PASSAGE_SECONDS,
) -> list[Passage]:
    """Generates clips with consecutive seeds, as `generate --count` does.

    Args:
        bundle: Model that generates the clips.
        seconds: Length of all clips together in seconds, rounded to whole clips.
        seed: Seed; the clips' own seeds begin at seed · number of clips.
        on_progress: Called with the fraction of the clips that are finished, from 0 to 1.
        length: Length of a clip in seconds.
    """
    count, rate = round(seconds / length), bundle.settings.corpus.sample_rate
    passages: list[Passage] = []
    play = partial(generate_clip, bundle, length)
    seeds = range(seed * count, seed * count + count)
    for number, audio in enumerate(map_ordered(play, seeds)):
        passages.append(Passage(f"clip {number}", audio, rate))
        on_progress((number + 1) / count)
    return passages


def read_folder(
    paths: Iterable[Path],
    corpus: Corpus,
    seconds: float | None = None,
    length: float = PASSAGE_SECONDS,
) -> list[Passage]:
    """Reads audio files as passages at a corpus's sample rate and number of channels.

    Where all files are shorter than a passage, the passages are as long as the longest file.

    Args:
        paths: Audio files.
        corpus: Corpus whose sample rate and number of channels the passages get.
        seconds: Length of all passages together in seconds, which is about what is read, spread
            over the files. `None`: everything is read.
        length: Length of a passage in seconds.

    Raises:
        AudioError: A file cannot be read.
        CorpusError: No file is 5 s long.
    """
    settings = corpus.manifest.settings
    samples = round(length * settings.sample_rate)
    files = list(paths)
    count = len(files) if seconds is None else ceil(seconds / length)
    limit = None if seconds is None else ceil(count / max(len(files), 1))
    passages: list[Passage] = []
    longest = 0
    for path in spread_evenly(files, count):
        audio = read_named(path, settings.sample_rate, settings.channel_count).audio
        longest = max(longest, len(audio))
        starts = range(0, len(audio) - samples + 1, samples)
        for start in spread_evenly(starts, len(starts) if limit is None else limit):
            piece = audio[start : start + samples].copy()  # frees the rest of the file
            passages.append(Passage(path.name, piece, settings.sample_rate))
    if passages:
        return passages
    shorter = floor(10 * longest / settings.sample_rate) / 10
    if shorter < SHORTEST_PASSAGE_SECONDS:
        remark = Remark.of(RemarkCode.NO_LONG_FILE, seconds=SHORTEST_PASSAGE_SECONDS)
        raise remark.to_error(CorpusError)
    return read_folder(files, corpus, seconds, shorter)


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
