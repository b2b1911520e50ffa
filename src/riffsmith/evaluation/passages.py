"""Equal amounts of real and generated audio to compare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.audio import read_recording
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.corpus.manifest import Split
from riffsmith.errors import CorpusError
from riffsmith.features import MelTransform, griffin_lim

PASSAGE_SECONDS = 30.0


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
    return [_read(corpus, recording, turn, rounds) for recording, turn in wanted]


def _read(corpus: Corpus, recording: PreparedRecording, turn: int, rounds: int) -> Passage:
    spare = recording.source.seconds - PASSAGE_SECONDS
    start = spare * (turn + 0.5) / rounds
    audio = corpus.audio(recording, start, PASSAGE_SECONDS).numpy()
    return Passage(recording.source.path, audio, corpus.manifest.settings.sample_rate)


def read_folder(paths: Iterable[Path], corpus: Corpus) -> list[Passage]:
    """Audio files as passages at the corpus's rate and channels, cut to 30 s each.

    Raises:
        AudioError: A file cannot be read.
        CorpusError: None is 30 s long.
    """
    settings = corpus.manifest.settings
    length = round(PASSAGE_SECONDS * settings.sample_rate)
    passages: list[Passage] = []
    for path in paths:
        audio = read_recording(path, settings.sample_rate, settings.channel_count).audio
        for start in range(0, len(audio) - length + 1, length):
            passages.append(Passage(path.name, audio[start : start + length], settings.sample_rate))
    if not passages:
        raise CorpusError(f"no file to judge is {PASSAGE_SECONDS:g} s long: give it longer clips")
    return passages


def reconstruct(passage: Passage, corpus: Corpus) -> Passage:
    """The passage through the corpus's transform and back: the best this system could play."""
    transform = MelTransform.of(corpus.manifest.settings)
    audio = torch.from_numpy(np.ascontiguousarray(passage.audio.T))
    magnitudes = transform.to_magnitudes(transform.to_db(audio))
    restored = griffin_lim(magnitudes, transform, audio.shape[-1])
    return Passage(passage.recording, restored.numpy().T, passage.sample_rate)


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
