"""The folder that a studio keeps everything in, and the names that are allowed there.

HOME/
├── uploads/    KEY/: recordings that a listener has sent
├── runs/       NAME/: run folders, each with its job and its log
├── clips/      KEY/: clips that were kept
└── scratch/    files that are being sent; emptied at the start
"""

import logging
import os
import re
import secrets
import sys
import unicodedata
from pathlib import Path

from riffsmith.files import explain, remove
from riffsmith.studio.errors import StudioError

logger = logging.getLogger(__name__)
RUN_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
MODEL_PATTERN = r"^((run|bundle):)?[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
KEY_PATTERN = r"^[0-9a-f]{16}$"
"""Keys of players, clips and uploads."""
PROMPT_PATTERN = r"^(upload|clip):[0-9a-f]{16}$"

_LONGEST_NAME = 100
_RESERVED_NAMES = frozenset(
    ["CON", "PRN", "AUX", "NUL"]
    + [f"{device}{number}" for device in ("COM", "LPT") for number in "0123456789¹²³"]
)
"""Names of devices on Windows, whatever ending they have."""


class Home:
    """The folder and its subfolders."""

    def __init__(self, path: Path) -> None:
        """Makes the subfolders where they are missing, and closes the folder to other users.

        Raises:
            StudioError: The folder cannot be written to.
        """
        self.path = path
        self.uploads = path / "uploads"
        self.runs = path / "runs"
        self.clips = path / "clips"
        self.scratch = path / "scratch"
        try:
            remove(self.scratch)
            for folder in (self.uploads, self.runs, self.clips, self.scratch):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as cause:
            raise StudioError(explain(cause, f"writing to {path}")) from cause
        try:
            path.chmod(0o700)
        except OSError as error:  # a drive without such rights, or the folder of somebody else
            logger.warning("other users of this computer may be able to read %s: %s", path, error)

    def scratch_file(self, suffix: str) -> Path:
        """A path in `scratch/` that nothing else has."""
        return self.scratch / f"{new_key()}{suffix}"


def default_home() -> Path:
    """The folder where this kind of system keeps a user's data."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "riffsmith"


def new_key() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(8)


def safe_name(name: str) -> str:
    """A file's name without folders, control characters and what some system cannot store.

    Returns:
        The name; it is empty if nothing is left.
    """
    base = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    kept = "".join(c if c.isalnum() or c in " ._-()[]&'+,!" else "_" for c in base)
    stem, dot, ending = kept.strip(" .").rpartition(".")
    stem = (stem if dot else ending).strip(" .")
    if stem.partition(".")[0].rstrip().upper() in _RESERVED_NAMES:
        stem = f"_{stem}"
    stem = stem[:_LONGEST_NAME]
    while len(stem.encode()) > 2 * _LONGEST_NAME:
        stem = stem[:-1]
    if not stem:
        return ""
    return f"{stem}.{ending}" if dot else stem


def as_name(text: str) -> str:
    """A folder's name, changed so that it fits `RUN_NAME_PATTERN`."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-_")[:64] or "model"
