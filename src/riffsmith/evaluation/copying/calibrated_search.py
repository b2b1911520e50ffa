"""Search for the passages that are most similar to a clip, ranked among held-out music."""

from functools import partial

import numpy as np
from jaxtyping import Float

from riffsmith.corpus import Corpus
from riffsmith.evaluation.copying.comparison import Comparison, WindowOrigin
from riffsmith.evaluation.copying.held_out_scores import (
    FEWEST_WINDOWS,
    OnProgress,
    held_out_scores,
    read_print,
)
from riffsmith.evaluation.copying.passage_search import Match, PassageIndex
from riffsmith.evaluation.copying.representation import Representation
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.parallel import map_ordered

_READING_SHARE = 0.3


class CalibratedSearch:
    """An index of a corpus's training recordings, with the scores of its held-out recordings."""

    def __init__(
        self,
        corpus: Corpus,
        representation: Representation,
        on_progress: OnProgress = lambda fraction: None,
    ) -> None:
        """Reads the training recordings, and reads or measures the held-out scores.

        Args:
            corpus: Corpus with training and held-out recordings.
            representation: How the music is described.
            on_progress: Called with the fraction of the work that is done, from 0 to 1.
        """
        recordings = corpus.manifest.of_split("train")
        self._corpus, self._of = corpus, representation
        self._hop_seconds = representation.hop_seconds(corpus.manifest.settings.sample_rate)
        self._names = [recording.source.path for recording in recordings]
        read = partial(read_print, corpus, representation)
        prints = []
        for found in map_ordered(read, recordings):
            prints.append(found)
            on_progress(_READING_SHARE * len(prints) / len(recordings))
        self._index = PassageIndex(prints, representation)
        scores = held_out_scores(
            corpus,
            representation,
            self._index,
            lambda fraction: on_progress(_READING_SHARE + (1 - _READING_SHARE) * fraction),
        )
        self._held_out = np.array(scores)

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
