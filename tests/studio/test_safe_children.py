"""Processes that the studio starts import nothing from the current folder."""

from pathlib import Path

import pytest

from riffsmith.studio.command import command_line, run_command


def test_a_module_in_the_current_folder_is_not_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("numpy", "cyclopts", "pydantic", "riffsmith"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f":{Path(__file__).parents[2] / 'src'}:")  # "" is the folder
    assert run_command("--version", limit_seconds=60).strip()
    assert not (tmp_path / "executed").exists()


def test_paths_are_those_of_the_folder_that_the_server_runs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    words = command_line("survey", Path("songs"), "metal", 7)
    assert words[-4:] == ["survey", str(tmp_path / "songs"), "metal", "7"]
    (tmp_path / "a.json").write_text("7")
    assert run_command(Path("a.json"), limit_seconds=60, module="json.tool").strip() == "7"
