from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from canned import evaluation, originality, origins, self_test, window

from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError, SettingsError
from riffsmith.report import Gap, measure_run
from riffsmith.report.measurements import _Judge, collect_measurements
from riffsmith.training import RunFolder, RunRecord, train


@pytest.fixture
def run(started: tuple[RunFolder, RunRecord], corpus: Corpus) -> RunFolder:
    run, record = started
    train(run, record, corpus, [])
    return run


@dataclass
class Calls:
    """What was measured, instead of measuring it."""

    names: list[str] = field(default_factory=list)

    def note(self, name: str, give: Callable[[], object]) -> Callable[..., object]:
        def measure(judge: _Judge, *seconds: float) -> object:
            self.names.append(" ".join([name, f"{judge.seconds:g}", *map(str, seconds)]))
            return give()

        return measure


@pytest.fixture
def calls(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    heard = origins(originality(corpus, [window(0.0, 1.0, 40.0)]))
    for name, found in (
        ("evaluate", evaluation(corpus)),
        ("find_origins", heard),
        ("test_itself", self_test(corpus)),
    ):
        monkeypatch.setattr(_Judge, name, calls.note(name, lambda found=found: found))
    return calls


def test_what_cannot_be_measured_is_said_before_a_clip_is_played(
    run: RunFolder, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delattr("riffsmith.report.measurements.play_passages")
    found = measure_run(run)
    for gap, words in (
        (found.evaluation, "no training recording of 30 s or more"),
        (found.originality, "holds out 1 recordings"),
        (found.self_test, "a self-test needs 6"),
    ):
        assert isinstance(gap, Gap)
        assert words in gap.reason
    assert not (run.path / "report").exists()


def test_what_was_measured_is_taken_again(run: RunFolder, corpus: Corpus, calls: Calls):
    first = collect_measurements(run, corpus, 4)
    assert calls.names == ["evaluate 120", "find_origins 120", "test_itself 120 180.0"]
    assert collect_measurements(run, corpus, 4) == first
    assert collect_measurements(run, corpus, 4, quick=True) == first
    assert len(calls.names) == 3
    collect_measurements(run, corpus, 2)  # of another snapshot, the self-test still holds
    assert calls.names[3:] == ["evaluate 120", "find_origins 120"]


def test_seconds_and_seed_are_measured_for_themselves(run: RunFolder, corpus: Corpus, calls: Calls):
    assert collect_measurements(run, corpus, 4, seconds=300).seconds == 300
    assert calls.names == ["evaluate 300", "find_origins 300", "test_itself 300 300"]
    assert collect_measurements(run, corpus, 4).seconds == 300, "the most that was judged"
    assert len(calls.names) == 3
    collect_measurements(run, corpus, 4, seed=1)
    assert calls.names[3:] == ["evaluate 120", "find_origins 120", "test_itself 120 180.0"]


def test_new_weights_are_measured_anew(run: RunFolder, corpus: Corpus, calls: Calls):
    """As after a run was started again in the same folder."""
    collect_measurements(run, corpus, 4)
    card = run.snapshot(4) / "card.json"
    text = card.read_text()
    start = text.index('"weights_hash": "') + len('"weights_hash": "')
    card.write_text(text[:start] + "0000" + text[start + 4 :])
    assert isinstance(collect_measurements(run, corpus, 4, quick=True).evaluation, Gap)
    collect_measurements(run, corpus, 4)
    assert len(calls.names) == 5


def test_quick_measures_nothing(run: RunFolder, corpus: Corpus, calls: Calls):
    found = collect_measurements(run, corpus, 4, quick=True)
    assert (found.evaluation, found.originality, found.self_test) == (Gap(), Gap(), Gap())
    assert calls.names == []


def test_a_failure_leaves_the_others(
    run: RunFolder, corpus: Corpus, calls: Calls, monkeypatch: pytest.MonkeyPatch
):
    def fail(judge: _Judge) -> None:
        raise CorpusError("no\nmusic")

    monkeypatch.setattr(_Judge, "find_origins", fail)
    found = collect_measurements(run, corpus, 4)
    assert found.originality == Gap("no music")
    assert found.evaluation == evaluation(corpus)


@pytest.mark.parametrize("seconds", [29.0, float("nan"), float("inf")])
def test_seconds_have_to_make_a_clip(run: RunFolder, corpus: Corpus, seconds: float):
    with pytest.raises(SettingsError, match="--seconds must be 30 or more"):
        collect_measurements(run, corpus, 4, seconds=seconds)


def test_clips_are_those_of_evaluate(run: RunFolder, corpus: Corpus):
    from riffsmith.pipeline import open_judged

    ours = _Judge(run.snapshot(4), corpus, "epoch 4", 30.0, 5, lambda share: None).passages
    theirs = open_judged(str(run.path), corpus, 30.0, 5, epoch=4).passages
    assert len(ours) == len(theirs) == 1
    assert (ours[0].audio == theirs[0].audio).all()
