"""The file that says how a run stands."""

import json

import pytest

from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.runs import (
    Outcome,
    OutcomeState,
    PreparationLog,
    RunFolder,
    RunRecord,
    Stage,
    read_outcome,
    write_outcome,
)
from riffsmith.training import SilentObserver, StepMetrics, train


def test_an_outcome_comes_back(started: tuple[RunFolder, RunRecord]):
    run, _ = started
    assert read_outcome(run) is None
    outcome = Outcome(state=OutcomeState.PREPARING, stage=Stage.CODEC, progress=0.5)
    write_outcome(run, outcome)
    assert read_outcome(run) == outcome
    assert json.loads((run.path / "outcome.json").read_text())["stage"] == "codec"
    path = run.path / "outcome.json"
    path.write_text(path.read_text().replace("0.5", "0.7"))
    with pytest.raises(RunError, match="does not match its checksum.* so how the run ended is not"):
        read_outcome(run)


def test_the_time_that_is_left_of_a_stage_is_estimated(started: tuple[RunFolder, RunRecord]):
    run, _ = started
    seconds = iter([0.0, 3.0, 100.0, 110.0])
    log = PreparationLog(run, lambda: next(seconds))

    def write(stage: Stage, progress: float) -> float | None:
        log.write(stage, progress)
        found = read_outcome(run)
        assert found is not None
        assert found.progress == pytest.approx(progress, abs=0.01)
        return found.seconds_left

    assert write(Stage.FEATURES, 0.0) is None
    assert write(Stage.FEATURES, 0.25) == pytest.approx(9)
    assert write(Stage.FEATURES, 0.251) == pytest.approx(9)  # the same percent: not written again
    assert write(Stage.CODEC, 0.5) is None  # what was there already tells nothing of the speed
    assert write(Stage.CODEC, 0.75) == pytest.approx(10)


@pytest.mark.slow
def test_a_training_writes_how_it_stands(started: tuple[RunFolder, RunRecord], corpus: Corpus):
    run, record = started
    states: list[Outcome | None] = []

    class Reader(SilentObserver):
        def on_step(self, step: int, metrics: StepMetrics) -> None:
            states.append(read_outcome(run))

    train(run, record, corpus, [Reader()], should_stop=lambda: len(states) == 4)
    assert [found and found.state for found in states] == ["training"] * 4
    assert [found and found.step for found in states] == [0, 0, 0, 3]  # a log line every 3 steps
    stopped = read_outcome(run)
    assert stopped is not None
    assert (stopped.state, stopped.step) == (OutcomeState.STOPPED, 4)
    train(run, record, corpus, [])
    finished = read_outcome(run)
    assert finished is not None
    assert (finished.state, finished.step, finished.code) == (OutcomeState.FINISHED, 12, None)
