"""Search for the passages that are most similar to a clip, ranked among held-out music."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from riffsmith.corpus import Corpus
from riffsmith.evaluation.copying.comparison import Comparison, WindowOrigin
from riffsmith.evaluation.copying.held_out_scores import (
    FEWEST_WINDOWS,
    OnProgress,
    held_out_scores,
    read_prints,
)
from riffsmith.evaluation.copying.passage_search import Match, PassageIndex
from riffsmith.evaluation.copying.representation import Representation
from riffsmith.evaluation.copying.search_index import OriginalityIndex
from riffsmith.evaluation.remarks import Remark, RemarkCode

_READING_SHARE = 0.3


class CalibratedSearch:
    """A search in the prints of training recordings, with the scores of held-out recordings."""

    def __init__(
        self,
        representation: Representation,
        sample_rate: int,
        names: Sequence[str],
        index: PassageIndex,
        held_out: Sequence[float],
    ) -> None:
        """Takes what a search needs; `of_corpus` and `of_index` find it.

        Args:
            representation: How the music is described.
            sample_rate: Sample rate of the clips in Hz, which is that of the recordings.
            names: Names of the training recordings.
            index: Index of their prints, in the same order.
            held_out: Scores of windows of the held-out recordings.
        """
        self._of, self._names, self._index = representation, names, index
        self._hop_seconds = representation.hop_seconds(sample_rate)
        self._held_out = np.array(held_out)

    @classmethod
    def of_corpus(
        cls,
        corpus: Corpus,
        representation: Representation,
        on_progress: OnProgress = lambda fraction: None,
    ) -> "CalibratedSearch":
        """Reads the training recordings, and reads or measures the held-out scores.

        Args:
            corpus: Corpus with training and held-out recordings.
            representation: How the music is described.
            on_progress: Called with the fraction of the work that is done, from 0 to 1.
        """
        prints = read_prints(
            corpus, representation, lambda done: on_progress(_READING_SHARE * done)
        )
        index = PassageIndex(prints, representation)
        scores = held_out_scores(
            corpus,
            representation,
            index,
            lambda done: on_progress(_READING_SHARE + (1 - _READING_SHARE) * done),
        )
        names = [recording.source.path for recording in corpus.manifest.of_split("train")]
        rate = corpus.manifest.settings.sample_rate
        return cls(representation, rate, names, index, scores)

    @classmethod
    def of_index(
        cls, source: OriginalityIndex, representation: Representation
    ) -> "CalibratedSearch":
        """Takes prints and scores from the index of a bundle.

        Args:
            source: The index.
            representation: How the music is described.
        """
        found = source.kinds[representation.kind]
        index = PassageIndex(found.prints, representation)
        return cls(representation, source.sample_rate, source.recordings, index, found.held_out)

    def compare(self, mono: Float[np.ndarray, " time"], sample_rate: int) -> Comparison:
        """Finds the most similar training passage for every window.

        Args:
            mono: Samples of a clip (time,).
            sample_rate: Sample rate of the clip in Hz, which is that of the corpus.
        """
        seconds, needed = len(mono) / sample_rate, self._of.window_seconds
        if seconds < needed:
            return self._leave_open(
                Remark.of(RemarkCode.SHORT_CLIP, seconds=seconds, needed=needed)
            )
        held_out = len(self._held_out)
        if held_out < FEWEST_WINDOWS:
            return self._leave_open(
                Remark.of(
                    RemarkCode.FEW_HELD_OUT_NOTES,
                    windows=held_out,
                    seconds=needed,
                    needed=FEWEST_WINDOWS,
                )
            )
        prints = self._of.describe(mono, sample_rate)
        last = max(prints.shape[1] - self._of.window_frames, 0)
        starts = list(range(0, last + 1, self._of.step_frames))
        judged = self._of.find_judged(prints, starts)
        unjudged = len(starts) - len(judged)
        if not judged:
            return self._leave_open(Remark.of(RemarkCode.TOO_FEW_NOTES, seconds=needed), unjudged)
        matches = self._index.search(self._of.cut_windows(prints, judged))
        return Comparison(
            kind=self._of.kind,
            windows=tuple(map(self._describe, judged, matches)),
            unjudged_windows=unjudged,
            held_out_windows=held_out,
            held_out_highest=self._highest(),
        )

    def _leave_open(self, obstacle: Remark, unjudged: int = 0) -> Comparison:
        return Comparison(
            kind=self._of.kind,
            windows=(),
            unjudged_windows=unjudged,
            held_out_windows=len(self._held_out),
            held_out_highest=self._highest(),
            obstacle=obstacle,
        )

    def _highest(self) -> float:
        return float(self._held_out.max(initial=0.0))

    def _describe(self, start: int, match: Match) -> WindowOrigin:
        below = int((self._held_out < match.score).sum())
        return WindowOrigin(
            start_seconds=round(start * self._hop_seconds, 2),
            recording=self._names[match.number],
            recording_seconds=round(match.frame * self._hop_seconds, 2),
            semitones=match.alteration.semitones,
            speed=round(match.alteration.speed, 4),
            similarity=round(match.similarity, 4),
            score=round(match.score, 4),
            percentile=100 * below / (len(self._held_out) + 1),
        )
