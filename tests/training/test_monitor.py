"""Runs with a monitor: faults are rolled back, healthy runs are left alone."""

from pathlib import Path

import pytest
import torch
from conftest import tiny_settings
from test_loop import Recorder, Started, after, last_bytes, start
from torch import Tensor

from riffsmith.config import PictureTrainingSettings
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.networks import CrossEntropy, DiscriminatorResult, Loss
from riffsmith.networks.picture.losses import Discriminate
from riffsmith.runs import RunFolder, open_run
from riffsmith.runs.checkpoint import best_checkpoint_paths, read_checkpoint
from riffsmith.training import train
from riffsmith.training.monitor.events import EventCode
from riffsmith.training.monitor.rollback import increase_penalty
from riffsmith.training.picture.step import PictureTrainer
from riffsmith.training.picture.system import PictureSystem

pytestmark = pytest.mark.slow

DEFAULTS = {
    "epochs": "80",  # of three steps each
    "learning_rate": "2e-3",
    "monitor_every_steps": "10",
    "preview_every_epochs": "10",
    "checkpoint_every_epochs": "5",
}
NOTICED_WITHIN = 100
"""Steps from the first harmful update to the rollback, with a check every 10 (90 measured: it takes
some 75 updates until the samples are alike, and one interval until that has lasted)."""


class Sabotage:
    """A loss that turns against its generator after some updates."""

    def __init__(self, settings: PictureTrainingSettings, healthy_steps: int, fault: str) -> None:
        self._sound = CrossEntropy(settings.real_label)
        self._healthy_steps, self._fault, self._steps = healthy_steps, fault, 0

    def discriminator(
        self, discriminate: Discriminate, real: Tensor, fake: Tensor, seed: int
    ) -> DiscriminatorResult:
        return self._sound.discriminator(discriminate, real, fake, seed)

    def generator(self, discriminate: Discriminate, fake: Tensor) -> Tensor:
        self._steps += 1
        if self._steps <= self._healthy_steps:
            return self._sound.generator(discriminate, fake)
        if self._fault == "nan":
            return fake.mean() * torch.nan
        return 100 * (fake - fake.mean(0, keepdim=True)).square().mean()  # all alike


def sabotage(monkeypatch: pytest.MonkeyPatch, steps: int, fault: str, attempts: int = 1) -> None:
    """The first attempts of a run are harmed after so many steps; the next ones go well."""

    build_trainer, rollbacks = PictureSystem._build_trainer, [0]

    def count_rollbacks(system: PictureSystem, times: int) -> PictureTrainer:
        rollbacks[0] = times
        return build_trainer(system, times)

    def build(settings: PictureTrainingSettings) -> Loss:
        harmed = rollbacks[0] < attempts
        return Sabotage(settings, steps if harmed else 10_000, fault)

    monkeypatch.setattr(PictureSystem, "_build_trainer", count_rollbacks)
    monkeypatch.setattr("riffsmith.training.picture.system.build_loss", build)


def begin(folder: Path, corpus: Corpus, seed: int = 3, **training: str) -> Started:
    return start(folder, corpus, seed, **DEFAULTS | training)


