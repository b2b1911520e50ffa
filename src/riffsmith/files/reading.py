"""Reading files that a stranger may have made."""

import os
import stat
from pathlib import Path


def read_regular(path: Path, most_bytes: int) -> bytes:
    """Reads a file that is neither a device nor a pipe, and not too large.

    A link is followed. A device has no end, and whoever opens a pipe waits for its writer.

    Args:
        path: File to read.
        most_bytes: Largest size in bytes.

    Raises:
        OSError: The file cannot be opened or read.
        ValueError: It is no regular file, or too large.
    """
    _refuse_special(path.stat())
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())
        _refuse_special(found)  # it may have been replaced meanwhile
        if found.st_size > most_bytes:
            raise ValueError(f"it has {found.st_size:,} bytes, and at most {most_bytes:,} are read")
        return file.read(found.st_size)


def _refuse_special(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is no regular file")
