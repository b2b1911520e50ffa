import multiprocessing
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import as_ordinary_user

from riffsmith.errors import CorpusError
from riffsmith.files import atomic_path, hide_folders, hold, write_bytes
from riffsmith.terminal import quote_path


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path):
    target = tmp_path / "deep" / "file"
    write_bytes(target, b"old", CorpusError)
    with pytest.raises(ZeroDivisionError), atomic_path(target, CorpusError) as partial:
        partial.write_bytes(b"half")
        raise ZeroDivisionError
    assert target.read_bytes() == b"old"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_a_folder_replaces_a_folder(tmp_path: Path):
    target = tmp_path / "bundle"
    for text in ("one", "two"):
        with atomic_path(target, CorpusError) as partial:
            partial.mkdir()
            (partial / text).write_text(text)
    assert [path.name for path in target.iterdir()] == ["two"]


def test_folders_reach_the_disk_after_what_is_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    stored: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda file: stored.append(Path(f"/dev/fd/{file}").readlink()))
    write_bytes(tmp_path / "new" / "file", b"x", CorpusError)
    first, *folders = stored
    assert first.name.startswith(".file.")
    assert folders == [tmp_path / "new", tmp_path]


def test_what_a_crash_left_is_replaced(tmp_path: Path):
    with atomic_path(tmp_path / "file", CorpusError) as partial:
        name = partial.name
        partial.write_bytes(b"new")
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    folder = tmp_path / "folder"
    left = folder / name.replace(f"-{os.getpid()}-", f"-{ended.pid}-")
    (left / "deep").mkdir(parents=True)
    ours, foreign = folder / name, folder / ".file.00000000-1-00000000.partial"
    for path in (ours, foreign):
        path.touch()
    write_bytes(folder / "other", b"", CorpusError)
    assert {path.name for path in folder.iterdir()} == {"other", ours.name, foreign.name}
    long = "ß" * 127  # 254 bytes, and a system takes 255
    write_bytes(folder / long, b"", CorpusError)
    assert (folder / long).exists()


def test_several_writers_of_one_target_do_not_collide(tmp_path: Path):
    def write(number: int) -> None:
        for _ in range(20):
            write_bytes(tmp_path / "file", bytes([number]) * 9_000, CorpusError)
            with atomic_path(tmp_path / "folder", CorpusError, durable=False) as partial:
                partial.mkdir()
                (partial / "inside").write_bytes(bytes([number]))

    with ThreadPoolExecutor(3) as writers:
        list(writers.map(write, range(3)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert len(set((tmp_path / "file").read_bytes())) == 1
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["inside"]


def test_a_full_disk_is_explained_and_nothing_is_lost(tmp_path: Path):
    target = tmp_path / "file"
    write_bytes(target, b"old", CorpusError)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(CorpusError, match=r"writing .*file failed \(file too large\)"):
            write_bytes(target, bytes(10_000), CorpusError)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert target.read_bytes() == b"old"


def test_a_full_device_is_explained(tmp_path: Path):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with (
        pytest.raises(CorpusError, match=r"no space left on device.*free some space"),
        atomic_path(tmp_path / "file", CorpusError),
        Path("/dev/full").open("wb", buffering=0) as device,
    ):
        device.write(b"x")


def test_a_read_only_target_is_explained():
    with as_ordinary_user() as folder:
        folder.chmod(0o555)
        with pytest.raises(CorpusError, match=r"permission denied.*choose another folder"):
            write_bytes(folder / "deep" / "file", b"x", CorpusError)


def test_a_path_through_a_file_is_explained(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CorpusError, match="choose another folder|exists"):
        write_bytes(tmp_path / "file" / "below", b"x", CorpusError)


def _hold_until_done(folder: Path, ready, done) -> None:
    with hold(folder, CorpusError):
        ready.set()
        done.wait(30)


@pytest.mark.slow
def test_a_folder_in_use_is_refused(tmp_path: Path):
    spawn = multiprocessing.get_context("spawn")
    ready, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=_hold_until_done, args=(tmp_path, ready, done))
    other.start()
    try:
        assert ready.wait(120)
        with (
            pytest.raises(CorpusError, match="in use by another Riffsmith process"),
            hold(tmp_path, CorpusError),
        ):
            pass
    finally:
        done.set()
        other.join()
    with hold(tmp_path, CorpusError):  # free again
        pass


def test_messages_name_files_without_their_folders(tmp_path: Path):
    deep = tmp_path / "of somebody" / "a b"
    deep.mkdir(parents=True)
    for text, shown in (
        (f"{deep}/x y.wav is damaged", "x y.wav is damaged"),
        (f"{deep} is in use; see '{deep}/log'", "a b is in use; see 'log'"),
        ("no folder '/gone/far/c' and/or 3/4", "no folder 'c' and/or 3/4"),
        (r"C:\Users\ann\run.json is damaged", "run.json is damaged"),
        ("see https://example.org/a or ~/a, / too", "see https://example.org/a or ~/a, / too"),
        ("/a\0/b/c", "c"),
        ("/a " * 3000, "a " * 3000),
    ):
        assert hide_folders(text) == shown


def test_a_path_in_a_command_is_one_word_and_no_option():
    assert [quote_path(Path(name)) for name in ("a b", "-x", "it's")] == [
        "'a b'",
        "./-x",
        "'it'\"'\"'s'",
    ]
