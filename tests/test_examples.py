"""The scripts and the notebook in `examples/` run, with a tiny model and short clips."""

import json
import runpy
import sys
from pathlib import Path

import pytest
import soundfile
from conftest import write_music

import riffsmith

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def run(tmp_path: Path, latent_bundle: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a script of `examples/` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run_script(name: str, *arguments: str) -> None:
        words = [name, *arguments, "--model", str(latent_bundle), "--seconds", "2"]
        monkeypatch.setattr(sys, "argv", words)
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")

    return run_script


def test_every_example_is_listed():
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in [*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.ipynb")]:
        assert f"]({path.name})" in text


def test_three_intensities(run, tmp_path: Path):
    run("compare_intensities.py", "clips")
    clips = sorted((tmp_path / "clips").glob("*.wav"))
    assert [clip.stem for clip in clips] == ["calm", "loud", "medium"]
    contents = {clip.read_bytes() for clip in clips}
    assert len(contents) == 3


def test_a_recording_is_continued(run, tmp_path: Path):
    write_music(tmp_path / "riff.wav", 2.0)
    run("continue_recording.py", "riff.wav", "continued.wav", "--noise-level", "0.5")
    assert soundfile.info(tmp_path / "continued.wav").duration == pytest.approx(2.0)


def test_an_endless_piece_ends_in_the_file(run, tmp_path: Path):
    run("endless_piece.py", "piece.wav")
    assert soundfile.info(tmp_path / "piece.wav").duration >= 2.0


def test_the_notebook_runs(tmp_path: Path, latent_bundle: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs the cells in order, as a notebook does, with another model and length."""
    monkeypatch.chdir(tmp_path)
    notebook = json.loads((EXAMPLES / "first_steps.ipynb").read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] for cell in cells)
    first, *others = ("".join(cell["source"]) for cell in cells)
    names: dict[str, object] = {}
    exec(compile(first, "first_steps.ipynb", "exec"), names)
    names |= {"name": str(latent_bundle), "seconds": 2.0}
    for cell in others:
        exec(compile(cell, "first_steps.ipynb", "exec"), names)
    assert isinstance(names["clip"], riffsmith.Audio)
    assert soundfile.info(tmp_path / "loop.wav").duration == pytest.approx(2.0, abs=1.0)
