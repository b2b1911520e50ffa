"""Sources of recordings: an upload, a folder of this computer, or the demo corpus."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import BinaryIO

from riffsmith.audio import is_audio_content, is_audio_name
from riffsmith.files import explain, remove
from riffsmith.messages import Parameter
from riffsmith.studio.errors import NotFoundError, RefusedError, StudioError, TooLargeError
from riffsmith.studio.home import KEY_PATTERN, Home, new_key, safe_name
from riffsmith.studio.messages import ProblemCode, RefusalCode
from riffsmith.studio.schemas import ProblemPart

DEMO = "demo"
"""Name of the source that holds the embedded songs."""
MOST_FILES = 500
LARGEST_FILE = 200 * 2**20
"""Size in bytes."""
LARGEST_UPLOAD = 2 * 2**30
"""Size of all files together, in bytes."""
_MEGABYTE = 2**20
_LONGEST_SHOWN = 200


@dataclass
class Upload:
    """Files that were taken, and those that were not."""

    key: str
    taken: list[tuple[str, int]] = field(default_factory=list)
    """Names, and sizes in bytes."""
    refused: list[ProblemPart] = field(default_factory=list)


class Sources:
    """Everything that can be surveyed and trained on."""

    def __init__(self, home: Home, *, folders: bool) -> None:
        """Opens the sources.

        Args:
            home: Folder that uploads are kept in.
            folders: Whether any folder of this computer may be named.
        """
        self._home, self._folders = home, folders

    def take(self, sent: list[tuple[str, BinaryIO, int]]) -> Upload:
        """Keeps files that were sent.

        Args:
            sent: Name, content and size in bytes of each file.

        Raises:
            StudioError: None of them can be taken.
            TooLargeError: They are too large together.
        """
        if sum(size for _, _, size in sent) > LARGEST_UPLOAD:
            raise TooLargeError(ProblemCode.UPLOAD_TOO_LARGE, gigabytes=LARGEST_UPLOAD // 2**30)
        upload = Upload(new_key())
        folder = self._home.uploads / upload.key
        try:
            folder.mkdir()
            for name, content, size in sent:
                safe = safe_name(name)
                refusal = _refuse(name, safe, content, size, len(upload.taken))
                if refusal:
                    upload.refused.append(refusal)
                    continue
                target = _free_name(folder, safe)
                with target.open("xb") as file:
                    shutil.copyfileobj(content, file, _MEGABYTE)
                upload.taken.append((target.name, size))
        except OSError as cause:
            remove(folder)
            raise StudioError(explain(cause, "keeping what was sent")) from cause
        if not upload.taken:
            remove(folder)
            raise StudioError(ProblemCode.NOTHING_USABLE, upload.refused[:3])
        return upload

    @contextmanager
    def open(self, source: str) -> Iterator[Path]:
        """The folder of a source.

        Raises:
            NotFoundError: There is no source of that name.
            RefusedError: Folders of this computer may not be named from here.
            StudioError: A folder is named by a part of its path.
        """
        if source == DEMO:
            with as_file(files("riffsmith") / "demo_corpus" / "metal") as folder:
                yield folder
            return
        if source.startswith("upload:"):
            key = source.removeprefix("upload:")
            folder = self._home.uploads / key
            if not re.fullmatch(KEY_PATTERN, key) or not folder.is_dir():
                raise NotFoundError(ProblemCode.NO_UPLOAD, source=source)
        elif not self._folders:
            raise RefusedError(ProblemCode.FOLDERS_REFUSED)
        else:
            try:
                folder = Path(source).expanduser()
            except RuntimeError as cause:  # there is no such user
                raise NotFoundError(ProblemCode.NO_FOLDER, folder=source) from cause
            if not folder.is_absolute():
                raise StudioError(ProblemCode.RELATIVE_FOLDER, folder=source)
            if not _is_folder(folder):
                raise NotFoundError(ProblemCode.NO_FOLDER, folder=source)
        yield folder

    def recording(self, source: str) -> Path:
        """The first file of an upload.

        Raises:
            NotFoundError: There is no such upload.
        """
        with self.open(source) as folder:
            for path in sorted(folder.iterdir()):
                return path
        raise NotFoundError(ProblemCode.NO_UPLOAD, source=source)


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder; one that no system can have, or that is closed to us, is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _refuse(name: str, safe: str, content: BinaryIO, size: int, taken: int) -> ProblemPart | None:
    """The reason against a file. `None`: it can be taken.

    Args:
        name: Name of the file as it was sent.
        safe: Name under which it would be kept.
        content: Content of the file.
        size: Size in bytes.
        taken: Number of files that were taken before.
    """

    def refusal(code: RefusalCode, **parameters: Parameter) -> ProblemPart:
        place, detail = name[:_LONGEST_SHOWN], code.say(**parameters)
        return ProblemPart(code=code, parameters=parameters, detail=detail, place=place)

    if not safe:
        return refusal(RefusalCode.BAD_NAME, name=name[:80])
    if not is_audio_name(Path(safe)):
        ending = Path(safe).suffix.lower()
        if ending:
            return refusal(RefusalCode.NOT_AUDIO, ending=ending)
        if not is_audio_content(content):
            return refusal(RefusalCode.NO_ENDING)
    if size > LARGEST_FILE:
        return refusal(RefusalCode.TOO_LARGE, megabytes=LARGEST_FILE // _MEGABYTE)
    if size == 0:
        return refusal(RefusalCode.EMPTY)
    return refusal(RefusalCode.TOO_MANY, most=MOST_FILES) if taken >= MOST_FILES else None


def _free_name(folder: Path, name: str) -> Path:
    """A name that is not taken: files of several folders may have the same one."""
    path, number = folder / name, 2
    while path.exists():
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return path
