from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_music, tiny_settings, write_music
from torch import Tensor, nn

from riffsmith.config import PictureSettings
from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.errors import CorpusError
from riffsmith.networks import build_loss
from riffsmith.training import RunFolder, RunRecord, create_run
from riffsmith.training.monitor.distance import DistanceMeter
from riffsmith.training.monitor.health import Losses, Probe, Verdicts, gradient_norm, measure
from riffsmith.training.picture.probe import PictureProbe
from riffsmith.training.picture.state import initialise_picture_state
from riffsmith.training.picture.step import Trainer
from riffsmith.training.state import TrainingState

CPU = torch.device("cpu")


class Sequences:
    """Another system: two sequences of latents instead of pictures."""

    def __init__(self, held_out: Tensor | None) -> None:
        self.generator, self.discriminator = nn.Linear(2, 2), nn.Linear(2, 1)
        self._held_out = held_out

    def draw(self) -> Tensor:
        return torch.tensor([[1.0, 1.0], [1.0, 2.0]])

    def references(self) -> Tensor:
        return torch.tensor([[0.0, 0.0], [0.0, 4.0]])

    def verdicts(self, generated: Tensor) -> Verdicts:
        return Verdicts(torch.tensor([3.0, 5.0]), self._held_out, generated.sum(1) - 4.5)

    def play(self, seconds: float) -> np.ndarray:
        return np.zeros((round(seconds), 1), np.float32)


def test_signals_of_any_system():
    probe = Sequences(torch.tensor([2.0]))
    assert isinstance(probe, Probe)
    probe.generator(torch.tensor([3.0, 4.0])).sum().backward()  # weights 3, 4 twice; biases 1, 1
    found = measure(probe, 7, 1, Losses(0.5, 2.0))
    assert (found.step, found.rollbacks, found.epoch, found.distance) == (7, 1, None, None)
    assert found.diversity_relative == pytest.approx(1 / 4)
    # generated: −2.5, −1.5; training 4: the held-out 2 are a third of the way
    assert found.verdict_gap == pytest.approx((4 - 2) / (4 - -2))
    assert (found.discriminator_loss, found.generator_loss) == (0.5, 2.0)
    assert found.generator_gradient == pytest.approx(52**0.5)
    assert found.discriminator_gradient is None
    assert found.output_mean == pytest.approx(1.25)
    assert found.output_deviation_relative == pytest.approx(0.5 / 2)


def test_what_cannot_be_measured_is_none():
    assert measure(Sequences(None), 1, 0, Losses()).verdict_gap is None
    fooled = Sequences(torch.tensor([2.0]))
    fooled.verdicts = lambda generated: Verdicts(torch.zeros(1), torch.ones(1), torch.ones(1))
    assert measure(fooled, 1, 0, Losses()).verdict_gap is None
    assert gradient_norm(nn.Linear(1, 1)) is None


@pytest.fixture(params=["report", "report-wgan"])
def system(
    request: pytest.FixtureRequest, songs: Path, tmp_path: Path
) -> tuple[PictureProbe, TrainingState, RunRecord]:
    settings = tiny_settings(request.param)
    prepare_corpus(songs, tmp_path / "c", settings.corpus, preset=request.param)
    corpus = Corpus(tmp_path / "c")
    record = create_run(RunFolder(tmp_path / "run"), corpus, settings, request.param, 3)
    state = initialise_picture_state(settings, 3, CPU)
    trainer = Trainer(settings, state, build_loss(settings.training), 3, CPU)
    for _ in range(2):
        trainer.step(corpus.train.batch([0, 1, 2, 3]))
    return PictureProbe(record, settings, corpus, state, CPU), state, record


def test_looking_changes_nothing(
    system: tuple[PictureProbe, TrainingState, RunRecord],
):
    probe, state, _ = system
    before = {name: tensor.clone() for name, tensor in state.tensors().items()}
    first, second = (measure(probe, 2, 0, Losses()) for _ in range(2))
    played, again = (probe.play(1.5) for _ in range(2))
    assert first == second
    assert played.shape == (12_000, 1)
    assert np.array_equal(played, again)
    assert all(torch.equal(before[name], tensor) for name, tensor in state.tensors().items())
    assert state.generator.training
    assert state.discriminator.training
    assert all(value.grad is not None for value in state.generator.parameters())


def test_pictures_are_compared_on_the_generators_grid(
    system: tuple[PictureProbe, TrainingState, RunRecord],
):
    probe, _, record = system
    assert probe.draw().shape[1:] == probe.references().shape[1:] == (1, 16, 16)
    found = probe.verdicts(probe.draw())
    assert found.held_out is not None
    assert len(found.held_out) == 4  # one recording of four and a half segments
    assert len(found.training) == 12
    assert len(found.generated) == 16
    assert isinstance(record.settings, PictureSettings)
    assert record.settings.discriminator.real_size == "as_is"


@pytest.fixture(scope="module")
def long_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("long")
    for number in range(2):
        write_music(folder / "songs" / f"{number}.wav", 31.0, seed=number)
    prepare_corpus(folder / "songs", folder / "corpus", tiny_settings().corpus, preset="report")
    return Corpus(folder / "corpus")


def test_the_distance_is_small_for_like_and_large_for_unlike_music(long_corpus: Corpus):
    meter = DistanceMeter(long_corpus)
    asked: list[float] = []

    def play_notes(seconds: float) -> np.ndarray:
        asked.append(seconds)
        return make_music(20.0, 8_000, seed=9)

    noise = np.random.default_rng(0).standard_normal((160_000, 1)).astype(np.float32) * 0.1
    near, far = meter.measure(play_notes), meter.measure(lambda _: noise)
    assert asked == [60.0]
    assert near is not None
    assert far is not None
    assert far > 3 * max(near, 1)
    assert meter.measure(lambda _: np.full_like(noise, np.nan)) is None


def test_too_short_recordings_give_no_distance(corpus: Corpus):
    with pytest.raises(CorpusError, match="no training recording of 30 s or more"):
        DistanceMeter(corpus)
