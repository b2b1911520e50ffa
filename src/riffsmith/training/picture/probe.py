"""The picture GAN as the watch sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.bundle import PictureBundle
from riffsmith.config import PictureSettings
from riffsmith.corpus import Corpus
from riffsmith.corpus.reader import SegmentSet
from riffsmith.features import reduce_to
from riffsmith.networks import Generator
from riffsmith.runs.folder import RunRecord
from riffsmith.synthesis import draw_pictures, generate_clip
from riffsmith.training.device import autocast
from riffsmith.training.monitor.health import Verdicts
from riffsmith.training.picture.preview import build_card, choose_generator
from riffsmith.training.state import TrainingState

WATCHED = 16
"""Samples, and segments of each side: a check then costs less than two steps."""


class PictureProbe:
    """Fixed pictures of a run, real and generated."""

    def __init__(
        self,
        record: RunRecord,
        settings: PictureSettings,
        corpus: Corpus,
        state: TrainingState,
        device: torch.device,
    ) -> None:
        self._record, self._settings, self._corpus = record, settings, corpus
        self._state, self._device = state, device
        self.generator, self.discriminator = state.generator, state.discriminator

    def draw(self) -> Float[Tensor, "samples channels rows columns"]:
        generator = self.generator
        assert isinstance(generator, Generator)
        return draw_pictures(generator, self._record.seed, 0, WATCHED)

    def references(self) -> Float[Tensor, "segments channels rows columns"]:
        return self._references

    def verdicts(self, generated: Float[Tensor, "fake channels rows columns"]) -> Verdicts:
        training, held_out = self._shown
        with _evaluating(self.discriminator):
            return Verdicts(
                training=self._discriminate(training),
                held_out=None if held_out is None else self._discriminate(held_out),
                generated=self._discriminate(generated),
            )

    def play(self, seconds: float) -> Float[np.ndarray, "time channels"]:
        generator = choose_generator(self._settings, self._state)
        card = build_card(self._record, self._corpus.manifest, self._state, 0, {})
        return generate_clip(
            PictureBundle(card, self._settings, generator), seconds, self._record.seed
        )

    def _discriminate(self, pictures: Tensor) -> Tensor:
        with autocast(self._settings.training, self._device):
            return self.discriminator(pictures.to(self._device)).float().cpu()

    @cached_property
    def _references(self) -> Tensor:
        grid = self._settings.generator.grid
        return reduce_to(_spread_over(self._corpus.train), grid, grid)

    @cached_property
    def _shown(self) -> tuple[Tensor, Tensor | None]:
        """Training and held-out segments in the size that the discriminator gets."""
        settings, held_out = self._settings, self._corpus.held_out
        training = _spread_over(self._corpus.train)
        others = _spread_over(held_out) if len(held_out) else None
        if settings.discriminator.real_size == "as_is":
            return training, others
        grid = settings.generator.grid
        reduced = None if others is None else reduce_to(others, grid, grid)
        return reduce_to(training, grid, grid), reduced


def _spread_over(segments: SegmentSet) -> Float[Tensor, "batch channels rows columns"]:
    count = len(segments)
    return segments.batch(torch.linspace(0, count - 1, min(WATCHED, count)).long().tolist())


@contextmanager
def _evaluating(network: nn.Module) -> Iterator[None]:
    """Evaluation mode: running statistics and spectral norms stay as they are."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(was_training)
