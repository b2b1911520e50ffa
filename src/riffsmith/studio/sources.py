"""Where recordings come from: sent by a listener, a folder of this computer, or the demo."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import BinaryIO

from riffsmith.audio import is_audio_name
from riffsmith.errors import RiffsmithError
from riffsmith.files import explain, remove
from riffsmith.studio.errors import NotFoundError, RefusedError, StudioError, TooLargeError
from riffsmith.studio.home import Home, new_key, safe_name

MOST_FILES = 500
LARGEST_FILE = 200 * 2**20
LARGEST_UPLOAD = 2 * 2**30
"""Bytes."""
_MEGABYTE = 2**20


@dataclass
class Upload:
    """Files that were taken, and those that were not."""

    key: str
    taken: list[tuple[str, int]] = field(default_factory=list)
    """Names and bytes."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Names and reasons."""


class Sources:
    """What can be surveyed and trained on."""

    def __init__(self, home: Home, *, folders: bool) -> None:
        """Opens them.

        Args:
            home: Where uploads are kept.
            folders: Whether any folder of this computer may be named.
        """
        self._home, self._folders = home, folders

    def take(self, sent: list[tuple[str, BinaryIO, int]]) -> Upload:
        """Keeps files that were sent.

        Args:
            sent: Name, content and bytes of each.

        Raises:
            StudioError: None of them can be taken.
            TooLargeError: They are too many bytes together.
        """
        if sum(size for _, _, size in sent) > LARGEST_UPLOAD:
            raise TooLargeError(
                f"at most {LARGEST_UPLOAD // 2**30} GB are taken at once: send fewer files"
            )
        upload = Upload(new_key())
        folder = self._home.uploads / upload.key
        try:
            folder.mkdir()
            for name, content, size in sent:
                reason = self._reason_against(name, size, len(upload.taken))
                if reason:
                    upload.refused.append((name[:200], reason))
                    continue
                target = _free_name(folder, safe_name(name))
                with target.open("xb") as file:
                    shutil.copyfileobj(content, file, _MEGABYTE)
                upload.taken.append((target.name, size))
        except OSError as cause:
            remove(folder)
            raise StudioError(explain(cause, "keeping what was sent")) from cause
        if not upload.taken:
            remove(folder)
            told = "; ".join(f"{name}: {reason}" for name, reason in upload.refused[:3])
            raise StudioError(f"none of these files can be used ({told}): send recordings")
        return upload

    @contextmanager
    def open(self, source: str) -> Iterator[Path]:
        """The folder of a source.

        Raises:
            NotFoundError: There is none of that name.
            RefusedError: Folders of this computer may not be named from here.
        """
        if source == "demo":
            with as_file(files("riffsmith") / "demo_corpus" / "metal") as folder:
                yield folder
            return
        if source.startswith("upload:"):
            folder = self._home.uploads / source.removeprefix("upload:")
            if not folder.is_dir():
                raise NotFoundError(f"no upload {source!r}: send the files again")
        elif not self._folders:
            raise RefusedError(
                "folders of this computer can be named only where the studio listens to this "
                "computer alone: upload the recordings"
            )
        else:
            folder = Path(source)
            if not folder.is_dir():
                raise NotFoundError(f"no folder {source!r} on this computer: check the path")
        yield folder

    def recording(self, source: str) -> Path:
        """The first file of an upload.

        Raises:
            NotFoundError: There is no such upload.
        """
        with self.open(source) as folder:
            for path in sorted(folder.iterdir()):
                return path
        raise NotFoundError(f"nothing is left of upload {source!r}: send the file again")

    @staticmethod
    def _reason_against(name: str, size: int, taken: int) -> str | None:
        try:
            path = Path(safe_name(name))
        except RiffsmithError as error:
            return str(error)
        if not is_audio_name(path):
            return f"not an audio file ({path.suffix.lower() or 'no ending'})"
        if size > LARGEST_FILE:
            return f"larger than {LARGEST_FILE // _MEGABYTE} MB: cut it into parts"
        if size == 0:
            return "empty"
        if taken >= MOST_FILES:
            return f"at most {MOST_FILES} files are taken at once: send it with the next ones"
        return None


def _free_name(folder: Path, name: str) -> Path:
    """Several files may have one name, as those of several folders do."""
    path, number = folder / name, 2
    while path.exists():
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return path
