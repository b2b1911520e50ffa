import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from canned import clips_originality, evaluation, originality, self_test, window

from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError, SettingsError
from riffsmith.files import parse_checked
from riffsmith.report import NotMeasured, measure_run
from riffsmith.report.measurements import Measurer, collect_measurements
from riffsmith.runs import RunFolder, RunRecord
from riffsmith.training import train

pytestmark = pytest.mark.slow


@pytest.fixture
def run(started: tuple[RunFolder, RunRecord], corpus: Corpus) -> RunFolder:
    run, record = started
    train(run, record, corpus, [])
    return run


@dataclass
class Calls:
    """Names of the measurements that were asked for, in the place of measuring."""

    names: list[str] = field(default_factory=list)

    def record(self, name: str, give: Callable[[], object]) -> Callable[..., object]:
        def measure(measurer: Measurer, *seconds: float) -> object:
            self.names.append(" ".join([name, f"{measurer.seconds:g}", *map(str, seconds)]))
            return give()

        return measure


@pytest.fixture
def calls(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    checked = clips_originality(originality(corpus, [window(0.0, 1.0, 40.0)]))
    for name, found in (
        ("evaluate", evaluation(corpus)),
        ("check_originality", checked),
        ("run_self_test", self_test(corpus)),
    ):
        monkeypatch.setattr(Measurer, name, calls.record(name, lambda found=found: found))
    return calls


def test_missing_music_is_found_before_a_clip_is_generated(
    run: RunFolder, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delattr("riffsmith.report.measurements.play_passages")
    found = measure_run(run)
    for missing, words in (
        (found.evaluation, "no training recording of 5 s or more"),
        (found.originality, "holds out 1 recording"),
        (found.self_test, "a self-test needs 6"),
    ):
        assert isinstance(missing, NotMeasured)
        assert words in str(missing.error)
        assert missing.error is not None
        assert missing.error.code is not None
    assert not (run.path / "report").exists()


def test_results_are_measured_once(run: RunFolder, corpus: Corpus, calls: Calls):
    first = collect_measurements(run, corpus, 4)
    assert calls.names == ["evaluate 120", "check_originality 120", "run_self_test 120 180.0"]
    assert collect_measurements(run, corpus, 4) == first
    assert collect_measurements(run, corpus, 4, kinds=()) == first
    assert len(calls.names) == 3
    collect_measurements(run, corpus, 2)  # the self-test holds for any snapshot
    assert calls.names[3:] == ["evaluate 120", "check_originality 120"]


def test_results_hold_for_their_duration_and_seed(run: RunFolder, corpus: Corpus, calls: Calls):
    assert collect_measurements(run, corpus, 4, seconds=300).seconds == 300
    assert calls.names == ["evaluate 300", "check_originality 300", "run_self_test 300 300"]
    assert collect_measurements(run, corpus, 4).seconds == 300, "the longest that was evaluated"
    assert len(calls.names) == 3
    collect_measurements(run, corpus, 4, seed=1)
    assert calls.names[3:] == ["evaluate 120", "check_originality 120", "run_self_test 120 180.0"]


def test_new_weights_are_measured_again(run: RunFolder, corpus: Corpus, calls: Calls):
    """A run was started again in the same folder."""
    collect_measurements(run, corpus, 4)
    card = run.snapshot(4) / "card.json"
    values = parse_checked(card.read_bytes())
    card.write_text(json.dumps({**values, "weights_hash": "0000"}))
    assert isinstance(collect_measurements(run, corpus, 4, kinds=()).evaluation, NotMeasured)
    collect_measurements(run, corpus, 4)
    assert len(calls.names) == 5


def test_quick_measures_nothing(run: RunFolder, corpus: Corpus, calls: Calls):
    found = collect_measurements(run, corpus, 4, kinds=())
    assert (found.evaluation, found.originality, found.self_test) == (NotMeasured(),) * 3
    assert calls.names == []


def test_a_failure_leaves_the_other_results(
    run: RunFolder, corpus: Corpus, calls: Calls, monkeypatch: pytest.MonkeyPatch
):
    error = CorpusError("no music")

    def fail(measurer: Measurer) -> None:
        raise error

    monkeypatch.setattr(Measurer, "check_originality", fail)
    found = collect_measurements(run, corpus, 4)
    assert found.originality == NotMeasured(error)
    assert found.evaluation == evaluation(corpus)


@pytest.mark.parametrize("seconds", [29.0, float("nan"), float("inf")])
def test_the_duration_must_be_that_of_a_clip(run: RunFolder, corpus: Corpus, seconds: float):
    with pytest.raises(SettingsError, match="--seconds must be 30 or more"):
        collect_measurements(run, corpus, 4, seconds=seconds)


@pytest.mark.slow
def test_clips_are_those_of_evaluate(
    run: RunFolder, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    from riffsmith.pipeline import subjects
    from riffsmith.report import measurements

    # the recordings of this corpus are too short to compare with
    for module in (subjects, measurements):
        monkeypatch.setattr(module, "passage_seconds", lambda corpus: 30.0)
    ours = Measurer(run.snapshot(4), corpus, "epoch 4", 30.0, 5, lambda fraction: None).passages
    theirs = subjects.open_subject(str(run.path), corpus, 30.0, 5, snapshot=4).passages
    assert len(ours) == len(theirs) == 1
    assert (ours[0].audio == theirs[0].audio).all()
