"""The picture GANs as the loop sees them."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import PictureSettings
from riffsmith.corpus import Corpus
from riffsmith.networks import build_loss
from riffsmith.runs.folder import RunFolder, RunRecord
from riffsmith.training.monitor.health import Probe
from riffsmith.training.monitor.rollback import reduce_learning_rate
from riffsmith.training.observer import Preview
from riffsmith.training.picture.preview import real_spread_db, save_preview
from riffsmith.training.picture.probe import PictureProbe
from riffsmith.training.picture.state import initialise_picture_state
from riffsmith.training.picture.step import StepMetrics, Trainer


class PictureSystem:
    """Spectrogram pictures against the segments of a corpus."""

    def __init__(
        self, record: RunRecord, settings: PictureSettings, corpus: Corpus, device: torch.device
    ) -> None:
        self._record, self._settings, self._corpus = record, settings, corpus
        self._device = device
        self.state = initialise_picture_state(settings, record.seed, device)
        self.probe: Probe = PictureProbe(record, settings, corpus, self.state, device)
        self._trainer = self._build_trainer(0)

    def read(self, indices: Sequence[int]) -> Float[Tensor, "batch channels rows columns"]:
        return self._corpus.train.batch(indices)

    def step(self, real: Float[Tensor, "batch channels rows columns"]) -> StepMetrics:
        return self._trainer.step(real)

    def reduce_learning_rate(self, times: int) -> None:
        self._trainer = self._build_trainer(times)

    def preview(self, run: RunFolder, epoch: int) -> tuple[dict[str, float], Preview]:
        spread = real_spread_db(self._corpus, self._settings)
        manifest = self._corpus.manifest
        return save_preview(run, self._record, self._settings, manifest, self.state, epoch, spread)

    def _build_trainer(self, times: int) -> Trainer:
        training = reduce_learning_rate(self._settings.training, times)
        settings = self._settings.model_copy(update={"training": training})
        loss = build_loss(training)
        return Trainer(settings, self.state, loss, self._record.seed, self._device)
