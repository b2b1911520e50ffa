"""Comparison of generated music with the training music, window by window.

Each window of a clip is compared with every passage of the training recordings. The held-out
recordings of the same corpus are searched for in the same way: they cannot be copies, so their
scores show how similar new music of this kind is to the training music.
"""

from enum import StrEnum
from functools import partial

import numpy as np
import soxr
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, computed_field

from riffsmith.corpus import Corpus
from riffsmith.errors import AudioError, CorpusError
from riffsmith.evaluation.copying.fingerprint import cut_windows, fingerprint, hop_samples
from riffsmith.evaluation.copying.held_out_scores import (
    OnProgress,
    choose_windows,
    held_out_scores,
    read_fingerprint,
)
from riffsmith.evaluation.copying.passage_search import Match, PassageIndex
from riffsmith.evaluation.embedders.embedding import mix_to_mono
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.parallel import map_ordered

WINDOW_SECONDS = 5.0
_WINDOW_FRAMES = 80
_STEP_FRAMES = 16  # a second
_SUSPICIOUS_PERCENTILE = 99.0
_COPIED_FACTOR = 1.75  # times the highest held-out score, which unrelated music does not reach


class OriginalityGrade(StrEnum):
    """The result of a comparison in one word."""

    ORIGINAL = "original"
    """No window is more similar to the training music than 99 % of held-out music."""
    SUSPICIOUS = "suspicious"
    """Some windows are more similar, none by far."""
    COPIED = "copied"
    """A window is by far more similar than any held-out music."""


class WindowOrigin(BaseModel):
    """The training passage that is most similar to one window of 5 s."""

    model_config = ConfigDict(frozen=True)

    start_seconds: float
    """Second of the clip at which the window begins."""
    recording: str
    """Name of the training recording."""
    recording_seconds: float
    """Second of the recording at which the passage begins."""
    semitones: float
    """Pitch of the window above that of the passage, in semitones."""
    speed: float
    """Speed of the window relative to the passage: 2 is twice as fast."""
    similarity: float
    """Cosine similarity of the fingerprints: 1 for equal ones, about 0.1 for unrelated music."""
    score: float
    """How far the similarity stands out among all training music; see `PassageIndex.search`."""
    percentile: float
    """Percentage of held-out windows with a lower score; never 100."""


