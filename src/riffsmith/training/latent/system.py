"""The latent GAN as the loop sees it."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import write_audio
from riffsmith.bundle import LatentBundle, write_bundle
from riffsmith.config import CorpusSettings, LatentSettings
from riffsmith.corpus import Corpus
from riffsmith.features import MelTransform
from riffsmith.networks import Denoiser
from riffsmith.runs.folder import RunFolder, RunRecord
from riffsmith.synthesis import generate_clip, spread_db
from riffsmith.training.codec.fit import open_codec
from riffsmith.training.distributed import ProcessGroup
from riffsmith.training.latent.probe import LatentProbe
from riffsmith.training.latent.state import initialise_latent_state
from riffsmith.training.latent.step import LatentTrainer
from riffsmith.training.latent.windows import LatentWindows, measure_split
from riffsmith.training.monitor.health import Probe
from riffsmith.training.monitor.rollback import reduce_learning_rate
from riffsmith.training.observer import OnStage, Preview
from riffsmith.training.picture.preview import build_card
from riffsmith.training.picture.step import StepMetrics

LATENT_PREVIEW_SECONDS = 12.0


class LatentSystem:
    """Windows of latents against those of a corpus's recordings."""

    def __init__(
        self,
        record: RunRecord,
        settings: LatentSettings,
        corpus: Corpus,
        device: torch.device,
        run: RunFolder,
        on_stage: OnStage,
        process_group: ProcessGroup,
    ) -> None:
        self._crew = process_group
        self._record, self._settings, self._corpus = record, settings, corpus
        self._device = device
        on_stage("measuring the recordings", 0.0)
        recordings = measure_split(corpus, "train", settings)
        self._codec = open_codec(settings, corpus, recordings, run, record.seed, device, on_stage)
        self._windows = LatentWindows(recordings, self._codec, settings.training)
        held_out = measure_split(corpus, "held_out", settings, offsets=1)
        self._held_out = (
            LatentWindows(held_out, self._codec, settings.training) if held_out else None
        )
        self.state = initialise_latent_state(settings, record.seed, device)
        self._trainer = self._build_trainer(0)
        self.probe: Probe = LatentProbe(
            record,
            settings,
            self.state,
            device,
            windows=self._windows,
            held_out=self._held_out,
            play=self._play,
        )

    def read(self, indices: Sequence[int]) -> Float[Tensor, "windows both frames"]:
        """This process's part of a batch at random places, whatever the indices."""
        count = self._settings.training.batch_size
        whole = self._windows.draw(count, self._record.seed, "windows", self.state.step)
        return self._crew.share(whole)

    def step(self, real: Float[Tensor, "windows both frames"]) -> StepMetrics:
        return self._trainer.step(real)

    def reduce_learning_rate(self, times: int) -> None:
        self._trainer = self._build_trainer(times)

    def preview(self, run: RunFolder, epoch: int) -> tuple[dict[str, float], Preview]:
        probe = self.probe
        with torch.no_grad():
            generated, real = probe.draw(), probe.references()
        spread = spread_db(generated, 1.0)
        figures = {
            "spread_db": spread,
            "spread_relative": spread / spread_db(real, 1.0),
            "picture_mean": float(generated.mean()),
            "picture_deviation": float(generated.std()),
        }
        card = build_card(self._record, self._corpus.manifest, self.state, epoch, figures)
        generator, codec = self.state.averaged_generator, run.codec.read_bytes()
        write_bundle(run.snapshot(epoch), card, generator, codec)
        audio = self._play(LATENT_PREVIEW_SECONDS)
        corpus = self._settings.corpus
        write_audio(run.preview(epoch, ".wav"), audio, corpus.sample_rate)
        return figures, Preview(epoch, show_audio(audio, corpus), audio, corpus.sample_rate)

    def _play(self, seconds: float) -> Float[np.ndarray, "time channels"]:
        card = build_card(self._record, self._corpus.manifest, self.state, 0, {})
        generator = self.state.averaged_generator
        assert isinstance(generator, Denoiser)
        bundle = LatentBundle(card, self._settings, generator, self._codec)
        return generate_clip(bundle, seconds, self._record.seed)

    def _build_trainer(self, times: int) -> LatentTrainer:
        training = reduce_learning_rate(self._settings.training, times)
        settings = self._settings.model_copy(update={"training": training})
        seed, device = self._record.seed, self._device
        return LatentTrainer(settings, self.state, self._codec, seed, device, self._crew)


def show_audio(
    audio: Float[np.ndarray, "time channels"], settings: CorpusSettings
) -> Float[Tensor, "mels frames"]:
    """Spectrogram of audio mixed to mono, in dB, to look at."""
    mono = torch.from_numpy(np.ascontiguousarray(audio.mean(axis=1)))[None]
    return MelTransform.of(settings).to_db(mono)[0]
