"""The distance to real music that is measured while a run is trained."""

from functools import cached_property

import numpy as np
from jaxtyping import Float

from riffsmith.corpus import Corpus
from riffsmith.corpus.manifest import Split
from riffsmith.errors import AudioError
from riffsmith.evaluation import build_embedder, embed_audio
from riffsmith.evaluation.metrics.bootstrap import distance_ratio
from riffsmith.evaluation.metrics.kad import kernel_distance
from riffsmith.evaluation.passages import group, read_passages

GENERATED_SECONDS = 60.0
"""Generated audio of one measurement."""
REAL_SECONDS = 120.0
"""Real audio of each split, embedded once per session."""
_SPLITS: tuple[Split, Split] = ("train", "held_out")


class DistanceMeter:
    """KAD on musicnn as a ratio, as `riffsmith evaluate` reports it, of a minute of audio.

    Every measurement plays the same seeds, so that differences come from the generator. A ratio of
    one minute is coarse all the same: `evaluate` is more exact.
    """

    def __init__(self, corpus: Corpus) -> None:
        """Chooses the real passages. They are embedded when they are first needed.

        Raises:
            CorpusError: One split has no recording that is long enough.
        """
        self._embedder = build_embedder("musicnn")
        self._sample_rate = corpus.manifest.settings.sample_rate
        self._passages = [read_passages(corpus, split, REAL_SECONDS) for split in _SPLITS]

    @cached_property
    def _real(self) -> list[list[Float[np.ndarray, "windows dimension"]]]:
        """Embeddings of the training and of the held-out passages, by recording."""
        return [
            group(passages, [embed_audio(p.audio, p.sample_rate, self._embedder) for p in passages])
            for passages in self._passages
        ]

    def measure(self, audio: Float[np.ndarray, "time channels"]) -> float | None:
        """The ratio d(generated, held-out) / d(training, held-out).

        Args:
            audio: Generated audio of `GENERATED_SECONDS` at the corpus's sample rate.

        Returns:
            The ratio. `None`: the audio cannot be measured, because it holds values that are not
            numbers or because all real windows are alike.
        """
        try:
            windows = embed_audio(audio, self._sample_rate, self._embedder)
            found = distance_ratio(kernel_distance, [windows], *self._real, resamples=1)
        except (AudioError, ValueError):
            return None
        return found.ratio.value
