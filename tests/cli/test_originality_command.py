"""The command as a user types it."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import make_music, tiny_settings, write_music
from cyclopts import App

from riffsmith.bundle import load_shipped
from riffsmith.cli.originality import originality
from riffsmith.corpus import prepare_corpus
from riffsmith.errors import AudioError, ModelError, SettingsError
from riffsmith.evaluation.copying import held_out_scores

RATE = 8_000


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two songs to train on and one held out."""
    folder = tmp_path_factory.mktemp("band")
    for seed in range(3):
        write_music(folder / "in" / f"song {seed}.wav", 32.0, RATE, seed=seed)
    corpus = folder / "corpus"
    prepare_corpus(
        folder / "in", corpus, tiny_settings().corpus, preset="report", hold_out=["song 2"]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_out_scores, "_WINDOWS", 100)
        yield corpus


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A copy, a new song, a file that is too short and one that is no audio."""
    folder = tmp_path / "clips"
    (folder / "new").mkdir(parents=True)
    soundfile.write(folder / "copy.wav", make_music(32.0, RATE, seed=1)[80_000:136_000], RATE)
    write_music(folder / "new" / "song.flac", 7.0, RATE, seed=9)
    write_music(folder / "short.wav", 2.0, RATE)
    (folder / "note.txt").write_text("x")
    return folder


def run(*words: str | Path) -> None:
    app = App(result_action="return_value")
    app.command(originality)
    app(["originality", *map(str, words)], exit_on_error=False, print_error=False)


@pytest.mark.slow
def test_a_folder_is_checked_file_by_file(
    band: Path, clips: Path, capsys: pytest.CaptureFixture[str]
):
    run(clips, "--corpus", band, "--json")
    out, err = capsys.readouterr()
    found = {one["file"]: one for one in json.loads(out)}
    assert list(found) == ["copy.wav", "new/song.flac"]
    assert found["copy.wav"]["sound"]["share_above_99th"] == 1
    first = found["copy.wav"]["sound"]["windows"][0]
    assert (first["recording"], first["semitones"]) == ("song 1.wav", 0)
    assert first["recording_seconds"] == pytest.approx(10, abs=0.1)
    assert not found["new/song.flac"]["verdict"].startswith("Copied")
    assert found["new/song.flac"]["melody"]["obstacle"]["code"] == "short_clip"
    assert "skipped short.wav: audio of 2.00 s is shorter than one window" in err


def test_a_person_is_told_the_verdict_and_the_places(
    band: Path, clips: Path, capsys: pytest.CaptureFixture[str]
):
    run(clips / "copy.wav", "--corpus", band)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("copy.wav: Copied: 3 of 3 windows are nearer")
    assert lines[1] == "100% of 3 windows above the 99th percentile of 100 held-out windows"
    assert lines[2].split()[:3] == ["at", "percentile", "score"]
    assert {line.split()[-2:][1] for line in lines[3:6]} == {"1.wav"}
    assert {line.split()[2] for line in lines[3:6]} == {"99.0"}
    assert lines[6:] == [
        "copy.wav: Melodies are not compared: audio of 7.00 s is shorter than one window of 10 s: "
        "give it a longer clip."
    ]


@pytest.mark.slow
def test_the_shipped_model_has_an_index_of_its_training_music(
    clips: Path, capsys: pytest.CaptureFixture[str]
):
    run(clips / "copy.wav", "--model", "metal", "--json")
    (found,) = json.loads(capsys.readouterr().out)
    assert found["corpus_hash"] == load_shipped("metal").card.corpus_hash
    assert found["sound"]["held_out_windows"] == 300
    assert found["grade"] != "copied"


def test_either_a_corpus_or_a_model_is_named(band: Path, clips: Path):
    with pytest.raises(SettingsError, match="what to compare with, found neither: give one"):
        run(clips)
    with pytest.raises(SettingsError, match="found both: give one of them"):
        run(clips, "--corpus", band, "--model", "metal")
    with pytest.raises(ModelError, match="base has no search index of its training music"):
        run(clips, "--model", "base")


def test_nothing_to_check_is_an_error(band: Path, tmp_path: Path):
    soundfile.write(tmp_path / "short.wav", np.full((RATE, 1), 0.1), RATE)
    with pytest.raises(AudioError, match=r"nothing to check in .*: short.wav: audio of 1.00 s"):
        run(tmp_path, "--corpus", band)
