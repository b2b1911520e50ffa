"""The layers hold, and a wrong import is found."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_wrong_import_fails(tmp_path: Path):
    package = tmp_path / "src" / "riffsmith"
    for source in (ROOT / "src" / "riffsmith").rglob("*.py"):
        target = package / source.relative_to(ROOT / "src" / "riffsmith")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    sound = lint(tmp_path)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    with (package / "audio" / "loudness.py").open("a") as file:
        file.write("\nimport riffsmith.training\n")
    wrong = lint(tmp_path)
    assert wrong.returncode == 1
    assert "riffsmith.audio is not allowed to import riffsmith.training" in wrong.stdout
