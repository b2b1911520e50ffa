"""Bars and tempo of a loop, in numbers and in files that another library reads."""

import struct
from pathlib import Path

import pytest
import soundfile
from conftest import make_music

from riffsmith.audio import LoopGrid, write_audio


def test_lengths_are_those_of_the_bars_to_the_sample():
    grid = LoopGrid(bars=5, bpm=140.0)
    assert grid.beats == 20
    assert grid.samples(44_100) == 378_000  # 20 beats · 60 / 140 s
    assert LoopGrid(3, 97.0).samples(44_100) == 327_340  # 327,340.2
    assert LoopGrid(1, 120.0, bar_beats=3).seconds == 1.5


def test_names_and_words():
    assert LoopGrid(8, 140.0).label == "140bpm-8bars"
    assert LoopGrid(1, 92.5).label == "92.5bpm-1bar"
    assert LoopGrid(1, 92.5).describe() == "92.5 BPM, 1 bar, 4 beats"


@pytest.mark.parametrize("samples", [22_051, 22_050])
def test_libsndfile_reads_the_loop(tmp_path: Path, samples: int):
    path = tmp_path / "loop.wav"
    audio = make_music(1.1, 22_050)[:samples]
    write_audio(path, audio, 22_050, loop=LoopGrid(2, 132.5), tags={"title": "A loop"})
    content = path.read_bytes()
    assert struct.unpack("<I", content[4:8])[0] == len(content) - 8
    with soundfile.SoundFile(path) as file:
        assert file.frames == samples
        assert file.title == "A loop"
        assert file.comment == "132.5 BPM, 2 bars, 8 beats"
        lines = [" ".join(line.split()) for line in file.extra_info.splitlines()]
    assert {"Beats : 8", "Meter : 4/4", "Tempo : 132.500000"} <= set(lines), lines
    assert any(f"End : {samples - 1}" in line for line in lines), lines


def test_a_comment_of_ones_own_is_kept(tmp_path: Path):
    path = tmp_path / "loop.wav"
    write_audio(path, make_music(1.0, 8000), 8000, loop=LoopGrid(1, 240.0), tags={"comment": "x"})
    with soundfile.SoundFile(path) as file:
        assert file.comment == "x"
