"""The distance to real that is measured while a run goes on."""

from collections.abc import Callable
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
REAL_SECONDS = 120.0
"""Of each side, embedded once in a sitting."""
_SPLITS: tuple[Split, Split] = ("train", "held_out")

Play = Callable[[float], Float[np.ndarray, "time channels"]]
"""Seconds → audio."""


class DistanceMeter:
    """KAD on musicnn as a ratio, as `riffsmith evaluate` has it, of a minute of audio.

    The same seeds are played each time, so that differences come from the generator; still a
    ratio of a minute is coarse, and `evaluate` has the last word.
    """

    def __init__(self, corpus: Corpus) -> None:
        """Chooses the real passages; they are listened to when first needed.

        Raises:
            CorpusError: One side has no recording that is long enough.
        """
        self._embedder = build_embedder("musicnn")
        self._rate = corpus.manifest.settings.sample_rate
        self._passages = [read_passages(corpus, split, REAL_SECONDS) for split in _SPLITS]

    @cached_property
    def _real(self) -> list[list[Float[np.ndarray, "windows dimension"]]]:
        """Embeddings of the training and of the held-out passages, by recording."""
        return [
            group(passages, [embed_audio(p.audio, p.sample_rate, self._embedder) for p in passages])
            for passages in self._passages
        ]

    def measure(self, play: Play) -> float | None:
        """d(generated, held-out) / d(training, held-out).

        Returns:
            None where the audio cannot be judged.
        """
        try:
            windows = embed_audio(play(GENERATED_SECONDS), self._rate, self._embedder)
            found = distance_ratio(kernel_distance, [windows], *self._real, resamples=1)
        except (AudioError, ValueError):  # not numbers, or real windows that are all alike
            return None
        return found.ratio.value
