"""Whether generated music copies what it was trained on.

Every window of a clip is compared with every passage of the training recordings. What counts as a
copy is told by music that cannot be one: held-out recordings of the same corpus, searched for in
the same way.
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
    OnShare,
    choose_windows,
    held_out_scores,
    read_fingerprint,
)
from riffsmith.evaluation.copying.passage_search import Match, PassageIndex
from riffsmith.evaluation.embedders.embedding import mix_sound
from riffsmith.parallel import map_ordered

WINDOW_SECONDS = 5.0
_WINDOW_FRAMES = 80
_STEP_FRAMES = 16  # a second
_ACCUSED_PERCENTILE = 99.0
_FAR_BEYOND = 1.75  # times the highest held-out score, where chance does not come


class OriginalityGrade(StrEnum):
    """The result of a comparison in one word."""

    ORIGINAL = "original"
    """No window is nearer to the training music than 99 % of held-out music."""
    SUSPICIOUS = "suspicious"
    """Some windows are nearer, none by far."""
    COPIED = "copied"
    """A window is nearer by far than any held-out music."""


class WindowOrigin(BaseModel):
    """The training passage nearest to one window of 5 s."""

    model_config = ConfigDict(frozen=True)

    start_seconds: float
    recording: str
    recording_seconds: float
    """Where the passage begins."""
    semitones: float
    """By how much the window is higher than the passage."""
    speed: float
    """How many times faster it is."""
    similarity: float
    """Cosine of the two fingerprints: 1 for equal ones, about 0.1 for unrelated music."""
    score: float
    """How far that stands out among all training music; see `PassageIndex.search`."""
    percentile: float
    """Share of held-out windows with a lower score, in percent; never 100."""


class Originality(BaseModel):
    """What `riffsmith originality` prints."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    corpus_hash: str
    windows: tuple[WindowOrigin, ...]
    """One begins every second."""
    share_above_99th: float
    """Share of windows above the 99th percentile; about 0.01 for new music."""
    held_out_windows: int
    held_out_highest: float
    """The highest score of a held-out window."""
    verdict: str
    """The grade in one plain sentence."""

    @computed_field
    @property
    def grade(self) -> OriginalityGrade:
        """The result in one word."""
        return _grade(self.windows, self.held_out_highest)

    def accused(self) -> list[WindowOrigin]:
        """Windows above the 99th percentile, the most suspect first."""
        return _accused(self.windows)


class OriginalityCheck:
    """An index of a corpus's training recordings, and the scores of its held-out ones.

    ```python
    check = OriginalityCheck(Corpus(Path("corpus")))
    print(check.check(audio, sample_rate=44_100).verdict)
    ```
    """

    def __init__(self, corpus: Corpus, on_share: OnShare = lambda share: None) -> None:
        """Reads the training recordings, and reads or measures the held-out scores.

        Args:
            corpus: With training recordings and half a minute or more of held-out ones.
            on_share: Told about the progress.

        Raises:
            CorpusError: One of the sides is missing, or the held-out one is too short.
        """
        recordings = corpus.manifest.of_split("train")
        if not recordings:
            raise CorpusError(
                f"{corpus.path} has no training recording to compare with: prepare it with more"
            )
        choose_windows(corpus, _WINDOW_FRAMES)  # fails before anything slow has begun
        self._corpus_hash = corpus.manifest.corpus_hash()
        self.sample_rate = corpus.manifest.settings.sample_rate
        self._names = [recording.source.path for recording in recordings]
        prints = list(map_ordered(partial(read_fingerprint, corpus), recordings))
        self._index = PassageIndex(prints, _WINDOW_FRAMES)
        on_share(0.3)
        scores = held_out_scores(corpus, self._index, lambda share: on_share(0.3 + 0.7 * share))
        self._held_out = np.array(scores)
        on_share(1.0)

    def check(self, audio: Float[np.ndarray, "time channels"], sample_rate: int) -> Originality:
        """Finds the nearest training passage of every window.

        Copies are found at any place, up to two semitones higher or lower, played faster or slower
        by as much, re-encoded, and below other music.

        The percentile is the rank of a conformal test (Vovk et al. 2005, "Algorithmic learning in
        a random world"): a window of new music that is like the held-out music is above the 99th
        in at most one of 100 cases. The windows of one song are alike, so this holds over many
        songs rather than within each.

        Args:
            audio: 5 s or more; channels are mixed.
            sample_rate: In Hz; another one than the corpus's is resampled.

        Raises:
            AudioError: The audio is shorter than 5 s, or holds NaN or infinite samples.
        """
        seconds = len(audio) / sample_rate
        if seconds < WINDOW_SECONDS:
            raise AudioError(
                f"audio of {seconds:.2f} s is shorter than one window of {WINDOW_SECONDS:g} s: "
                "give it a longer clip"
            )
        mono = mix_sound(audio)
        if sample_rate != self.sample_rate:
            mono = soxr.resample(mono, sample_rate, self.sample_rate)
        relief = fingerprint(mono, self.sample_rate)
        starts = range(0, max(relief.shape[1] - _WINDOW_FRAMES, 0) + 1, _STEP_FRAMES)
        matches = self._index.search(cut_windows(relief, starts, _WINDOW_FRAMES))
        windows = tuple(map(self._describe, starts, matches))
        highest = float(self._held_out.max())
        return Originality(
            seconds=round(seconds, 3),
            corpus_hash=self._corpus_hash,
            windows=windows,
            share_above_99th=len(_accused(windows)) / len(windows),
            held_out_windows=len(self._held_out),
            held_out_highest=highest,
            verdict=_verdict(windows, highest),
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


def _accused(windows: tuple[WindowOrigin, ...]) -> list[WindowOrigin]:
    found = [window for window in windows if window.percentile >= _ACCUSED_PERCENTILE]
    return sorted(found, key=lambda window: -window.score)


def _grade(windows: tuple[WindowOrigin, ...], highest: float) -> OriginalityGrade:
    accused = _accused(windows)
    if not accused:
        return OriginalityGrade.ORIGINAL
    is_far = accused[0].score > _FAR_BEYOND * highest
    return OriginalityGrade.COPIED if is_far else OriginalityGrade.SUSPICIOUS


def _verdict(windows: tuple[WindowOrigin, ...], highest: float) -> str:
    grade, accused = _grade(windows, highest), _accused(windows)
    if grade is OriginalityGrade.ORIGINAL:
        return (
            f"No copy found: all {len(windows)} windows are as far from the training music as "
            "held-out music is."
        )
    first = accused[0]
    place = (
        f"second {first.start_seconds:g} is most like second {first.recording_seconds:g} of "
        f"{first.recording}."
    )
    count = f"{len(accused)} of {len(windows)} windows"
    if grade is OriginalityGrade.COPIED:
        return f"Copied: {count} are nearer to the training music than held-out music is; {place}"
    return (
        f"Listen to it: {count} are nearer to the training music than 99 % of held-out music, "
        f"though none by far; {place}"
    )
