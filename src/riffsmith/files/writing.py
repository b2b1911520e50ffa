"""Writing files whole or not at all."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
        new_folders = _make_folder(target.parent)
        remove(partial)
        yield partial
        if durable:
            for path in [*partial.rglob("*"), partial]:
                flush_to_disk(path)
        if partial.is_dir():
            remove(target)
        partial.replace(target)
        if durable:  # the new name is an entry of the folder, and that of a new folder of its own
            for folder in (target.parent, *(made.parent for made in new_folders)):
                flush_to_disk(folder)
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


def flush_to_disk(path: Path) -> None:
    """Waits until the disk has stored a file, or the entries of a folder.

    A folder is passed over on Windows, which opens none.

    Raises:
        OSError: The disk refuses; a file system that cannot do it for folders is no error.
    """
    if path.is_file():
        with path.open("rb+") as handle:
            os.fsync(handle.fileno())
    elif os.name != "nt":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(handle)


def _make_folder(folder: Path) -> list[Path]:
    """Makes a folder and those above it.

    Returns:
        The folders that were not there.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing
