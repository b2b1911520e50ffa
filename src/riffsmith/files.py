"""Writing files whole or not at all, and locking folders."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from riffsmith.errors import RiffsmithError

_DEFAULT_ADVICE = "check the path and try again"
_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and try again",
    errno.EDQUOT: "your disk quota is used up: free some space and try again",
    errno.EROFS: "the target is read-only: choose another folder",
    errno.EACCES: "you may not write there: choose another folder or change its permissions",
    errno.EPERM: "you may not write there: choose another folder or change its permissions",
    errno.EFBIG: "the file would be larger than this system allows: choose another folder",
    errno.ENOTDIR: "part of the path is a file, not a folder: choose another folder",
}


def error_reason(error: OSError) -> str:
    """The system's reason for an error, in lower case, such as `permission denied`."""
    return (error.strerror or str(error)).lower()


def explain(error: OSError, doing: str) -> str:
    """Builds a sentence that says what failed, why, and what to do about it.

    Args:
        error: The system's error.
        doing: What failed, such as `writing /a/b`.
    """
    advice = _DEFAULT_ADVICE if error.errno is None else _ADVICE.get(error.errno, _DEFAULT_ADVICE)
    return f"{doing} failed ({error_reason(error)}): {advice}"


@contextmanager
def atomic_path(
    target: Path, error: type[RiffsmithError], *, durable: bool = True
) -> Iterator[Path]:
    """Yields a temporary path beside `target`, which replaces `target` at the end.

    The temporary path does not exist yet: the caller creates a file or a folder there. If an error
    occurs, the temporary path is removed and `target` stays as it was. A crash leaves at most a
    file or folder named `.<name>.partial`, which the next write replaces.

    Args:
        target: File or folder to write.
        error: Class of the error to raise.
        durable: Whether to wait until the disk has stored the content, so that it survives a power
            cut. Content that can be made again at any time does not need this.

    Raises:
        error: The target cannot be written; the message says why and what to do.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove(partial)
        yield partial
        if durable:
            for file in sorted(partial.rglob("*")) if partial.is_dir() else [partial]:
                _flush_to_disk(file)
        if partial.is_dir():
            remove(target)
        partial.replace(target)
    except BaseException as cause:
        with suppress(OSError):
            remove(partial)
        if isinstance(cause, OSError):
            raise error(explain(cause, f"writing {target}")) from cause
        raise


def write_bytes(target: Path, content: bytes, error: type[RiffsmithError]) -> None:
    """Writes a small file whole or not at all.

    Args:
        target: File to write.
        content: Bytes to write.
        error: Class of the error to raise.

    Raises:
        error: The file cannot be written; the message says why and what to do.
    """
    with atomic_path(target, error) as partial:
        partial.write_bytes(content)


def remove(path: Path) -> None:
    """Removes a file or a folder, and does nothing if there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _flush_to_disk(file: Path) -> None:
    if file.is_file():
        with file.open("rb+") as handle:
            os.fsync(handle.fileno())


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
