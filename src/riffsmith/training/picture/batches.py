"""Which segments each step sees."""

import torch

from riffsmith.config import Settings
from riffsmith.errors import CorpusError
from riffsmith.seeds import random_stream
from riffsmith.training.estimate import steps_per_epoch, steps_per_pass


class Batches:
    """Which segments each step sees: a fresh shuffle each pass, a function of seed and step."""

    def __init__(self, count: int, settings: Settings, seed: int) -> None:
        """Plans passes over `count` segments.

        Raises:
            CorpusError: There are too few segments for a single batch.
        """
        self._batch_size = settings.training.batch_size
        self.steps_per_epoch = steps_per_epoch(count, settings)
        self._steps_per_pass = steps_per_pass(count, settings)
        if self._steps_per_pass == 0:
            raise CorpusError(
                f"the corpus has {count} training segments, a batch needs {self._batch_size}: "
                "add recordings, or lower --config.training.batch_size"
            )
        self._count, self._seed = count, seed
        self._pass, self._order = -1, torch.empty(0)

    def indices(self, step: int) -> list[int]:
        """Segment numbers of a step's batch."""
        number, position = divmod(step, self._steps_per_pass)
        if number != self._pass:
            stream = random_stream(self._seed, "shuffle", number)
            self._pass, self._order = number, torch.randperm(self._count, generator=stream)
        start = position * self._batch_size
        return self._order[start : start + self._batch_size].tolist()
