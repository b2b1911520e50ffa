"""The distance to real music that is measured while a run is trained."""

from functools import cached_property
from math import exp, log
from statistics import fmean

import numpy as np
from jaxtyping import Float

from riffsmith.corpus import Corpus
from riffsmith.corpus.manifest import Split
from riffsmith.errors import AudioError
from riffsmith.evaluation import build_embedder, embed_audio
from riffsmith.evaluation.metrics.bootstrap import distance_ratio
from riffsmith.evaluation.metrics.kad import kernel_distance
from riffsmith.evaluation.passages import group, passage_seconds, read_passages

GENERATED_SECONDS = 60.0
"""Generated audio of one measurement."""
REAL_SECONDS = 120.0
"""Real audio of each split, embedded once per session."""
_EMBEDDERS = ("musicnn", "notes")
_LEAST_RATIO = 0.1
"""Ratio that replaces smaller ones. The unbiased distance of near sets can be negative."""
_SPLITS: tuple[Split, Split] = ("train", "held_out")


class DistanceMeter:
    """Geometric mean of KAD on musicnn and on notes, as the ratios that `evaluate` reports.

    musicnn does not notice when the notes are missing from music of the right colour, so its
    distance alone chose snapshots without notes. Every measurement plays the same seeds, so that
    differences come from the generator. A ratio of one minute is coarse all the same: `evaluate` is
    more exact. `notes` is left out where the recordings are shorter than its windows.
    """

    def __init__(self, corpus: Corpus) -> None:
        """Chooses the real passages. They are embedded when they are first needed.

        Raises:
            CorpusError: One split has no recording that is long enough.
        """
        length = passage_seconds(corpus)
        embedders = map(build_embedder, _EMBEDDERS)
        self._embedders = [one for one in embedders if one.window_seconds <= length]
        self._sample_rate = corpus.manifest.settings.sample_rate
        self._passages = [read_passages(corpus, split, REAL_SECONDS, length) for split in _SPLITS]

    @cached_property
    def _real(self) -> list[list[list[Float[np.ndarray, "windows dimension"]]]]:
        """For each embedder the embeddings of training and held-out passages, by recording."""
        return [
            [
                group(passages, [embed_audio(p.audio, p.sample_rate, embedder) for p in passages])
                for passages in self._passages
            ]
            for embedder in self._embedders
        ]

    def measure(self, audio: Float[np.ndarray, "time channels"]) -> float | None:
        """The geometric mean of the ratios d(generated, held-out) / d(training, held-out).

        Args:
            audio: Generated audio of `GENERATED_SECONDS` at the corpus's sample rate.

        Returns:
            The ratio. `None`: the audio cannot be measured, because it holds values that are not
            numbers or because all real windows are alike.
        """
        ratios: list[float] = []
        try:
            for embedder, real in zip(self._embedders, self._real, strict=True):
                windows = embed_audio(audio, self._sample_rate, embedder)
                found = distance_ratio(kernel_distance, [windows], *real, resamples=1)
                ratios.append(found.ratio.value)
        except (AudioError, ValueError):
            return None
        return exp(fmean(log(max(ratio, _LEAST_RATIO)) for ratio in ratios))