def test_a_forced_collapse_is_noticed_and_undone(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sabotage(monkeypatch, 120, "alike")
    run, record = begin(tmp_path / "run", corpus, epochs="100")
    recorder = Recorder()
    outcome = train(run, record, corpus, [recorder])
    (line,) = run.read_metrics("rollback")
    step = int(str(line["step"]))
    assert 120 < step <= 120 + NOTICED_WITHIN
    checks = run.read_metrics("check")
    alike = [check["step"] for check in checks if float(str(check["diversity_relative"])) < 0.2]
    early = [s for s in alike if int(str(s)) > 100]  # the start has no variety either
    assert step - int(str(early[0])) == 10
    marks = [int(str(mark["step"])) for mark in run.read_metrics("best")]
    assert line["to_step"] == max(mark for mark in marks if mark < step)
    assert line["rollbacks"] == 1
    assert line["code"] == "collapse"
    assert line["parameters"]["since_step"] == early[0]  # pyright: ignore[reportIndexIssue]
    assert (line["learning_rate"], line["discriminator_learning_rate"]) == (1e-3, 1e-3)
    words = f"going back to step {line['to_step']}, with learning rate 0.001"
    assert any(words in notice for notice in recorder.notices)
    assert (outcome.finished, outcome.step, outcome.stopped_by) == (True, 300, None)
    assert float(str(checks[-1]["diversity_relative"])) > 0.5
    assert {check["rollbacks"] for check in checks if int(str(check["step"])) > step} == {1}
    rates = [line["learning_rate"] for line in run.read_metrics("log")]
    assert (rates[0], rates[-1]) == (2e-3, 1e-3)
    assert run.best_snapshot() == 100


def test_a_collapse_that_comes_back_stops_the_run(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sabotage(monkeypatch, 60, "alike", attempts=9)
    run, record = begin(tmp_path / "run", corpus, monitor_rollbacks="2", epochs="300")
    outcome = train(run, record, corpus, [])
    assert len(run.read_metrics("rollback")) == 2
    assert outcome.finished
    assert outcome.step < 900
    assert outcome.stopped_by is not None
    assert outcome.stopped_by.code == EventCode.COLLAPSE
    assert "after 2 rollbacks: samples have become alike" in str(
        run.read_metrics("stop")[0]["text"]
    )
    assert run.snapshot_numbers()[-1] == -(-outcome.step // 3)  # there is a snapshot of the end
    recorder = Recorder()
    again = train(run, record, corpus, [recorder])
    assert again == outcome
    assert any(n.startswith(f"stopped at step {outcome.step}: ") for n in recorder.notices)
    record, _ = open_run(run, training={"monitor": False})
    assert train(run, record, corpus, [], should_stop=after(5)).step == outcome.step + 5


def test_losses_that_are_not_finite_are_undone(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sabotage(monkeypatch, 64, "nan")
    run, record = begin(tmp_path / "run", corpus)
    assert train(run, record, corpus, []).step == 240
    (line,) = run.read_metrics("rollback")
    assert (line["step"], line["to_step"]) == (65, 60)
    assert (line["code"], line["parameters"]) == ("loss_not_finite", {"step": 65})
    assert all(tensor.isfinite().all() for tensor in _tensors(run).values())


def test_divergence_that_comes_back_is_an_error(corpus: Corpus, tmp_path: Path):
    run, record = begin(tmp_path / "run", corpus, learning_rate="1e30")
    with pytest.raises(RunError, match=r"finite at step \d+, after 3 rollbacks: checkpoints"):
        train(run, record, corpus, [])
    assert [line["to_step"] for line in run.read_metrics("rollback")] == [0, 0, 0]


@pytest.mark.parametrize("seed", range(3))
def test_a_healthy_run_is_left_alone(corpus: Corpus, tmp_path: Path, seed: int):
    run, record = begin(tmp_path / "run", corpus, seed)
    assert train(run, record, corpus, []).stopped_by is None
    assert len(run.read_metrics("check")) == 24
    assert not [*run.read_metrics("rollback"), *run.read_metrics("stop")]
    if seed == 0:  # its weights are those of a run that has no monitor
        other, plain = begin(tmp_path / "other", corpus, seed, monitor="false")
        train(other, plain, corpus, [])
        assert not other.read_metrics("check")
        assert last_bytes(run) == last_bytes(other)


def test_stopping_anywhere_changes_nothing_of_what_the_monitor_does(corpus: Corpus, tmp_path: Path):
    """A learning rate so high that the run collapses by itself, twice."""
    options = {"learning_rate": "1.0", "epochs": "60"}
    whole, record = begin(tmp_path / "whole", corpus, 0, **options)
    train(whole, record, corpus, [])
    assert whole.read_metrics("rollback")
    run, record = begin(tmp_path / "run", corpus, 0, **options)
    step = 0
    for more in (29, 7, 25, 39):
        step += more
        assert train(run, record, corpus, [], should_stop=after(more)).step == step
    train(run, record, corpus, [])
    assert last_bytes(run) == last_bytes(whole)
    timed = ("seconds", "data_seconds", "other_seconds")
    lines = [
        [{key: line[key] for key in line if key not in timed} for line in r.read_metrics()]
        for r in (run, whole)
    ]
    assert lines[0] == lines[1]


def test_a_run_that_gains_nothing_is_stopped_and_played_from_its_best(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    distances = iter([5.0, 3.0, 3.5, 4.0, 2.0])

    meter = "riffsmith.training.monitor.monitor.DistanceMeter"
    monkeypatch.setattr(f"{meter}.__init__", lambda *_: None)
    monkeypatch.setattr(f"{meter}.measure", lambda *_: next(distances))
    run, record = begin(
        tmp_path / "run", corpus, monitor_patience="2", distance_every_steps="45", epochs="300"
    )
    recorder = Recorder()
    outcome = train(run, record, corpus, [recorder])
    measured = [line for line in run.read_metrics("check") if line["distance"] is not None]
    assert [line["step"] for line in measured] == [60, 120, 180, 240]  # previews are 30 apart
    assert (outcome.finished, outcome.step) == (True, 240)
    assert outcome.stopped_by is not None
    assert outcome.stopped_by.code == EventCode.PLATEAU
    assert "nearer to real music than epoch 40 (distance 3.00)" in outcome.stopped_by.text
    assert any(
        "epoch 20 is the nearest to real music so far" in notice for notice in recorder.notices
    )
    assert run.best_snapshot() == 40
    assert [path.name for path in best_checkpoint_paths(run.checkpoints)] == [
        "best-000000120.safetensors"
    ]


def test_a_corpus_without_enough_audio_is_told_once(corpus: Corpus, tmp_path: Path):
    run, record = begin(tmp_path / "run", corpus)
    recorders = [Recorder(), Recorder()]
    train(run, record, corpus, [recorders[0]], should_stop=after(3))
    train(run, record, corpus, [recorders[1]], should_stop=after(3))
    assert (
        recorders[0]
        .notices[0]
        .startswith("no distance to real music is measured while training, as")
    )
    assert recorders[1].notices == ["resumed at step 3, epoch 1"]


def test_the_best_checkpoint_that_a_resumed_run_may_need_stays(corpus: Corpus, tmp_path: Path):
    run, record = begin(tmp_path / "run", corpus, preview_every_epochs="2")
    train(run, record, corpus, [], should_stop=after(50))
    steps = [read_checkpoint(path).step for path in best_checkpoint_paths(run.checkpoints)]
    assert steps == [48]  # the checkpoint of 50 is kept
    (run.checkpoints / "best-000000099.safetensors").write_bytes(b"of a future that is undone")
    train(run, record, corpus, [], should_stop=after(1))
    assert [path.stem for path in best_checkpoint_paths(run.checkpoints)] == [
        "best-000000048",
    ]


def test_a_damaged_best_checkpoint_is_passed_over(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run, record = begin(tmp_path / "run", corpus)
    train(run, record, corpus, [], should_stop=after(40))
    (best_checkpoint,) = best_checkpoint_paths(run.checkpoints)
    best_checkpoint.write_bytes(best_checkpoint.read_bytes()[:-9])
    sabotage(monkeypatch, 0, "nan")
    train(run, record, corpus, [], should_stop=after(5))
    (line,) = run.read_metrics("rollback")
    assert (line["step"], line["to_step"]) == (41, 0)


def test_the_best_snapshot_is_one_that_is_there(started: Started):
    run, _ = started
    assert run.best_snapshot() is None
    for number in (10, 20):
        run.append_metrics({"event": "best", "snapshot": number, "step": number})
    assert run.best_snapshot() is None
    run.snapshot(10).mkdir(parents=True)
    (run.snapshot(10) / "card.json").write_text("{}")
    assert run.best_snapshot() == 10


def test_each_rollback_doubles_the_penalty():
    training = tiny_settings("report-wgan").training
    assert increase_penalty(training, 2).penalty_weight == 20.0
    assert increase_penalty(training, 0) == training


def _tensors(run: RunFolder) -> dict[str, Tensor]:
    return read_checkpoint(sorted(run.checkpoints.glob("step-*"))[-1]).tensors
