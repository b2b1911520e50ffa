"""Which segments each step sees."""

import torch

from riffsmith.config import Settings
from riffsmith.errors import CorpusError
from riffsmith.seeds import random_stream
from riffsmith.training.estimate import steps_per_epoch


class Batches:
    """Which segments each step sees: a fresh shuffle each epoch, a function of seed and step."""

    def __init__(self, count: int, settings: Settings, seed: int) -> None:
        """Plans epochs over `count` segments.

        Raises:
            CorpusError: There are too few segments for a single batch.
        """
        self._batch_size = settings.training.batch_size
        self.steps_per_epoch = steps_per_epoch(count, settings)
        if self.steps_per_epoch == 0:
            raise CorpusError(
                f"the corpus has {count} training segments, a batch needs {self._batch_size}: "
                "add recordings, or lower --config.training.batch_size"
            )
        self._count, self._seed = count, seed
        self._epoch, self._order = -1, torch.empty(0)

    def indices(self, step: int) -> list[int]:
        """Segment numbers of a step's batch."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            stream = random_stream(self._seed, "shuffle", epoch)
            self._epoch, self._order = epoch, torch.randperm(self._count, generator=stream)
        start = position * self._batch_size
        return self._order[start : start + self._batch_size].tolist()
