"""The table of the base generator's corpus is consistent, and its tool reports what is missing."""

import hashlib
import runpy
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TOOL: dict[str, Any] = runpy.run_path(str(ROOT / "tools" / "make_base_corpus.py"))
PIECES: list[Any] = TOOL["read_table"]()
LICENCES = {
    "BSD-2-Clause",
    "CC BY 3.0",
    "CC BY-SA",
    "CC BY-SA 3.0",
    "CC BY-SA 4.0",
    "CC0",
    "MIT",
    "public domain",
}
HOLD_OUTS = ("fear", "farewell", "mutilated")
OBSIDIAN_SHELL = 7  # songs that may come from a package whose other music is kept for blind tests


def test_every_piece_has_an_allowed_licence_an_author_and_a_hash():
    for piece in PIECES:
        assert piece.licence.partition(" (")[0] in LICENCES, piece
        assert all([piece.author, piece.title, piece.stated, piece.kind]), piece
        assert len(piece.sha256) == 64, piece
        assert piece.seconds >= 45, piece
        assert bool(piece.path) != bool(piece.local), piece


def test_no_piece_is_kept_for_evaluation():
    blind = ("openarena", "unknown-horizons", "wordwarvi")
    for piece in PIECES:
        assert not piece.package.startswith(blind), piece
        assert not any(word in str(piece.target).lower() for word in HOLD_OUTS), piece
    marsshooter = [piece for piece in PIECES if piece.package == "marsshooter-data"]
    assert len(marsshooter) == OBSIDIAN_SHELL
    assert {piece.author for piece in marsshooter} == {"Obsidian Shell"}


def test_every_piece_has_a_file_and_bytes_of_its_own():
    assert len({piece.target for piece in PIECES}) == len(PIECES)
    assert len({piece.sha256 for piece in PIECES}) == len(PIECES)


def test_the_card_is_up_to_date():
    written = (ROOT / "src/riffsmith/models/base-corpus.md").read_text(encoding="utf-8")
    assert written == TOOL["write_card"](PIECES), "run `python tools/make_base_corpus.py --card`"


def example(content: bytes, **fields: str) -> Any:
    return replace(
        PIECES[0],
        **{"package": "example", "path": "", "member": "", "local": "", **fields},
        sha256=hashlib.sha256(content).hexdigest(),
    )


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is missing")
def test_pieces_are_taken_from_a_package_and_the_rest_is_reported(tmp_path: Path):
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: example\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: -\n"
    )
    (tree / "music").mkdir()
    (tree / "music" / "a song").write_bytes(b"one")
    with zipfile.ZipFile(tree / "data.zip", "w") as container:
        container.writestr("in/two.ogg", b"two")
    subprocess.run(
        ["dpkg-deb", "--build", "--root-owner-group", tree, tmp_path / "example_1_all.deb"],
        check=True,
        capture_output=True,
    )
    one = example(b"one", path="music/a song")
    two = example(b"two", path="data.zip", member="in/two.ogg")
    gone = example(b"", path="music/gone.ogg")
    changed = example(b"other", path="data.zip", member="in/two.ogg")
    stems = example(b"", local="stems/song.ogg")
    out = tmp_path / "out"
    assert list(TOOL["make_corpus"]([one, two], out, tmp_path, None)) == []
    assert (out / "example" / "a_song.ogg").read_bytes() == b"one"
    assert (out / "example" / "two.ogg").read_bytes() == b"two"
    empty = tmp_path / "empty"
    faults = list(TOOL["make_corpus"]([one, gone, changed, stems], empty, tmp_path, None))
    assert [fault.partition(":")[0] for fault in faults] == [
        "example/gone.ogg",
        "example/two.ogg",
        "example/song.ogg",
    ]
    assert "not found in the package example" in faults[0]
    assert f"expected {changed.sha256}" in faults[1]
    assert "the folder that --metal names" in faults[2]
    assert [file.name for file in (empty / "example").iterdir()] == ["a_song.ogg"]


def test_a_download_without_a_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: None)
    with pytest.raises(FileNotFoundError, match=r"brought no file example_\*.deb"):
        TOOL["find_package"]("example", tmp_path)
    faults = list(
        TOOL["make_corpus"]([example(b"", path="a.ogg")], tmp_path / "out", tmp_path, None)
    )
    assert len(faults) == 1
    assert "could not be read" in faults[0]
