"""Scores of music that cannot be a copy: windows of the held-out recordings."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.errors import CorpusError
from riffsmith.evaluation.copying.fingerprint import cut_windows, fingerprint, hop_samples
from riffsmith.evaluation.copying.passage_search import PassageIndex
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.files import write_bytes

FILE_NAME = "originality.json"
_METHOD = 1  # raised when a change of the method changes scores, so that stored ones are replaced
_WINDOWS = 300
_FEWEST_WINDOWS = 99  # with fewer, no score can be above the 99th percentile
_STEP_FRAMES = 4

OnProgress = Callable[[float], None]
"""Called with the fraction of the work that is done, from 0 to 1."""


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    method: int
    corpus_hash: str
    scores: tuple[float, ...]


def read_fingerprint(corpus: Corpus, recording: PreparedRecording) -> Float[Tensor, "bands frames"]:
    """Fingerprint of a whole recording, with its channels mixed."""
    audio = corpus.audio(recording, 0, recording.source.seconds + 1)
    return fingerprint(audio.mean(dim=1).numpy(), corpus.manifest.settings.sample_rate)


def held_out_scores(
    corpus: Corpus, index: PassageIndex, on_progress: OnProgress = lambda fraction: None
) -> tuple[float, ...]:
    """Scores of up to 300 windows, spread evenly over the held-out recordings.

    The scores are stored in the corpus's folder with the hash of the corpus. If the folder cannot
    be written to, they are measured each time.

    Args:
        corpus: Prepared corpus with held-out recordings.
        index: Index of its training recordings.
        on_progress: Called with the fraction of the windows that are searched for.

    Raises:
        CorpusError: The held-out recordings have room for fewer than 99 windows.
    """
    path, corpus_hash = corpus.path / FILE_NAME, corpus.manifest.corpus_hash()
    stored = _read(path)
    if stored and (stored.method, stored.corpus_hash) == (_METHOD, corpus_hash):
        return stored.scores
    scores = _measure(corpus, index, on_progress)
    measured = _Stored(method=_METHOD, corpus_hash=corpus_hash, scores=scores)
    with suppress(CorpusError):
        write_bytes(path, measured.model_dump_json().encode(), CorpusError)
    return scores


def _read(path: Path) -> _Stored | None:
    try:
        return _Stored.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None  # the file is missing or damaged, so the scores are measured again


def _measure(corpus: Corpus, index: PassageIndex, on_progress: OnProgress) -> tuple[float, ...]:
    chosen = choose_windows(corpus, index.frames)
    scores: list[float] = []
    for recording, starts in chosen:
        prints = read_fingerprint(corpus, recording)
        matches = index.search(cut_windows(prints, starts, index.frames))
        scores += [round(match.score, 4) for match in matches]
        on_progress(len(scores) / sum(len(starts) for _, starts in chosen))
    return tuple(scores)


def choose_windows(corpus: Corpus, frames: int) -> list[tuple[PreparedRecording, list[int]]]:
    """Held-out recordings with the first frames of their windows, from the manifest alone.

    Args:
        corpus: Prepared corpus with held-out recordings.
        frames: Length of a window.

    Raises:
        CorpusError: As `held_out_scores`.
    """
    recordings = corpus.manifest.of_split("held_out")
    rate = corpus.manifest.settings.sample_rate
    positions = [
        (number, start)
        for number, recording in enumerate(recordings)
        for start in range(
            0, int(recording.source.seconds * rate) // hop_samples(rate) - frames + 1, _STEP_FRAMES
        )
    ]
    if len(positions) < _FEWEST_WINDOWS:
        raise Remark.of(
            RemarkCode.LITTLE_HELD_OUT_MUSIC,
            path=str(corpus.path),
            recordings=len(recordings),
            seconds=sum(recording.source.seconds for recording in recordings),
        ).to_error(CorpusError)
    count = min(_WINDOWS, len(positions))
    chosen = [positions[index] for index in np.linspace(0, len(positions) - 1, count).astype(int)]
    return [
        (recording, [start for of, start in chosen if of == number])
        for number, recording in enumerate(recordings)
        if any(of == number for of, _ in chosen)
    ]
