from pathlib import Path

import pytest
from canned import best, check, write_monitor_lines
from conftest import tiny_latents

from riffsmith.corpus import Corpus
from riffsmith.report.history import History, Mark
from riffsmith.runs import RunFolder, RunRecord, create_run
from riffsmith.training.monitor.events import EventCode

PLATEAU = {"snapshot": 2, "unit": "epoch", "distance": 3.5, "measurements": 8}


def add_snapshot(run: RunFolder, number: int, step: int, **values: object) -> None:
    """Adds a snapshot without a model and its lines in the metrics."""
    (run.snapshot(number) / "card.json").parent.mkdir(parents=True)
    (run.snapshot(number) / "card.json").write_text("")
    run.append_metrics({"event": "log", "step": step, **values})
    spread = {"spread_relative": step / 30}
    run.append_metrics({"event": "preview", "snapshot": number, "step": step, **spread})


@pytest.fixture
def run(started: tuple[RunFolder, RunRecord]) -> RunFolder:
    run, _ = started
    for epoch in range(5):
        add_snapshot(run, epoch, 3 * epoch, epoch=epoch)
    return run


@pytest.fixture
def latent_run(tmp_path: Path, latent_corpus: Corpus) -> RunFolder:
    run = RunFolder(tmp_path / "latent")
    create_run(run, latent_corpus, tiny_latents(), "latent", seed=3)
    for step in (0, 6, 12):
        add_snapshot(run, step, step)
    return run


def test_events_lie_at_their_epochs(run: RunFolder):
    write_monitor_lines(run)
    nearest = {"snapshot": 2, "unit": "epoch", "distance": 3.5}
    collapse = {"since_step": 8, "limit": 0.2, "diversity": 0.1}
    assert History(run).marks == [
        Mark("best", 2.0, EventCode.NEAREST, nearest),
        Mark("rollback", 3.0, EventCode.COLLAPSE, collapse, 2.0),
        Mark("overfitting", 10 / 3, EventCode.OVERFITTING, {"gap": 0.7}),
        Mark("stop", 4.0, EventCode.PLATEAU, PLATEAU),
    ]


def test_events_of_a_latent_run_lie_at_their_steps(latent_run: RunFolder):
    write_monitor_lines(latent_run, "step")
    history = History(latent_run)
    assert history.unit == "step"
    assert [mark.position for mark in history.marks] == [6.0, 9.0, 10.0, 12.0]
    assert history.marks[1].back_to == 6.0
    assert (history.end, history.select().number) == (12, 6)


def test_the_best_snapshot_is_selected(run: RunFolder):
    assert (History(run).select().number, History(run).select().reason) == (4, "newest")
    run.append_metrics(check(3, 1))
    run.append_metrics(best(3, 1, "epoch"))
    assert (History(run).select().number, History(run).select().reason) == (1, "healthy")
    write_monitor_lines(run)
    selection = History(run).select()
    assert (selection.number, selection.reason) == (2, "nearest")
    assert (selection.distance, selection.measured) == (3.5, 2)


def test_variety_is_that_of_checks_or_else_of_previews(run: RunFolder):
    assert History(run).diversity_of(3) == 0.3
    assert History(run).diversities()[1] == (1.0, 0.1)
    write_monitor_lines(run)
    assert History(run).diversity_of(2) == 0.5
    assert History(run).diversities() == [(1.0, 0.7), (2.0, 0.5), (4.0, 0.1)]
    assert History(run).diversity_of(17) is None


def test_an_unfinished_epoch_counts(run: RunFolder):
    assert History(run).end == 4
    run.append_metrics(check(13))
    assert History(run).end == 5
    add_snapshot(run, 5, 14)
    assert History(run).position_of(5) == 14 / 3


def test_an_empty_run_has_a_history(tmp_path: Path):
    history = History(RunFolder(tmp_path))
    assert (history.end, history.marks, history.position(7)) == (0, [], 7.0)
