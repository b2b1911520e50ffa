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
from riffsmith.errors import AudioError
from riffsmith.evaluation.copying.calibrated_search import CalibratedSearch
from riffsmith.evaluation.copying.comparison import Comparison, OriginalityGrade, worst_grade
from riffsmith.evaluation.copying.held_out_scores import OnProgress, check_comparable
from riffsmith.evaluation.copying.melody import MELODY
from riffsmith.evaluation.copying.search_index import OriginalityIndex
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
    """Searches for copies of sound and of melodies in the training music of a corpus or a model.

    ```python
    check = OriginalityCheck(Corpus(Path("corpus")))
    print(check.check(audio, sample_rate=44_100).verdict)
    ```

    Attributes:
        sample_rate: Sample rate of the training music in Hz.
    """

    def __init__(
        self,
        source: Corpus | OriginalityIndex,
        on_progress: OnProgress = lambda fraction: None,
    ) -> None:
        """Opens a corpus or the index of a bundle.

        The first time that a corpus is opened, all recordings are transcribed to notes, which takes
        about a minute of one core for an hour of music. The melodies are kept in the corpus's
        folder.

        Args:
            source: Corpus with training recordings and at least half a minute of held-out ones, or
                what `read_index` found in the bundle of a model.
            on_progress: Called with the fraction of the work that is done, from 0 to 1.

        Raises:
            CorpusError: There are no training recordings, or the held-out ones are too short.
        """
        if isinstance(source, OriginalityIndex):
            self._corpus_hash, self.sample_rate = source.corpus_hash, source.sample_rate
            self._sound, self._melody = (
                CalibratedSearch.of_index(source, one) for one in (SOUND, MELODY)
            )
        else:
            check_comparable(source, SOUND)  # raises before the slow part begins
            self._corpus_hash = source.manifest.corpus_hash()
            self.sample_rate = source.manifest.settings.sample_rate
            share = _SOUND_SHARE
            self._sound = CalibratedSearch.of_corpus(
                source, SOUND, lambda done: on_progress(share * done)
            )
            self._melody = CalibratedSearch.of_corpus(
                source, MELODY, lambda done: on_progress(share + (1 - share) * done)
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
