"""Writing files whole or not at all, and keeping a folder to oneself."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from riffsmith.errors import RiffsmithError

_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again",
    errno.EDQUOT: "your disk quota is used up: free some space and run the same command again",
    errno.EROFS: "the target is read-only: choose another folder",
    errno.EACCES: "you may not write there: choose another folder or change its permissions",
    errno.EPERM: "you may not write there: choose another folder or change its permissions",
    errno.EFBIG: "the file would be larger than this system allows: choose another folder",
    errno.ENOTDIR: "part of the path is a file, not a folder: choose another folder",
}


def explain(error: OSError, doing: str) -> str:
    """One line that says what failed, why, and what to do about it."""
    reason = (error.strerror or str(error)).lower()
    advice = _ADVICE.get(error.errno or 0, "check the path and run the same command again")
    return f"{doing} failed ({reason}): {advice}"


@contextmanager
def atomic_path(
    target: Path, error: type[RiffsmithError], *, durable: bool = True
) -> Iterator[Path]:
    """Yields a temporary path beside `target`; on a clean exit it takes `target`'s place.

    The temporary path does not exist yet: the caller creates a file or a folder there. If anything
    goes wrong it is removed and `target` stays as it was. A crash leaves at most a file or folder
    named `.<name>.partial`, which the next write replaces.

    Args:
        target: File or folder to write.
        error: What to raise.
        durable: Wait until the disk has it, so that it survives a power cut. What can be made
            again at any time need not wait.

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
    """Writes a small file whole or not at all."""
    with atomic_path(target, error) as partial:
        partial.write_bytes(content)


def remove(path: Path) -> None:
    """Removes a file or a folder; silent where there is none."""
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
    """Keeps a folder for this process; the system lets go of it when the process ends, however.

    Raises:
        error: Another process holds the folder, or the lock cannot be written.
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
