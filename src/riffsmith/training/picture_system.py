"""The picture GANs as the loop sees them."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import PictureSettings
from riffsmith.corpus import Corpus
from riffsmith.gan import build_loss
from riffsmith.training.events import Preview
from riffsmith.training.picture_state import build_picture_state
from riffsmith.training.preview import real_spread_db, save_preview
from riffsmith.training.rollback import soften
from riffsmith.training.run_folder import RunFolder, RunRecord
from riffsmith.training.signals import Watched
from riffsmith.training.step import StepFigures, Trainer
from riffsmith.training.watched_pictures import WatchedPictures


class PictureSystem:
    """Spectrogram pictures against the segments of a corpus."""

    def __init__(
        self, record: RunRecord, settings: PictureSettings, corpus: Corpus, device: torch.device
    ) -> None:
        self._record, self._settings, self._corpus = record, settings, corpus
        self._device = device
        self.state = build_picture_state(settings, record.seed, device)
        self.watched: Watched = WatchedPictures(record, settings, corpus, self.state, device)
        self._trainer = self._build_trainer(0)

    def read(self, indices: Sequence[int]) -> Float[Tensor, "batch channels rows columns"]:
        return self._corpus.train.batch(indices)

    def step(self, real: Float[Tensor, "batch channels rows columns"]) -> StepFigures:
        return self._trainer.step(real)

    def soften(self, times: int) -> None:
        self._trainer = self._build_trainer(times)

    def preview(self, run: RunFolder, epoch: int) -> tuple[dict[str, float], Preview]:
        spread = real_spread_db(self._corpus, self._settings)
        manifest = self._corpus.manifest
        return save_preview(run, self._record, self._settings, manifest, self.state, epoch, spread)

    def _build_trainer(self, times: int) -> Trainer:
        training = soften(self._settings.training, times)
        settings = self._settings.model_copy(update={"training": training})
        loss = build_loss(training)
        return Trainer(settings, self.state, loss, self._record.seed, self._device)
