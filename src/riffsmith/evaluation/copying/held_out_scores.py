"""Scores of music that cannot be a copy: windows of the held-out recordings."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.errors import CorpusError
from riffsmith.evaluation.array_cache import ArrayCache
from riffsmith.evaluation.copying.passage_search import PassageIndex
from riffsmith.evaluation.copying.representation import CopyKind, Representation
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.files import read_checked, validate, write_checked
from riffsmith.parallel import map_ordered

FILE_NAMES = {CopyKind.SOUND: "originality.json", CopyKind.MELODY: "originality-melody.json"}
PRINT_FOLDER = Path("cache") / "melodies"
FEWEST_WINDOWS = 99
"""With fewer held-out windows, no score can be above their 99th percentile."""
METHOD = 1
"""Number of the way to search; raised when a change of it changes scores, so that stored ones are
replaced."""
_WINDOWS = 300

OnProgress = Callable[[float], None]
"""Called with the fraction of the work that is done, from 0 to 1."""


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    method: int
    version: str
    corpus_hash: str
    scores: tuple[float, ...]


def read_print(
    corpus: Corpus, representation: Representation, recording: PreparedRecording
) -> Float[Tensor, "bands frames"]:
    """Print of a whole recording, with its channels mixed.

    A print that takes long is kept in the corpus's folder, by the audio's samples and the version
    of the representation. If the folder cannot be written to, it is made each time.
    """
    rate = corpus.manifest.settings.sample_rate
    audio = corpus.audio(recording, 0, recording.seconds + 1).mean(dim=1).numpy()
    if not representation.is_stored:
        return representation.describe(audio, rate)
    heading = f"{representation.kind} {representation.version}"
    cache = ArrayCache(corpus.path / PRINT_FOLDER, "print")
    found = cache.read_or_compute(
        heading, audio, rate, lambda: representation.describe(audio, rate).numpy()
    )
    return torch.from_numpy(found)


def read_prints(
    corpus: Corpus,
    representation: Representation,
    on_progress: OnProgress = lambda fraction: None,
) -> list[Float[Tensor, "bands _"]]:
    """Prints of all training recordings.

    Args:
        corpus: Prepared corpus.
        representation: How the music is described.
        on_progress: Called with the fraction of the recordings that are read.
    """
    recordings = corpus.manifest.of_split("train")
    prints: list[Tensor] = []
    for found in map_ordered(partial(read_print, corpus, representation), recordings):
        prints.append(found)
        on_progress(len(prints) / len(recordings))
    return prints


def held_out_scores(
    corpus: Corpus,
    representation: Representation,
    index: PassageIndex,
    on_progress: OnProgress = lambda fraction: None,
) -> tuple[float, ...]:
    """Scores of `measure_held_out_scores`, measured once for a corpus.

    They are stored in the corpus's folder with the hash of the corpus. If the folder cannot be
    written to, they are measured each time.

    Args:
        corpus: Prepared corpus with held-out recordings.
        representation: How the music is described.
        index: Index of the training recordings.
        on_progress: Called with the fraction of the windows that are searched for.
    """
    path, corpus_hash = corpus.path / FILE_NAMES[representation.kind], corpus.manifest.corpus_hash()
    key = (METHOD, representation.version, corpus_hash)
    stored = _read(path)
    if stored and (stored.method, stored.version, stored.corpus_hash) == key:
        return stored.scores
    scores = measure_held_out_scores(corpus, representation, index, on_progress)
    measured = _Stored(method=key[0], version=key[1], corpus_hash=key[2], scores=scores)
    with suppress(CorpusError):
        write_checked(path, measured.model_dump_json(), CorpusError)
    return scores


def _read(path: Path) -> _Stored | None:
    try:
        return validate(_Stored, read_checked(path))
    except (OSError, ValueError):
        return None  # the file is missing, damaged or old, so the scores are measured again


def measure_held_out_scores(
    corpus: Corpus,
    representation: Representation,
    index: PassageIndex,
    on_progress: OnProgress = lambda fraction: None,
) -> tuple[float, ...]:
    """Scores of up to 300 windows, spread evenly over the held-out recordings.

    Windows that do not hold enough to be judged have no score.

    Args:
        corpus: Prepared corpus with held-out recordings.
        representation: How the music is described.
        index: Index of the training recordings.
        on_progress: Called with the fraction of the windows that are searched for.
    """
    chosen = _choose_windows(corpus, representation)
    count, done = sum(len(starts) for _, starts in chosen), 0
    scores: list[float] = []
    for recording, starts in chosen:
        prints = read_print(corpus, representation, recording)
        judged = representation.find_judged(prints, starts)
        if judged:
            matches = index.search(representation.cut_windows(prints, judged))
            scores += [round(match.score, 4) for match in matches]
        done += len(starts)
        on_progress(done / count)
    return tuple(scores)


def check_comparable(corpus: Corpus, representation: Representation) -> None:
    """Checks from the manifest alone that music can be compared with a corpus.

    Raises:
        CorpusError: There are no training recordings, or the held-out ones have room for fewer than
            99 windows.
    """
    if not corpus.manifest.of_split("train"):
        remark = Remark.of(RemarkCode.NO_TRAINING_RECORDING, path=str(corpus.path))
        raise remark.to_error(CorpusError)
    recordings = corpus.manifest.of_split("held_out")
    if not recordings:
        raise Remark.of(RemarkCode.NOTHING_HELD_OUT, path=str(corpus.path)).to_error(CorpusError)
    chosen = _choose_windows(corpus, representation)
    if sum(len(starts) for _, starts in chosen) < FEWEST_WINDOWS:
        raise Remark.of(
            RemarkCode.LITTLE_HELD_OUT_MUSIC,
            path=str(corpus.path),
            recordings=len(recordings),
            seconds=sum(recording.seconds for recording in recordings),
        ).to_error(CorpusError)


def _choose_windows(
    corpus: Corpus, representation: Representation
) -> list[tuple[PreparedRecording, list[int]]]:
    """Held-out recordings with the first frames of their windows."""
    hop_seconds = representation.hop_seconds(corpus.manifest.settings.sample_rate)
    frames, step = representation.window_frames, representation.held_out_step_frames
    recordings = corpus.manifest.of_split("held_out")
    positions = [
        (number, start)
        for number, recording in enumerate(recordings)
        for start in range(0, int(recording.seconds / hop_seconds) - frames + 1, step)
    ]
    if not positions:
        return []
    count = min(_WINDOWS, len(positions))
    chosen = [positions[index] for index in np.linspace(0, len(positions) - 1, count).astype(int)]
    return [
        (recording, [start for of, start in chosen if of == number])
        for number, recording in enumerate(recordings)
        if any(of == number for of, _ in chosen)
    ]