class Originality(BaseModel):
    """The result of comparing one clip; `riffsmith originality` prints it."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    """Length of the clip."""
    corpus_hash: str
    windows: tuple[WindowOrigin, ...]
    """Results of all windows; one begins every second."""
    share_above_99th: float
    """Share of windows above the 99th percentile, from 0 to 1; about 0.01 for new music."""
    held_out_windows: int
    """Number of held-out windows that the percentiles refer to."""
    held_out_highest: float
    """Highest score of a held-out window."""

    @computed_field
    @property
    def grade(self) -> OriginalityGrade:
        """The result in one word."""
        suspicious = self.suspicious_windows()
        if not suspicious:
            return OriginalityGrade.ORIGINAL
        is_far = suspicious[0].score > _COPIED_FACTOR * self.held_out_highest
        return OriginalityGrade.COPIED if is_far else OriginalityGrade.SUSPICIOUS

    @computed_field
    @property
    def verdict(self) -> str:
        """The result in one English sentence, for people; programs read `grade`."""
        grade, suspicious = self.grade, self.suspicious_windows()
        if grade is OriginalityGrade.ORIGINAL:
            return (
                f"No copy found: all {len(self.windows)} windows are as far from the training "
                "music as held-out music is."
            )
        first = suspicious[0]
        source = (
            f"second {first.start_seconds:g} is most like second {first.recording_seconds:g} of "
            f"{first.recording}."
        )
        count = f"{len(suspicious)} of {len(self.windows)} windows"
        if grade is OriginalityGrade.COPIED:
            return (
                f"Copied: {count} are nearer to the training music than held-out music is; {source}"
            )
        return (
            f"Listen to it: {count} are nearer to the training music than 99 % of held-out music, "
            f"though none by far; {source}"
        )

    def suspicious_windows(self) -> list[WindowOrigin]:
        """Windows above the 99th percentile, the highest score first."""
        return _select_suspicious(self.windows)


class OriginalityCheck:
    """An index of a corpus's training recordings, with the scores of its held-out recordings.

    ```python
    check = OriginalityCheck(Corpus(Path("corpus")))
    print(check.check(audio, sample_rate=44_100).verdict)
    ```

    Attributes:
        sample_rate: Sample rate of the corpus in Hz.
    """

    def __init__(self, corpus: Corpus, on_progress: OnProgress = lambda fraction: None) -> None:
        """Reads the training recordings, and reads or measures the held-out scores.

        Args:
            corpus: Corpus with training recordings and at least half a minute of held-out ones.
            on_progress: Called with the fraction of the work that is done, from 0 to 1.

        Raises:
            CorpusError: There are no training recordings, or the held-out ones are too short.
        """
        recordings = corpus.manifest.of_split("train")
        if not recordings:
            remark = Remark.of(RemarkCode.NO_TRAINING_RECORDING, path=str(corpus.path))
            raise remark.to_error(CorpusError)
        choose_windows(corpus, _WINDOW_FRAMES)  # raises before the slow part begins
        self._corpus_hash = corpus.manifest.corpus_hash()
        self.sample_rate = corpus.manifest.settings.sample_rate
        self._names = [recording.source.path for recording in recordings]
        prints = list(map_ordered(partial(read_fingerprint, corpus), recordings))
        self._index = PassageIndex(prints, _WINDOW_FRAMES)
        on_progress(0.3)
        scores = held_out_scores(
            corpus, self._index, lambda fraction: on_progress(0.3 + 0.7 * fraction)
        )
        self._held_out = np.array(scores)
        on_progress(1.0)

    def check(self, audio: Float[np.ndarray, "time channels"], sample_rate: int) -> Originality:
        """Finds the most similar training passage for every window.

        Copies are found at any position, up to two semitones higher or lower, with the speed
        changed by as much, re-encoded, and mixed with other music.

        The percentile is the rank of a conformal test (Vovk et al. 2005, "Algorithmic learning in
        a random world"): if new music and held-out music have the same distribution, a window is
        above the 99th percentile in at most one of 100 cases. The windows of one song depend on
        each other, so this holds over many songs rather than within each.

        Args:
            audio: Samples (time, channels) of at least 5 s; the channels are mixed.
            sample_rate: Sample rate of the audio in Hz; it is resampled to that of the corpus.

        Raises:
            AudioError: The audio is shorter than 5 s, or holds NaN or infinite samples.
        """
        seconds = len(audio) / sample_rate
        if seconds < WINDOW_SECONDS:
            remark = Remark.of(RemarkCode.SHORT_CLIP, seconds=seconds, needed=WINDOW_SECONDS)
            raise remark.to_error(AudioError)
        mono = mix_to_mono(audio)
        if sample_rate != self.sample_rate:
            mono = soxr.resample(mono, sample_rate, self.sample_rate)
        prints = fingerprint(mono, self.sample_rate)
        starts = range(0, max(prints.shape[1] - _WINDOW_FRAMES, 0) + 1, _STEP_FRAMES)
        matches = self._index.search(cut_windows(prints, starts, _WINDOW_FRAMES))
        windows = tuple(map(self._describe, starts, matches))
        return Originality(
            seconds=round(seconds, 3),
            corpus_hash=self._corpus_hash,
            windows=windows,
            share_above_99th=len(_select_suspicious(windows)) / len(windows),
            held_out_windows=len(self._held_out),
            held_out_highest=float(self._held_out.max()),
        )

    def _describe(self, start: int, match: Match) -> WindowOrigin:
        below = int((self._held_out < match.score).sum())
        hop_seconds = hop_samples(self.sample_rate) / self.sample_rate
        return WindowOrigin(
            start_seconds=round(start * hop_seconds, 2),
            recording=self._names[match.number],
            recording_seconds=round(match.frame * hop_seconds, 2),
            semitones=match.alteration.semitones,
            speed=round(match.alteration.speed, 4),
            similarity=round(match.similarity, 4),
            score=round(match.score, 4),
            percentile=100 * below / (len(self._held_out) + 1),
        )


def _select_suspicious(windows: tuple[WindowOrigin, ...]) -> list[WindowOrigin]:
    found = [window for window in windows if window.percentile >= _SUSPICIOUS_PERCENTILE]
    return sorted(found, key=lambda window: -window.score)
