"""The latent GAN: windows of latents against those of a corpus's recordings."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import Card, LatentBundle, build_latent_generator
from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.networks import LatentDiscriminator
from riffsmith.runs import RunFolder, RunRecord, Stage
from riffsmith.seeds import derive_seed, random_stream
from riffsmith.training.device import autocast
from riffsmith.training.distributed import ProcessGroup
from riffsmith.training.latent.base import begin_with, open_base
from riffsmith.training.latent.codec import open_codec
from riffsmith.training.latent.modulation import fit_modulation_filter, play_window
from riffsmith.training.latent.piano_roll import open_piano_roll_model
from riffsmith.training.latent.step import (
    LatentState,
    LatentTrainer,
    build_learning_rates,
)
from riffsmith.training.latent.windows import (
    LatentWindows,
    MeasuredRecording,
    measure_recordings,
    split_window,
    window_channels,
    window_gain_direction,
)
from riffsmith.training.monitor.health import Probe, ProbeLogits
from riffsmith.training.monitor.rollback import increase_penalty
from riffsmith.training.observer import OnStage
from riffsmith.training.state import StepMetrics, assemble_state

PROBE_SAMPLES = 16
"""Samples, and windows of each split, in a probe: a check then costs less than a step."""


class LatentSystem:
    """A denoiser and a discriminator of latents with the windows of a corpus."""

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
        """Measures the recordings, opens or fits codec and piano-roll model, builds the networks.

        Args:
            record: Record of the run.
            settings: Settings of the system.
            corpus: Corpus of recordings.
            device: Device of the networks.
            run: Folder where the codec is kept.
            on_stage: Called with the progress.
            process_group: Processes that train the run.

        Raises:
            CorpusError: No recording is as long as a training window.
            RunError: The codec or the piano-roll model cannot be written.
            ModelError: The base cannot be read.
            SettingsError: The base has other networks than the settings.
        """
        self._process_group = process_group
        self._record, self._settings, self._device = record, settings, device
        recordings, held_out = _measure_splits(corpus, settings, on_stage)
        base = open_base(settings)
        self._codec = open_codec(
            settings, recordings, run, record.seed, on_stage, base and base.codec
        )
        self._piano_roll_model = open_piano_roll_model(
            settings, recordings, run, record.seed, on_stage, base and base.piano_roll_model
        )
        self._windows = LatentWindows(recordings, self._codec, settings.training)
        shortest = settings.training.window_frames * settings.codec.patch_frames
        held_out = [  # one that is shorter than a window shows nothing
            recording for recording in held_out if recording.features.shape[1] >= shortest
        ]
        self.state = initialise_latent_state(settings, record.seed, device)
        if base is None:
            self._give_basis()
        else:
            begin_with(self.state, base, self._codec)
        self._learning_rates = build_learning_rates(settings.training, self.state)
        # The names of random streams decide what is drawn: they stay, so that seeds do.
        self._probe_training = self._windows.draw(PROBE_SAMPLES, record.seed, "watched", "training")
        self._probe_held_out = (
            LatentWindows(held_out, self._codec, settings.training).draw(
                PROBE_SAMPLES, record.seed, "watched", "held out"
            )
            if held_out
            else None
        )
        self._trainer = self._build_trainer(0)

    def _give_basis(self) -> None:
        """Gives the networks the components of the codec."""
        for network in (self.state.generator, self.state.averaged_generator):
            network.take_basis(self._codec.component_bases())

    def next_batch(self, step: int) -> Float[Tensor, "windows both frames"]:
        count = self._settings.training.batch_size
        whole = self._windows.draw(count, self._record.seed, "windows", step)
        return self._process_group.local_part(whole)

    def step(self, batch: Float[Tensor, "windows both frames"]) -> StepMetrics:
        return self._trainer.step(batch)

    @torch.no_grad()
    def probe(self) -> Probe:
        settings = self._settings
        real, conditioning = split_window(self._probe_training, settings.codec.latent_channels)
        stream = random_stream(self._record.seed, "watched", "noise")
        noise = torch.randn(real.shape, generator=stream)
        generated = play_window(self.state.generator, noise, conditioning, settings)
        if self.state.step <= settings.training.flow_matching_steps:
            return Probe(generated, real, None)
        held_out = self._probe_held_out
        logits = ProbeLogits(
            training=self._discriminate(self._probe_training),
            held_out=None if held_out is None else self._discriminate(held_out),
            generated=self._discriminate(torch.cat([generated, conditioning], dim=1)),
        )
        return Probe(generated, real, logits)

    def snapshot(self, card: Card) -> LatentBundle:
        generator = self.state.averaged_generator
        return LatentBundle(
            card,
            self._settings,
            generator,
            self._codec,
            self._piano_roll_model,
            fit_modulation_filter(generator, self._windows, self._settings, self._record.seed),
        )

    def apply_rollbacks(self, count: int) -> None:
        for learning_rate in self._learning_rates:
            learning_rate.reduce(count)
        self._trainer = self._build_trainer(count)

    def learning_rates(self, step: int) -> dict[str, float]:
        generator, discriminator = (rate.at(step) for rate in self._learning_rates)
        if step < self._settings.training.flow_matching_steps:
            return {"learning_rate": generator}
        return {"learning_rate": generator, "discriminator_learning_rate": discriminator}

    def _build_trainer(self, rollbacks: int) -> LatentTrainer:
        training = increase_penalty(self._settings.training, rollbacks)
        settings = self._settings.model_copy(update={"training": training})
        return LatentTrainer(
            settings,
            self.state,
            window_gain_direction(self._codec, settings),
            self._learning_rates,
            self._record.seed,
            self._device,
            self._process_group,
        )

    def _discriminate(
        self, windows: Float[Tensor, "windows both frames"]
    ) -> Float[Tensor, "windows heads"]:
        """Mean logit of each head for each window."""
        with autocast(self._settings.training, self._device):
            found = self.state.discriminator(windows.to(self._device))
        return torch.stack([logits.float().mean(1) for logits in found], dim=1).cpu()


def _measure_splits(
    corpus: Corpus, settings: LatentSettings, on_stage: OnStage
) -> tuple[list[MeasuredRecording], list[MeasuredRecording]]:
    """Features of the training recordings and of those that are held out."""
    train, held_out = (corpus.manifest.of_split(name) for name in ("train", "held_out"))
    offsets = settings.training.offsets
    total = sum(recording.seconds for recording in (*train, *held_out))
    done = 0.0

    def note(recording: PreparedRecording) -> None:
        nonlocal done
        done += recording.seconds
        on_stage(Stage.FEATURES, done / total)

    on_stage(Stage.FEATURES, 0.0)
    return (
        measure_recordings(corpus, train, settings, offsets, note),
        measure_recordings(corpus, held_out, settings, on_measured=note),
    )


def initialise_latent_state(
    settings: LatentSettings, seed: int, device: torch.device
) -> LatentState:
    """Networks with initial weights, which the seed decides, and their optimisers."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        generator = build_latent_generator(settings)
        discriminator = LatentDiscriminator(
            latent_channels=window_channels(settings),
            channels=settings.discriminator.channels,
            head_from=settings.discriminator.head_from,
        )
    return assemble_state(generator.to(device), discriminator.to(device), settings.training)
