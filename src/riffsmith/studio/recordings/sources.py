"""Sources of recordings: an upload, a folder of this computer, or the demo corpus."""

import os
import re
import time
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from riffsmith.audio import is_audio_file
from riffsmith.files import explain, remove
from riffsmith.studio.errors import BusyError, NotFoundError, RefusedError, StudioError
from riffsmith.studio.home import KEY_PATTERN, Home, new_key
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.recordings.receiving import Receiver

DEMO = "demo"
"""Name of the source that holds the embedded songs."""
_PREFIX = "upload:"
MOST_AT_ONCE = 4
"""Number of uploads that are received at the same time."""
KEPT_DAYS = 7.0
"""Days that an upload is kept for which no training asks, since it was last used."""
_DAY = 86_400.0


@dataclass(frozen=True)
class Upload:
    """Files that a listener has sent."""

    key: str
    files: int
    """Number of files."""
    bytes: int
    """Size of all files together."""
    used: float
    """When it was last used, in seconds since 1970."""

    @property
    def source(self) -> str:
        """Its name as a source."""
        return f"{_PREFIX}{self.key}"


class Sources:
    """Everything that can be surveyed and trained on."""

    def __init__(self, home: Home, *, music: Sequence[Path] | None) -> None:
        """Opens the sources.

        Args:
            home: Folder that uploads are kept in.
            music: Folders below which folders of recordings may be named. `None`: no folder of this
                computer may be named.
        """
        self._home, self._music = home, music
        self._receiving = 0

    @contextmanager
    def receive(self, content_type: str) -> Iterator[Receiver]:
        """A receiver for the files of a form; unless it is kept, nothing of it stays.

        Args:
            content_type: The request's header of that name.

        Raises:
            BusyError: As many uploads are being received as are taken at the same time.
            StudioError: The content type is not that of a form with files.
        """
        if self._receiving >= MOST_AT_ONCE:
            raise BusyError(ProblemCode.TOO_MANY_UPLOADS, most=MOST_AT_ONCE)
        self._receiving += 1
        folder = self._home.scratch_file("")
        try:
            folder.mkdir()
            receiver = Receiver(folder, content_type)
            try:
                yield receiver
            finally:
                receiver.close()
        except OSError as cause:
            raise StudioError(explain(cause, "keeping what was sent")) from cause
        finally:
            self._receiving -= 1
            remove(folder)

    def keep(self, receiver: Receiver) -> str:
        """Keeps what was received as an upload, and returns its name as a source.

        Raises:
            StudioError: The form has no end, or none of its files can be taken.
        """
        receiver.finish()
        key = new_key()
        try:
            receiver.folder.rename(self._home.uploads / key)
        except OSError as cause:
            raise StudioError(explain(cause, "keeping what was sent")) from cause
        return f"{_PREFIX}{key}"

    def uploads(self) -> list[Upload]:
        """The uploads that are kept, the last used first."""
        found = []
        for folder in self._home.uploads.iterdir():
            if re.fullmatch(KEY_PATTERN, folder.name) and folder.is_dir():
                sizes = [path.stat().st_size for path in folder.iterdir()]
                used = folder.stat().st_mtime
                found.append(Upload(folder.name, len(sizes), sum(sizes), used))
        return sorted(found, key=lambda upload: upload.used, reverse=True)

    def delete(self, key: str) -> None:
        """Deletes an upload.

        Raises:
            NotFoundError: There is no such upload.
        """
        folder = self._upload(f"{_PREFIX}{key}")
        scratch = self._home.scratch_file("")  # what is half removed is no upload any more
        folder.rename(scratch)
        remove(scratch)

    def delete_unused(self, needed: Container[str]) -> None:
        """Deletes the uploads that nobody has used for `KEPT_DAYS`.

        Args:
            needed: Names of the sources that trainings ask for, which are kept.
        """
        oldest = time.time() - KEPT_DAYS * _DAY
        for upload in self.uploads():
            if upload.used < oldest and upload.source not in needed:
                self.delete(upload.key)

    def _upload(self, source: str) -> Path:
        """The folder of an upload.

        Raises:
            NotFoundError: There is no such upload.
        """
        key = source.removeprefix(_PREFIX)
        folder = self._home.uploads / key
        if not re.fullmatch(KEY_PATTERN, key) or not folder.is_dir():
            raise NotFoundError(ProblemCode.NO_UPLOAD, source=source)
        return folder

    @contextmanager
    def open(self, source: str) -> Iterator[Path]:
        """The folder of a source.

        Raises:
            NotFoundError: There is no source of that name.
            RefusedError: Folders of this computer may not be named from here, or not this one.
            StudioError: A folder is named by a part of its path.
        """
        if source == DEMO:
            with as_file(files("riffsmith") / "demo_corpus" / "metal") as folder:
                yield folder
            return
        if source.startswith(_PREFIX):
            folder = self._upload(source)
            os.utime(folder)  # its age counts from here
        elif self._music is None:
            raise RefusedError(ProblemCode.FOLDERS_REFUSED)
        else:
            folder = _named_folder(source, self._music)
        yield folder

    def find(self, source: str, path: str) -> Path:
        """A recording of a source.

        Args:
            source: Name of the source.
            path: Path within its folder, as a survey lists it. A link to elsewhere leads nowhere.

        Raises:
            NotFoundError: There is no such source, or no such audio file in it.
            RefusedError: Folders of this computer may not be named from here, or not this one.
            StudioError: A folder is named by a part of its path.
        """
        with self.open(source) as folder:
            try:
                found = (folder / path).resolve()
                is_within = found.is_relative_to(folder.resolve())
                if is_within and found.is_file() and is_audio_file(found):
                    return found
            except (OSError, RuntimeError, ValueError) as cause:  # a link to itself, no path
                raise NotFoundError(ProblemCode.NO_RECORDING, path=path) from cause
            raise NotFoundError(ProblemCode.NO_RECORDING, path=path)

    def recording(self, source: str) -> Path:
        """The first file of an upload.

        Raises:
            NotFoundError: There is no such upload.
        """
        with self.open(source) as folder:
            for path in sorted(folder.iterdir()):
                return path
        raise NotFoundError(ProblemCode.NO_UPLOAD, source=source)


def _named_folder(source: str, music: Sequence[Path]) -> Path:
    """A folder of this computer that may be named.

    A folder counts by where it really lies: a link within the music leads to no other folder.

    Args:
        source: Its path.
        music: Folders within which it must lie.

    Raises:
        NotFoundError: There is no such folder.
        RefusedError: It lies elsewhere.
        StudioError: A part of its path is given.
    """
    try:
        folder = Path(source).expanduser()
        real = folder.resolve()
    except (OSError, RuntimeError, ValueError) as cause:  # no such user, a link to itself, no path
        raise NotFoundError(ProblemCode.NO_FOLDER, folder=source) from cause
    if not folder.is_absolute():
        raise StudioError(ProblemCode.RELATIVE_FOLDER, folder=source)
    if not any(real.is_relative_to(place.resolve()) for place in music):
        raise RefusedError(ProblemCode.FOLDER_OUTSIDE, folder=source)
    if not _is_folder(folder):
        raise NotFoundError(ProblemCode.NO_FOLDER, folder=source)
    return folder


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder; one that no system can have, or that is closed to us, is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
