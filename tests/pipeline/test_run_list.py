"""The list of runs and of their sizes."""

import json
from pathlib import Path

import pytest

from riffsmith.cli.app import main
from riffsmith.errors import RunError
from riffsmith.files import hold
from riffsmith.pipeline.run_list import list_runs
from riffsmith.runs import Outcome, OutcomeState, RunFolder, RunRecord, write_outcome

STEP = 40


@pytest.fixture
def run(started: tuple[RunFolder, RunRecord]) -> RunFolder:
    """A run with a checkpoint of 3 MB, a snapshot of 2 MB and a corpus of 1 MB."""
    found, _ = started
    for name, megabytes in (("checkpoints/a", 3), ("snapshots/b/c", 2), ("corpus/d", 1)):
        path = found.path / name
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(megabytes * 1_000_000))
    write_outcome(found, Outcome(state=OutcomeState.TRAINING, step=STEP))
    return found


def test_sizes_are_counted_by_folder(run: RunFolder):
    (found,) = list_runs(run.path.parent)
    sizes = {name: size for name, size in found.megabytes.items() if size >= 1}
    assert sizes == {"checkpoints": 3.0, "snapshots": 2.0, "corpus": 1.0}
    assert found.total_megabytes == pytest.approx(6, abs=0.1)
    assert (found.preset, found.step, found.problem) == ("report", STEP, None)


def test_a_run_that_no_process_holds_was_interrupted(run: RunFolder):
    assert [found.state for found in list_runs(run.path)] == ["interrupted"]
    with hold(run.path, RunError):
        assert [found.state for found in list_runs(run.path)] == ["training"]
    assert [found.state for found in list_runs(run.path)] == ["interrupted"]
    write_outcome(run, Outcome(state=OutcomeState.FINISHED, step=STEP))
    assert [found.state for found in list_runs(run.path)] == ["finished"]


def test_a_damaged_run_is_listed_with_its_problem(run: RunFolder):
    (run.path / "run.json").write_text("{")
    (found,) = list_runs(run.path)
    assert found.preset is None
    assert found.problem is not None
    assert "is damaged" in found.problem


def test_a_damaged_outcome_is_told(run: RunFolder):
    (run.path / "outcome.json").write_text("{")
    (found,) = list_runs(run.path)
    assert (found.preset, found.state) == ("report", None)
    assert "outcome.json is damaged" in str(found.problem)


def test_the_command_prints_a_table_or_json(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    main(["runs", str(tmp_path), "--json"])
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["name"], found["megabytes"]["checkpoints"]) == (str(run.path), 3.0)
    main(["runs", str(tmp_path)])
    printed = capsys.readouterr()
    titles, row = (line.split() for line in printed.out.splitlines())
    expected = {"state": "interrupted", "MB": "6", "snapshots": "2", "run": str(run.path)}
    assert expected.items() <= dict(zip(titles, row, strict=True)).items()
    assert "To free space" in printed.err
    (tmp_path / "empty").mkdir()
    main(["runs", str(tmp_path / "empty")])
    assert "no run below" in capsys.readouterr().err
    with pytest.raises(RunError, match="no folder .*nowhere': check the path"):
        list(list_runs(tmp_path / "nowhere"))
