"""The command that prints the table of robustness."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def robustness(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module; it imports its neighbours."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return import_module("robustness")


def run(robustness: Any, monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    """Status of the command."""
    monkeypatch.setattr(sys, "argv", ["robustness.py", *words])
    with pytest.raises(SystemExit) as ended:
        robustness.main()
    return ended.value.code


def test_what_went_wrong_is_counted_and_said(
    robustness: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    row = robustness.Row("killed commands", done=1200, wrong=["a file is lost"], remark="by strace")
    monkeypatch.setitem(robustness.PARTS, "kills", lambda _: row)
    assert run(robustness, monkeypatch, "kills") == 1
    lines = capsys.readouterr().out.splitlines()
    assert "| kills | killed commands | 1,200 | 1 | 0 | by strace |" in lines
    assert lines[-1] == "kills: a file is lost"
    assert run(robustness, monkeypatch, "kill") == 2
    assert "unknown part kill: choose of kills, disk" in capsys.readouterr().err
