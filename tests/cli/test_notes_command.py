"""`riffsmith notes`: recordings and clips to MIDI files."""

import json
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from conftest import write_music

import riffsmith
from riffsmith.cli.app import main

RATE = 22_050


def write_tune(path: Path) -> Path:
    """A4 and E5, one after the other, with harmonics."""
    time = np.arange(RATE) / RATE
    shape = np.minimum(1, 200 * time) * np.exp(-2 * time) * np.minimum(1, 50 * time[::-1])
    tones = [
        0.2 * shape * sum(np.sin(2 * np.pi * k * hertz * time) / k for k in range(1, 8))
        for hertz in (440.0, 659.26)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.concatenate([np.zeros(RATE // 2), *tones]), RATE)
    return path


def pitches(path: Path) -> list[int]:
    return [message.note for message in mido.MidiFile(path) if message.type == "note_on"]


@pytest.mark.slow
def test_the_notes_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    song, out = write_tune(tmp_path / "song.wav"), tmp_path / "song.mid"
    main(["notes", str(song), str(out), "--tempo", "150"])
    heard = pitches(out)
    assert {69, 76} <= set(heard)
    line = capsys.readouterr().out.strip()
    assert line == f"{out}: {len(heard)} notes of {len(set(heard))} pitches in 2.5 s"
    found = riffsmith.read_audio(song).notes()
    assert [note.pitch for note in found] == heard
    begins = [next(note.begin for note in found if note.pitch == pitch) for pitch in (69, 76)]
    assert begins == pytest.approx([0.5, 1.5], abs=0.03)
    assert riffsmith.write_midi(tmp_path / "b.mid", found, 150.0).read_bytes() == out.read_bytes()


@pytest.mark.slow
def test_the_notes_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    songs, out = tmp_path / "songs", tmp_path / "out"
    write_tune(songs / "a.wav")
    write_music(songs / "live" / "b.flac", 3.0)
    (songs / "c.wav").write_text("no audio")
    main(["notes", str(songs), str(out), "--json"])
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert [Path(item["midi"]).relative_to(out).as_posix() for item in found] == [
        "a.mid",
        "live/b.mid",
    ]
    assert [item["seconds"] for item in found] == [2.5, 3.0]
    for item in found:
        heard = pitches(Path(item["midi"]))
        assert (item["notes"], item["pitches"]) == (len(heard), len(set(heard)))
    assert "skipped" in printed.err
    assert "c.wav" in printed.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["songs/a.wav", "a.mid", "--tempo", "20"], "--tempo must be from 40 to 320, found 20"),
        (["songs/a.wav", "a.txt"], "its ending must be .mid or .midi"),
        (["songs", "a.mid"], "the notes of a folder do not fit 'a.mid': name a folder"),
        (["songs", "out"], "both would be written to a.mid: rename one"),
        (["fakes", "out"], "no notes were looked for in fakes"),
        (["nowhere", "out"], "no folder 'nowhere'"),
    ],
)
def test_errors_are_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
):
    for name in ("a.wav", "a.flac"):
        write_music(tmp_path / "songs" / name, 1.0)
    (tmp_path / "fakes").mkdir()
    (tmp_path / "fakes" / "a.wav").write_text("no audio")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["notes", *words])
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert message in error
    assert not (tmp_path / "out").exists()
