"""The picture GANs: spectrogram pictures against the segments of a corpus."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.bundle import Card, PictureBundle
from riffsmith.config import PictureSettings
from riffsmith.corpus import Corpus
from riffsmith.corpus.reader import SegmentSet
from riffsmith.errors import CorpusError
from riffsmith.features import reduce_to
from riffsmith.networks import Discriminator, Generator, build_loss
from riffsmith.runs import RunRecord
from riffsmith.seeds import derive_seed, random_stream
from riffsmith.synthesis import draw_pictures
from riffsmith.training.device import autocast
from riffsmith.training.monitor.health import Probe, ProbeLogits
from riffsmith.training.monitor.rollback import increase_penalty
from riffsmith.training.picture.step import PictureTrainer, build_learning_rates
from riffsmith.training.schedule import steps_per_epoch
from riffsmith.training.state import StepMetrics, TrainingState, assemble_state

PROBE_SAMPLES = 16
"""Samples, and segments of each split, in a probe: a check then costs less than two steps."""

PictureState = TrainingState[Generator, Discriminator]


class PictureSystem:
    """A generator and a discriminator of spectrogram pictures with their corpus."""

    def __init__(
        self, record: RunRecord, settings: PictureSettings, corpus: Corpus, device: torch.device
    ) -> None:
        """Builds the networks.

        Raises:
            CorpusError: The corpus has too few segments for a batch.
        """
        self._record, self._settings, self._corpus = record, settings, corpus
        self._device = device
        self._batches = Batches(len(corpus.train), settings, record.seed)
        self.state = initialise_picture_state(settings, record.seed, device)
        self._learning_rates = build_learning_rates(settings, self.state, len(corpus.train))
        self._probe_segments = self._read_probe_segments()
        self._trainer = self._build_trainer(0)

    def next_batch(self, step: int) -> Float[Tensor, "batch channels rows columns"]:
        return self._corpus.train.batch(self._batches.indices(step))

    def step(self, batch: Float[Tensor, "batch channels rows columns"]) -> StepMetrics:
        return self._trainer.step(batch)

    @torch.no_grad()
    def probe(self) -> Probe:
        real, training, held_out = self._probe_segments
        generated = draw_pictures(self.state.generator, self._record.seed, 0, PROBE_SAMPLES)
        with _evaluation_mode(self.state.discriminator):
            logits = ProbeLogits(
                training=self._discriminate(training),
                held_out=None if held_out is None else self._discriminate(held_out),
                generated=self._discriminate(generated),
            )
        return Probe(generated, real, logits)

    def snapshot(self, card: Card) -> PictureBundle:
        averaged = self._settings.training.sample_from == "averaged_generator"
        generator = self.state.averaged_generator if averaged else self.state.generator
        return PictureBundle(card, self._settings, generator)

    def apply_rollbacks(self, count: int) -> None:
        for learning_rate in self._learning_rates:
            learning_rate.reduce(count)
        self._trainer = self._build_trainer(count)

    def learning_rates(self, step: int) -> dict[str, float]:
        generator, discriminator = (rate.at(step) for rate in self._learning_rates)
        return {"learning_rate": generator, "discriminator_learning_rate": discriminator}

    def _build_trainer(self, rollbacks: int) -> PictureTrainer:
        training = increase_penalty(self._settings.training, rollbacks)
        settings = self._settings.model_copy(update={"training": training})
        return PictureTrainer(
            settings,
            self.state,
            build_loss(training),
            self._learning_rates,
            self._record.seed,
            self._device,
        )

    def _discriminate(self, pictures: Tensor) -> Tensor:
        with autocast(self._settings.training, self._device):
            return self.state.discriminator(pictures.to(self._device)).float().cpu()

    def _read_probe_segments(self) -> tuple[Tensor, Tensor, Tensor | None]:
        """Fixed training segments at the generator's size; then training and held-out segments at
        the size that the discriminator gets. The last is `None` where nothing is held out.
        """
        grid, held_out = self._settings.generator.grid, self._corpus.held_out
        training = _evenly_spaced(self._corpus.train)
        others = _evenly_spaced(held_out) if len(held_out) else None
        reduced = reduce_to(training, grid, grid)
        if self._settings.discriminator.real_size == "as_is":
            return reduced, training, others
        return reduced, reduced, None if others is None else reduce_to(others, grid, grid)


class Batches:
    """The segments of each step: a new shuffle in each epoch, as a function of seed and step."""

    def __init__(self, count: int, settings: PictureSettings, seed: int) -> None:
        """Plans epochs over `count` segments.

        Raises:
            CorpusError: There are too few segments for a single batch.
        """
        self._batch_size = settings.training.batch_size
        self.steps_per_epoch = steps_per_epoch(settings.training, count)
        if self.steps_per_epoch == 0:
            raise CorpusError(
                f"the corpus has {count} training segments, a batch needs {self._batch_size}: "
                "add recordings, or lower --config.training.batch_size"
            )
        self._count, self._seed = count, seed
        self._epoch, self._order = -1, torch.empty(0)

    def indices(self, step: int) -> list[int]:
        """Numbers of the segments in a step's batch."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            stream = random_stream(self._seed, "shuffle", epoch)
            self._epoch, self._order = epoch, torch.randperm(self._count, generator=stream)
        start = position * self._batch_size
        return self._order[start : start + self._batch_size].tolist()


def initialise_picture_state(
    settings: PictureSettings, seed: int, device: torch.device
) -> PictureState:
    """Networks with initial weights, which the seed decides, and their optimisers."""
    channels = settings.corpus.channel_count
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        generator = Generator(settings.generator, channels)
        discriminator = Discriminator(settings.discriminator, channels)
    for network in (generator, discriminator):
        network.to(device)
        if settings.training.channels_last:
            for parameter in network.parameters():  # only convolutions have four axes
                if parameter.dim() == 4:
                    parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return assemble_state(generator, discriminator, settings.training)


def _evenly_spaced(segments: SegmentSet) -> Float[Tensor, "batch channels rows columns"]:
    count = len(segments)
    chosen = torch.linspace(0, count - 1, min(PROBE_SAMPLES, count)).long().tolist()
    return segments.batch(chosen)


@contextmanager
def _evaluation_mode(network: nn.Module) -> Iterator[None]:
    """Evaluation mode: running statistics and spectral norms stay as they are."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(was_training)
