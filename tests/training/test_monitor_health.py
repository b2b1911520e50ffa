from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import make_card, make_music, tiny_settings, write_music
from torch import nn

from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.errors import CorpusError
from riffsmith.runs import RunFolder, create_run
from riffsmith.synthesis import generate_clip
from riffsmith.training import StepMetrics
from riffsmith.training.monitor.distance import DistanceMeter
from riffsmith.training.monitor.health import (
    Probe,
    ProbeLogits,
    gradient_norm,
    measure_health,
    spread,
)
from riffsmith.training.picture.system import PictureSystem
from riffsmith.training.state import TrainingState, assemble_state

CPU = torch.device("cpu")
GENERATED = torch.tensor([[1.0, 1.0], [1.0, 2.0]])
REAL = torch.tensor([[0.0, 0.0], [0.0, 4.0]])


def linear_state() -> TrainingState[Any, Any]:
    """Networks that have nothing to do with music."""
    state = assemble_state(nn.Linear(2, 2), nn.Linear(2, 1), tiny_settings().training)
    state.step, state.rollbacks = 7, 1
    return state


def test_health_metrics_of_any_system():
    state = linear_state()
    state.generator(torch.tensor([3.0, 4.0])).sum().backward()  # weights 3, 4 twice; biases 1, 1
    logits = ProbeLogits(torch.tensor([3.0, 5.0]), torch.tensor([2.0]), torch.tensor([-2.5, -1.5]))
    found = measure_health(Probe(GENERATED, REAL, logits), state, StepMetrics(2.0, 0.5))
    assert (found.step, found.rollbacks, found.snapshot, found.distance) == (7, 1, None, None)
    assert found.diversity_relative == pytest.approx(1 / 4)
    # generated −2, training 4: the held-out 2 are a third of the way
    assert found.overfitting == pytest.approx((4 - 2) / (4 - -2))
    assert (found.discriminator_loss, found.generator_loss) == (0.5, 2.0)
    assert found.generator_gradient == pytest.approx(52**0.5)
    assert found.discriminator_gradient is None
    assert found.output_mean == pytest.approx(1.25)
    assert found.output_deviation_relative == pytest.approx(0.5 / 2)


def test_what_cannot_be_measured_is_none():
    state = linear_state()
    for logits in (
        None,
        ProbeLogits(torch.ones(1), None, torch.zeros(1)),  # nothing is held out
        ProbeLogits(torch.zeros(1), torch.ones(1), torch.ones(1)),  # the discriminator is fooled
    ):
        found = measure_health(Probe(GENERATED, REAL, logits), state, None)
        assert found.overfitting is None
        assert found.generator_loss is None
    assert gradient_norm(nn.Linear(1, 1)) is None


def test_spread_by_hand():
    samples = torch.stack([torch.zeros(1, 2, 2), torch.ones(1, 2, 2), -torch.ones(1, 2, 2)])
    assert spread(samples) == pytest.approx((1 + 1 + 2) / 3)  # three pairs
    assert spread(samples[:1].repeat(5, 1, 1, 1)) == 0


@pytest.fixture(params=["report", "report-wgan"])
def system(request: pytest.FixtureRequest, songs: Path, tmp_path: Path) -> PictureSystem:
    settings = tiny_settings(request.param)
    prepare_corpus(songs, tmp_path / "c", settings.corpus, preset=request.param)
    corpus = Corpus(tmp_path / "c")
    record = create_run(RunFolder(tmp_path / "run"), corpus, settings, request.param, 3)
    system = PictureSystem(record, settings, corpus, CPU)
    for step in range(2):
        system.step(system.next_batch(step))
    return system


@pytest.mark.slow
def test_probing_changes_nothing(system: PictureSystem):
    state = system.state
    before = {name: tensor.clone() for name, tensor in state.tensors().items()}
    first, second = (measure_health(system.probe(), state, None) for _ in range(2))
    bundle = system.snapshot(make_card(system._settings, "report"))
    played, again = (generate_clip(bundle, 1.5, 3) for _ in range(2))
    assert first == second
    assert played.shape == (12_000, 1)
    assert np.array_equal(played, again)
    assert all(torch.equal(before[name], tensor) for name, tensor in state.tensors().items())
    assert state.generator.training
    assert state.discriminator.training
    assert all(value.grad is not None for value in state.generator.parameters())


@pytest.mark.slow
def test_pictures_are_compared_on_the_generators_grid(system: PictureSystem):
    probe = system.probe()
    assert probe.generated.shape[1:] == probe.real.shape[1:] == (1, 16, 16)
    assert probe.logits is not None
    assert probe.logits.held_out is not None
    assert len(probe.logits.held_out) == 4  # one recording of four and a half segments
    assert len(probe.logits.training) == 12
    assert len(probe.logits.generated) == 16
    assert system._settings.discriminator.real_size == "as_is"


@pytest.fixture(scope="module")
def long_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("long")
    for number in range(2):
        write_music(folder / "songs" / f"{number}.wav", 31.0, seed=number)
    prepare_corpus(folder / "songs", folder / "corpus", tiny_settings().corpus, preset="report")
    return Corpus(folder / "corpus")


@pytest.mark.slow
def test_the_distance_is_small_for_like_and_large_for_unlike_music(long_corpus: Corpus):
    meter = DistanceMeter(long_corpus)
    noise = np.random.default_rng(0).standard_normal((160_000, 1)).astype(np.float32) * 0.1
    notes = make_music(20.0, 8_000, seed=9)
    near, far = meter.measure(notes), meter.measure(noise)
    assert near is not None
    assert far is not None
    assert far > 3 * max(near, 1)
    assert meter.measure(np.full_like(noise, np.nan)) is None


def test_too_short_recordings_give_no_distance(corpus: Corpus):
    with pytest.raises(CorpusError, match="no training recording of 5 s or more"):
        DistanceMeter(corpus)
