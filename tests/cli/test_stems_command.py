"""`riffsmith stems`: drums and the rest of a recording."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import write_music

from riffsmith.cli.app import main


@pytest.mark.slow
def test_two_files_add_up_to_the_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    write_music(Path("riff.wav"), 3, 44_100, channels=2)
    main(["stems", "riff.wav", "out", "--json"])
    files = json.loads(capsys.readouterr().out)
    assert files == {"drums": "out/riff-drums.wav", "rest": "out/riff-rest.wav"}
    parts = [soundfile.read(files[name])[0] for name in ("drums", "rest")]
    whole = soundfile.read("riff.wav")[0]
    assert np.abs(sum(parts) - whole).max() < 2e-4
    assert all(np.abs(part).max() > 0.01 for part in parts)


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture):
    write_music(tmp_path / "riff.wav")
    with pytest.raises(SystemExit):
        main(["stems", str(tmp_path / "riff.wav"), str(tmp_path / "drums.wav")])
    assert "name a folder" in capsys.readouterr().err
