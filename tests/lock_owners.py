"""The note of a process that holds a folder."""

import os
from pathlib import Path

from riffsmith.files import LockOwner

OWNER = ".lock-owner"


def write_owner(folder: Path, **changes: object) -> None:
    """Writes an owner file as another process does."""
    path = folder / OWNER
    path.touch()
    values = {"host": os.uname().nodename, "pid": os.getpid(), "inode": path.stat().st_ino}
    path.write_text(
        LockOwner.model_validate({**values, "is_lock": True, **changes}).model_dump_json()
    )
