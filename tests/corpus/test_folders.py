from pathlib import Path

import pytest
from conftest import write_music

from riffsmith.corpus import find_genres, survey_folder
from riffsmith.corpus.folders import find_recordings
from riffsmith.errors import CorpusError


def make_tree(folder: Path, names: list[str], numbered: bool = False) -> Path:
    for seed, name in enumerate(names):
        file = f"{name}.00000.wav" if numbered else "song.wav"
        write_music(folder / name / file, 1, seed=seed)
    return folder


def test_a_tree_of_genres_needs_a_choice(tmp_path: Path):
    make_tree(tmp_path, ["blues", "metal"])
    write_music(tmp_path / "metal" / "two.wav", 1, seed=9)
    with pytest.raises(CorpusError, match=r"blues \(1 file\), metal \(2 files\); choose one"):
        survey_folder(tmp_path)
    assert len(survey_folder(tmp_path, "metal").usable) == 2
    assert len(survey_folder(tmp_path, "all").usable) == 3


def test_bands_and_albums_are_no_genres(tmp_path: Path):
    make_tree(tmp_path, ["Muldjord", "Obsidian Shell"])
    assert find_genres(tmp_path) == {}
    assert len(survey_folder(tmp_path).usable) == 2


def test_gtzan_names_make_a_genre_of_any_folder(tmp_path: Path):
    make_tree(tmp_path, ["djent", "zeuhl"], numbered=True)
    assert find_genres(tmp_path) == {"djent": 1, "zeuhl": 1}


@pytest.mark.parametrize("genre", ["jazz", "..", "metal/..", ""])
def test_a_missing_genre_lists_what_there_is(tmp_path: Path, genre: str):
    make_tree(tmp_path, ["blues", "metal"])
    with pytest.raises(CorpusError, match="it has blues, metal"):
        survey_folder(tmp_path, genre)


def test_files_of_file_managers_are_left_out(tmp_path: Path):
    write_music(tmp_path / "metal" / "song.wav", 1)
    names = ("__MACOSX/metal/._song.wav", "._cover.wav", ".DS_Store", "metal/._song.wav")
    for name in (*names, "metal/Thumbs.db", "metal/Desktop.ini"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    assert find_genres(tmp_path) == {}  # `__MACOSX` is no second genre
    root, paths = find_recordings(tmp_path)
    assert [path.relative_to(root).as_posix() for path in paths] == ["metal/song.wav"]
    with pytest.raises(CorpusError, match="it has metal$"):
        find_recordings(tmp_path, "jazz")
