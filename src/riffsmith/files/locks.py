"""Folders that one process holds.

A process that holds a folder has the system's lock on `.lock` there, which the system releases when
the process ends, and has written who it is into `.lock-owner`. Some network drives have no such
locks. There the second file is the lock: whoever creates it holds the folder. If its process has
ended, or the file is a copy of another folder's, it counts no longer.
"""

import errno
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field

from riffsmith.errors import RiffsmithError
from riffsmith.files.checksums import read_checked, validate
from riffsmith.files.writing import explain, is_alive

LOCK_NAMES = (".lock", ".lock-owner")
"""Files that a folder has because it was held."""
_UNSUPPORTED = (errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS)
_MOST_BYTES = 10_000
_ATTEMPTS = 5
_WRITING_SECONDS = 10.0
"""An owner file that cannot be read is still being written for so long, and damaged after it."""
_PROBE_SECONDS = 0.2
"""Time after which a lock is no longer that of a process that only looks whether it is held."""
_held: set[Path] = set()
"""Owner files of this process: one with its number may be of an earlier process."""


class LockOwner(BaseModel):
    """The process that holds a folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    """Name of the computer."""
    pid: int = Field(ge=1, lt=2**31)
    inode: int
    """Number of the file on its drive, which a copy of the file does not have."""
    is_lock: bool
    """Whether this file is the lock, as the drive has no other."""

    @property
    def is_here(self) -> bool:
        """Whether the process is one of this computer."""
        return self.host == socket.gethostname()


class _HeldError(Exception):
    """Another process holds the folder."""


@contextmanager
def hold(folder: Path, error: type[RiffsmithError]) -> Iterator[None]:
    """Locks a folder for this process, until the end of the context or of the process.

    Args:
        folder: Folder to lock; it is created if it does not exist.
        error: Class of the error to raise.

    Raises:
        error: Another process has locked the folder, or the lock cannot be written.
    """
    lock, path = (folder / name for name in LOCK_NAMES)
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            has_locks = _acquire(stack.enter_context(_closing(lock)), _PROBE_SECONDS)
            _claim(path, has_locks=has_locks)
            stack.callback(_withdraw, path)
        except _HeldError as cause:
            raise error(_say_in_use(folder)) from cause
        except OSError as cause:
            raise error(explain(cause, f"writing to {folder}")) from cause
        yield


def is_held(folder: Path) -> bool:
    """Whether a process has locked a folder with `hold`."""
    lock, path = (folder / name for name in LOCK_NAMES)
    if not lock.is_file() and not path.is_file():
        return False
    try:
        with _closing(lock) as system_lock:
            return _blocks(path, has_locks=_acquire(system_lock, 0))
    except _HeldError:
        return True
    except OSError:  # only its owner may lock this folder, so nobody here can tell
        return False


def find_owner(folder: Path) -> LockOwner | None:
    """The process that has locked a folder. `None`: none has, or it is not known which."""
    return _read_owner(folder / LOCK_NAMES[1]) if is_held(folder) else None


@contextmanager
def _closing(path: Path) -> Iterator[FileLock]:
    """A lock of the system, not acquired yet, which is released at the end."""
    lock = FileLock(path)
    try:
        yield lock
    finally:
        lock.release()


def _acquire(lock: FileLock, seconds: float) -> bool:
    """Acquires a lock of the system.

    Args:
        lock: The lock.
        seconds: Time to wait for it.

    Returns:
        Whether the drive has such locks.

    Raises:
        _HeldError: Another process has the lock.
        OSError: The file cannot be written.
    """
    try:
        lock.acquire(timeout=seconds, poll_interval=0.02)
    except Timeout as cause:
        raise _HeldError from cause
    except NotImplementedError:  # so some versions of filelock say it
        return False
    except OSError as cause:
        if cause.errno not in _UNSUPPORTED:
            raise
        return False
    return True


def _claim(path: Path, *, has_locks: bool) -> None:
    """Writes this process into an owner file.

    Args:
        path: The file.
        has_locks: Whether this process has the lock of the system, so that the file is no lock.

    Raises:
        _HeldError: The file is the lock of another process.
        OSError: The file cannot be written.
    """
    for _ in range(_ATTEMPTS):
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            _remove_stale(path, has_locks=has_locks)
            continue
        with os.fdopen(handle, "wb") as file:
            owner = LockOwner(
                host=socket.gethostname(),
                pid=os.getpid(),
                inode=os.fstat(handle).st_ino,
                is_lock=not has_locks,
            )
            file.write(owner.model_dump_json().encode())
        _held.add(path.resolve())
        return
    raise _HeldError


def _remove_stale(path: Path, *, has_locks: bool) -> None:
    """Removes an owner file that counts no longer.

    Raises:
        _HeldError: It does count.
    """
    if _blocks(path, has_locks=has_locks):
        raise _HeldError
    aside = path.with_name(f"{path.name}-{token_hex(4)}")
    with suppress(FileNotFoundError):  # somebody else has removed it
        path.rename(aside)
        if _blocks(aside, has_locks=has_locks):  # and somebody else has just written this one
            aside.rename(path)
            raise _HeldError
        aside.unlink()


def _withdraw(path: Path) -> None:
    _held.discard(path.resolve())
    with suppress(OSError):  # whoever comes next finds that its process has ended
        path.unlink()


def _blocks(path: Path, *, has_locks: bool) -> bool:
    """Whether an owner file is the lock of a process that may still run.

    Args:
        path: The file.
        has_locks: Whether this process has the lock of the system.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    owner = _read_owner(path)
    if owner is None:
        return not has_locks and time.time() - found.st_mtime < _WRITING_SECONDS
    is_copy = owner.inode != found.st_ino
    if is_copy or (has_locks and not owner.is_lock):
        return False
    if not owner.is_here:
        return True
    is_ours = owner.pid == os.getpid()
    return path.resolve() in _held if is_ours else is_alive(owner.pid)


def _read_owner(path: Path) -> LockOwner | None:
    """Reads an owner file. `None`: it is missing, damaged or not written to its end."""
    try:
        return validate(LockOwner, read_checked(path, _MOST_BYTES))
    except (OSError, ValueError):
        return None


def _say_in_use(folder: Path) -> str:
    path = folder / LOCK_NAMES[1]
    owner = _read_owner(path)
    who = f" (process {owner.pid} on {owner.host})" if owner else ""
    advice = "wait for it, or name another folder"
    if owner and owner.is_lock and not owner.is_here:
        advice += f"; if that process has ended, delete {path}"
    return f"{folder} is in use by another Riffsmith process{who}: {advice}"
