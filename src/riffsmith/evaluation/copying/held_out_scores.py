"""How near music that cannot be a copy comes to the training recordings: the held-out windows."""

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
from riffsmith.files import write_bytes

FILE_NAME = "originality.json"
_METHOD = 1  # raised whenever scores change, so that stored ones are measured anew
_WINDOWS = 300
_FEWEST_WINDOWS = 99  # with fewer, none can be above the 99th percentile
_STEP_FRAMES = 4

OnShare = Callable[[float], None]


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    method: int
    corpus_hash: str
    scores: tuple[float, ...]


def read_fingerprint(corpus: Corpus, recording: PreparedRecording) -> Float[Tensor, "bands frames"]:
    """Of a whole recording, its channels mixed."""
    audio = corpus.audio(recording, 0, recording.source.seconds + 1)
    return fingerprint(audio.mean(dim=1).numpy(), corpus.manifest.settings.sample_rate)


def held_out_scores(
    corpus: Corpus, index: PassageIndex, on_share: OnShare = lambda share: None
) -> tuple[float, ...]:
    """Scores of up to 300 windows, evenly spread over the held-out recordings.

    They are stored beside the corpus, named by its hash; where that folder cannot be written to,
    they are measured each time.

    Raises:
        CorpusError: There is no held-out recording, or too little of it for 99 windows.
    """
    path, corpus_hash = corpus.path / FILE_NAME, corpus.manifest.corpus_hash()
    stored = _read(path)
    if stored and (stored.method, stored.corpus_hash) == (_METHOD, corpus_hash):
        return stored.scores
    scores = _measure(corpus, index, on_share)
    found = _Stored(method=_METHOD, corpus_hash=corpus_hash, scores=scores)
    with suppress(CorpusError):
        write_bytes(path, found.model_dump_json().encode(), CorpusError)
    return scores


def _read(path: Path) -> _Stored | None:
    try:
        return _Stored.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None  # not there yet or damaged: it is measured again


def _measure(corpus: Corpus, index: PassageIndex, on_share: OnShare) -> tuple[float, ...]:
    chosen = choose_windows(corpus, index.frames)
    scores: list[float] = []
    for recording, starts in chosen:
        relief = read_fingerprint(corpus, recording)
        matches = index.search(cut_windows(relief, starts, index.frames))
        scores += [round(match.score, 4) for match in matches]
        on_share(len(scores) / sum(len(places) for _, places in chosen))
    return tuple(scores)


def choose_windows(corpus: Corpus, frames: int) -> list[tuple[PreparedRecording, list[int]]]:
    """Held-out recordings and the frames at which their windows begin; reads the manifest alone.

    Raises:
        CorpusError: As `held_out_scores`.
    """
    recordings = corpus.manifest.of_split("held_out")
    rate = corpus.manifest.settings.sample_rate
    places = [
        (number, start)
        for number, recording in enumerate(recordings)
        for start in range(
            0, int(recording.source.seconds * rate) // hop_samples(rate) - frames + 1, _STEP_FRAMES
        )
    ]
    if len(places) < _FEWEST_WINDOWS:
        seconds = sum(recording.source.seconds for recording in recordings)
        raise CorpusError(
            f"{corpus.path} holds out {len(recordings)} recordings ({seconds:.0f} s), and telling "
            "copies from chance needs half a minute or more of music that was not trained on: "
            "prepare it again with --hold-out and the name of a longer recording"
        )
    count = min(_WINDOWS, len(places))
    chosen = [places[index] for index in np.linspace(0, len(places) - 1, count).astype(int)]
    return [
        (recording, [start for of, start in chosen if of == number])
        for number, recording in enumerate(recordings)
        if any(of == number for of, _ in chosen)
    ]
