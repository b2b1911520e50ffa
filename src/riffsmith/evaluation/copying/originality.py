"""Comparison of generated music with the training music, in its sound and in its melodies.

Each window of a clip is compared with every passage of the training recordings. The held-out
recordings of the same corpus are searched for in the same way: they cannot be copies, so their
scores show how similar new music of this kind is to the training music.
"""

import numpy as np
import soxr
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, computed_field

from riffsmith.corpus import Corpus
from riffsmith.errors import AudioError, CorpusError
from riffsmith.evaluation.copying.calibrated_search import CalibratedSearch
from riffsmith.evaluation.copying.comparison import Comparison, OriginalityGrade, worst_grade
from riffsmith.evaluation.copying.held_out_scores import OnProgress, check_held_out
from riffsmith.evaluation.copying.melody import MELODY
from riffsmith.evaluation.copying.sound import SOUND
from riffsmith.evaluation.embedders.embedding import mix_to_mono
from riffsmith.evaluation.remarks import Remark, RemarkCode

WINDOW_SECONDS = SOUND.window_seconds
MELODY_WINDOW_SECONDS = MELODY.window_seconds
_SOUND_SHARE = 0.3
"""Share of the comparison of sound in the work."""


class Originality(BaseModel):
    """The result of comparing one clip; `riffsmith originality` prints it."""

    model_config = ConfigDict(frozen=True)

    seconds: float
    """Length of the clip."""
    corpus_hash: str
    sound: Comparison
    """Passages that sound alike, in windows of 5 s."""
    melody: Comparison
    """Passages with alike sequences of notes, in windows of 10 s."""

    @computed_field
    @property
    def grade(self) -> OriginalityGrade:
        """The worse grade of the two comparisons."""
        return worst_grade([self.sound.grade, self.melody.grade])

    @computed_field
    @property
    def verdict(self) -> str:
        """The result in a few English sentences, for people; programs read the grades."""
        return f"{self.sound.verdict} {self.melody.verdict}"


class OriginalityCheck:
    """Two indexes of a corpus's training recordings, with the scores of its held-out recordings.

    ```python
    check = OriginalityCheck(Corpus(Path("corpus")))
    print(check.check(audio, sample_rate=44_100).verdict)
    ```

    Attributes:
        sample_rate: Sample rate of the corpus in Hz.
    """

    def __init__(self, corpus: Corpus, on_progress: OnProgress = lambda fraction: None) -> None:
        """Reads the training recordings, and reads or measures the held-out scores.

        The first time, all recordings are transcribed to notes, which takes about a minute of one
        core for an hour of music. The melodies are kept in the corpus's folder.

        Args:
            corpus: Corpus with training recordings and at least half a minute of held-out ones.
            on_progress: Called with the fraction of the work that is done, from 0 to 1.

        Raises:
            CorpusError: There are no training recordings, or the held-out ones are too short.
        """
        if not corpus.manifest.of_split("train"):
            remark = Remark.of(RemarkCode.NO_TRAINING_RECORDING, path=str(corpus.path))
            raise remark.to_error(CorpusError)
        check_held_out(corpus, SOUND)  # raises before the slow part begins
        self._corpus_hash = corpus.manifest.corpus_hash()
        self.sample_rate = corpus.manifest.settings.sample_rate
        share = _SOUND_SHARE
        self._sound = CalibratedSearch(corpus, SOUND, lambda done: on_progress(share * done))
        self._melody = CalibratedSearch(
            corpus, MELODY, lambda done: on_progress(share + (1 - share) * done)
        )
        on_progress(1.0)

    def check(self, audio: Float[np.ndarray, "time channels"], sample_rate: int) -> Originality:
        """Finds the most similar training passage for every window.

        Copies of sound are found at any position, up to two semitones higher or lower, with the
        speed changed by as much, re-encoded, and mixed with other music. Copies of melodies are
        found at any position, up to six semitones higher or lower, up to a tenth faster or slower,
        and on other instruments.

        The percentile is the rank of a conformal test (Vovk et al. 2005, "Algorithmic learning in
        a random world"): if new music and held-out music have the same distribution, a window is
        above the 99th percentile in at most one of 100 cases. The windows of one song depend on
        each other, so this holds over many songs rather than within each.

        Args:
            audio: Samples (time, channels) of at least 5 s; the channels are mixed. The melodies of
                audio below 10 s are not compared.
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
        return Originality(
            seconds=round(seconds, 3),
            corpus_hash=self._corpus_hash,
            sound=self._sound.compare(mono, self.sample_rate),
            melody=self._melody.compare(mono, self.sample_rate),
        )
