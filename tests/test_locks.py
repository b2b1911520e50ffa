"""Folders that one process holds, also on drives without locks of the system."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lock_owners import OWNER, write_owner

from riffsmith.errors import CorpusError
from riffsmith.files import find_owner, hold, is_held


@pytest.fixture(params=[errno.EOPNOTSUPP, errno.ENOLCK], ids=["EOPNOTSUPP", "ENOLCK"])
def no_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drive without locks of the system."""

    def refuse(handle: int, operation: int) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr("fcntl.flock", refuse)


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.usefixtures("no_locks")
def test_a_drive_without_locks_has_the_owner_file_as_its_lock(tmp_path: Path):
    folder = tmp_path / "run"
    with hold(folder, CorpusError):
        assert is_held(folder)
        owner = find_owner(folder)
        assert owner is not None
        assert (owner.pid, owner.is_here) == (os.getpid(), True)
        with (
            pytest.raises(CorpusError, match=rf"in use by .*\(process {os.getpid()} on "),
            hold(folder, CorpusError),
        ):
            pass
        shutil.copytree(folder, tmp_path / "copy")
        assert not is_held(tmp_path / "copy")
        with hold(tmp_path / "copy", CorpusError):
            pass
    assert not is_held(folder)
    assert not (folder / OWNER).exists()


@pytest.mark.usefixtures("no_locks")
def test_who_holds_a_folder_is_known_and_an_ended_process_holds_none(tmp_path: Path):
    write_owner(tmp_path, pid=os.getppid())
    with (
        pytest.raises(CorpusError, match=f"process {os.getppid()} on"),
        hold(tmp_path, CorpusError),
    ):
        pass
    write_owner(tmp_path, host="elsewhere", pid=7)
    with (
        pytest.raises(CorpusError, match=rf"process 7 on elsewhere\).*has ended, delete .*{OWNER}"),
        hold(tmp_path, CorpusError),
    ):
        pass
    (tmp_path / OWNER).write_text("{")  # it is just being written
    assert is_held(tmp_path)
    os.utime(tmp_path / OWNER, (0, 0))  # or a crash has left it
    assert not is_held(tmp_path)
    for pid in (ended_process(), os.getpid()):  # an earlier process may have had our number
        write_owner(tmp_path, pid=pid)
        with hold(tmp_path, CorpusError):
            assert is_held(tmp_path)


def test_a_lock_of_the_system_counts_more_than_an_owner_file(tmp_path: Path):
    write_owner(tmp_path, host="elsewhere", is_lock=False)  # its process has lost the lock
    assert not is_held(tmp_path)
    with hold(tmp_path, CorpusError):
        assert is_held(tmp_path)
    write_owner(tmp_path, host="elsewhere")  # it sees this drive without locks
    assert is_held(tmp_path)
    with pytest.raises(CorpusError, match="process .* on elsewhere"), hold(tmp_path, CorpusError):
        pass
