"""Folders that one process holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from riffsmith.errors import RiffsmithError
from riffsmith.files.writing import explain


@contextmanager
def hold(folder: Path, error: type[RiffsmithError]) -> Iterator[None]:
    """Locks a folder for this process. The system releases the lock when the process ends.

    Args:
        folder: Folder to lock; it is created if it does not exist.
        error: Class of the error to raise.

    Raises:
        error: Another process has locked the folder, or the lock cannot be written.
    """
    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as cause:
        raise error(
            f"{folder} is in use by another Riffsmith process: wait for it, or name another folder"
        ) from cause
    except OSError as cause:
        raise error(explain(cause, f"writing to {folder}")) from cause
    try:
        yield
    finally:
        lock.release()


def is_held(folder: Path) -> bool:
    """Whether a process has locked a folder with `hold`."""
    path = folder / ".lock"
    if not path.is_file():
        return False
    lock = FileLock(path)
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # only its owner may lock this folder, so nobody here can tell
        return False
