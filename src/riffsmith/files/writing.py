"""Writing files whole or not at all."""

import errno
import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex

from riffsmith.errors import RiffsmithError

_PARTIAL = re.compile(
    r"\..+\.(?P<host>[0-9a-f]{8})-(?P<pid>[0-9]{1,10})-[0-9a-f]{8}\.partial", re.DOTALL
)
_LONGEST_NAME = 200
"""Bytes of a name; a system takes 255, and a temporary one has up to 40 more."""
_ATTEMPTS = 20
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

    The temporary path does not exist yet: the caller creates a file or a folder there. No other
    writer of the same target has it, and the last one of several wins. If an error occurs, the
    temporary path is removed and `target` stays as it was. What a crash leaves is removed by the
    next process that writes into the same folder.

    Args:
        target: File or folder to write.
        error: Class of the error to raise.
        durable: Whether to wait until the disk has stored the content, so that it survives a power
            cut. Content that can be made again at any time does not need this.

    Raises:
        error: The target cannot be written; the message says why and what to do.
    """
    partial = _partial_path(target)
    try:
        new_folders = _make_folder(target.parent)
        _sweep(target.parent)
        yield partial
        if durable:
            for path in [*partial.rglob("*"), partial]:
                flush_to_disk(path)
        if partial.is_dir():
            _replace_folder(partial, target)
        else:
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


def is_partial(name: str) -> bool:
    """Whether a name is that of a temporary path of `atomic_path`."""
    return _PARTIAL.fullmatch(name) is not None


def _partial_path(target: Path) -> Path:
    """A path beside a target that nothing has yet, whose name tells which process writes it."""
    name = target.name
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = blake2b(os.fsencode(name), digest_size=8).hexdigest()
    return target.with_name(f".{name}.{_host()}-{os.getpid()}-{token_hex(4)}.partial")


@cache
def _host() -> str:
    return blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()


@lru_cache(maxsize=1024)
def _sweep(folder: Path) -> None:
    """Removes temporary paths of processes that have ended, once for each folder."""
    with suppress(OSError):  # a folder that cannot be listed can still be written to
        for path in folder.iterdir():
            found = _PARTIAL.fullmatch(path.name)
            if found and found["host"] == _host() and not is_alive(int(found["pid"])):
                remove(path)


def is_alive(pid: int) -> bool:
    """Whether a process of this computer runs.

    On Windows, where the question would end the process, every one is taken for alive.
    """
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it is another user's
        return True
    return True


def _replace_folder(partial: Path, target: Path) -> None:
    """Puts a folder in the place of another one, or of a file.

    The old one is moved aside, because no system replaces a folder that is not empty. Where another
    writer is faster, its folder is replaced, too.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        aside = _partial_path(target)
        with suppress(FileNotFoundError):
            target.rename(aside)
        try:
            partial.rename(target)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and attempt < _ATTEMPTS:
                remove(aside)
                continue
            with suppress(OSError):  # the old one stays where nothing has taken its place
                aside.rename(target)
            raise
        remove(aside)
        return


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
