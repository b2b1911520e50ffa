from pathlib import Path

import pytest
from canned import check, watch_over

from riffsmith.config import load_preset
from riffsmith.report.history import History, Mark
from riffsmith.training import RunFolder
from riffsmith.training.monitor.decisions import HealthMetrics, HealthMonitor


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path)
    for epoch in range(5):
        (run.snapshot(epoch) / "card.json").parent.mkdir(parents=True)
        (run.snapshot(epoch) / "card.json").write_text("")
        run.append_metrics({"event": "epoch", "epoch": epoch, "step": 3 * epoch})
        run.append_metrics(
            {"event": "preview", "epoch": epoch, "step": 3 * epoch, "spread_relative": epoch / 10}
        )
    return run


def test_events_lie_at_their_epochs(run: RunFolder):
    watch_over(run)
    assert History(run).marks == [
        Mark("best", 2.0),
        Mark("rollback", 3.0, "collapse", 2.0),
        Mark("overfitting", 10 / 3),
        Mark("stop", 4.0, "plateau"),
    ]


def test_the_best_snapshot_is_chosen(run: RunFolder):
    assert (History(run).choose().epoch, History(run).choose().why) == (4, "newest")
    run.append_metrics(check(3, epoch=1))
    run.append_metrics({"event": "best", "epoch": 1, "step": 3})
    assert (History(run).choose().epoch, History(run).choose().why) == (1, "healthy")
    watch_over(run)
    choice = History(run).choose()
    assert (choice.epoch, choice.why) == (2, "nearest")
    assert (choice.distance, choice.measured) == (3.5, 2)


def test_variety_is_of_checks_else_of_previews(run: RunFolder):
    assert History(run).diversity_of(3) == 0.3
    assert History(run).diversities()[1] == (1.0, 0.1)
    watch_over(run)
    assert History(run).diversity_of(2) == 0.5
    assert History(run).diversities() == [(1.0, 0.7), (2.0, 0.5), (4.0, 0.1)]
    assert History(run).diversity_of(17) is None


def test_a_begun_epoch_counts(run: RunFolder):
    assert History(run).last_epoch == 4
    run.append_metrics(check(13))
    assert History(run).last_epoch == 5


def test_an_empty_run_has_a_history(tmp_path: Path):
    history = History(RunFolder(tmp_path))
    assert (history.last_epoch, history.marks, history.epoch_of(7)) == (0, [], 7.0)


def test_reasons_are_those_of_the_watch(run: RunFolder):
    """What `HealthWatch` says is told apart by its words: they must be the ones known here."""
    settings = load_preset("report").training
    monitor, every = HealthMonitor(settings), settings.monitor_every_steps

    def history(**figures: float) -> list[HealthMetrics]:
        return [
            HealthMetrics(step=every * n, rollbacks=0, epoch=n, **figures)  # pyright: ignore[reportArgumentType]
            for n in range(1, 40)
        ]

    cases = {
        "collapse": history(diversity_relative=0.1),
        "divergence": history(output_deviation_relative=99.0),
        "plateau": history(diversity_relative=0.9, distance=2.0),
    }
    cases["unsound"] = [HealthMetrics(step=1, rollbacks=0, generator_loss=float("nan"))]
    for signals in cases.values():
        for event in monitor.judge(signals):
            run.append_metrics({"event": "stop", "step": 1, "reason": event.text})
    reasons = [mark.reason for mark in History(run).marks]
    assert reasons == ["collapse", "divergence", "plateau", "divergence"]
