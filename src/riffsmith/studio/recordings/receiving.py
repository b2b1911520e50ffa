"""An upload while it is being sent: each file is written as it arrives, within limits."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from riffsmith.audio import is_audio_content, is_audio_name
from riffsmith.corpus import is_of_system
from riffsmith.files import explain, remove
from riffsmith.messages import Parameter
from riffsmith.studio.errors import StudioError, TooLargeError
from riffsmith.studio.home import safe_name
from riffsmith.studio.messages import ProblemCode, RefusalCode
from riffsmith.studio.schemas import ProblemPart

MOST_FILES = 500
LARGEST_FILE = 200 * 2**20
"""Size in bytes."""
LARGEST_UPLOAD = 2 * 2**30
"""Size of all files together, in bytes."""
_MOST_PARTS = 1_000
"""Number of files that a form may have, refused ones among them."""
_FIELD = b"files"
_MEGABYTE = 2**20
_LONGEST_SHOWN = 200


@dataclass
class _Part:
    """A file that is being sent."""

    name: str
    path: Path | None
    """Where it is written. `None`: it is refused, and what arrives of it is dropped."""
    file: BinaryIO | None = None
    size: int = 0

    def close(self) -> None:
        """Closes the file, if it is open."""
        if self.file is not None:
            self.file.close()
            self.file = None


@dataclass
class _Header:
    """A header of a part, which arrives in pieces."""

    name: bytes = b""
    value: bytes = b""


@dataclass
class Receiver:
    """Writes the files of a form into a folder while the form arrives."""

    folder: Path
    """Folder to write to; it exists."""
    content_type: str
    """The request's header, with the boundary of the form's parts."""
    taken: list[tuple[str, int]] = field(default_factory=list)
    """Names of files, and their sizes in bytes."""
    refused: list[ProblemPart] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begins with an empty form.

        Raises:
            StudioError: The content type is not that of a form with files.
        """
        self._part: _Part | None = None
        self._header, self._disposition = _Header(), b""
        self._parts = self._bytes = 0
        kind, options = parse_options_header(self.content_type)
        if kind != b"multipart/form-data":
            raise StudioError(ProblemCode.NO_FORM)
        try:
            self._parser = MultipartParser(
                options.get(b"boundary", b""),
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._add_to_name,
                    "on_header_value": self._add_to_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_file,
                    "on_part_data": self._add_data,
                    "on_part_end": self._end_part,
                },
            )
        except FormParserError as cause:
            raise StudioError(ProblemCode.NO_FORM) from cause

    def feed(self, piece: bytes) -> None:
        """Takes the next piece of the form.

        Raises:
            TooLargeError: The files are too large together, or too many.
            StudioError: It is no form, or it cannot be written.
        """
        try:
            self._parser.write(piece)
        except FormParserError as cause:
            raise StudioError(ProblemCode.NO_FORM) from cause
        except OSError as cause:
            raise StudioError(explain(cause, "keeping what was sent")) from cause

    def finish(self) -> None:
        """Ends the form.

        Raises:
            StudioError: It has no end, or none of its files can be taken.
        """
        try:
            self._parser.finalize()
        except FormParserError as cause:
            raise StudioError(ProblemCode.NO_FORM) from cause
        if self._parts == 0:
            raise StudioError(ProblemCode.NO_FORM)
        if not self.taken:
            raise StudioError(ProblemCode.NOTHING_USABLE, self.refused[:3])

    def close(self) -> None:
        """Closes the file that was being written, if the form was left before its end."""
        if self._part is not None:
            self._part.close()

    def _begin_part(self) -> None:
        self._header, self._disposition = _Header(), b""

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._header.name += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._header.value += data[start:end]

    def _end_header(self) -> None:
        if self._header.name.lower() == b"content-disposition":
            self._disposition = self._header.value
        self._header = _Header()

    def _begin_file(self) -> None:
        """Opens the file that the headers of a part announce; other parts are passed over."""
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") != _FIELD or b"filename" not in options:
            return
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise TooLargeError(ProblemCode.TOO_MANY_PARTS, most=_MOST_PARTS)
        self._part = part = _Part(_decode(options[b"filename"]), None)
        safe = safe_name(part.name)
        if self._refuse_name(part.name, safe):
            return
        part.path = _free_name(self.folder, safe)
        part.file = part.path.open("xb")

    def _refuse_name(self, name: str, safe: str) -> bool:
        """Refuses a file by its name, or because there are too many; whether it is refused."""
        ending = Path(safe).suffix.lower()
        if any(is_of_system(part) for part in name.replace("\\", "/").split("/")):
            self._refuse(name, RefusalCode.OF_SYSTEM)
        elif not safe:
            self._refuse(name, RefusalCode.BAD_NAME, name=name[:80])
        elif ending and not is_audio_name(Path(safe)):
            self._refuse(name, RefusalCode.NOT_AUDIO, ending=ending)
        elif len(self.taken) >= MOST_FILES:
            self._refuse(name, RefusalCode.TOO_MANY, most=MOST_FILES)
        else:
            return False
        return True

    def _refuse(self, name: str, code: RefusalCode, /, **parameters: Parameter) -> None:
        place, detail = name[:_LONGEST_SHOWN], code.say(**parameters)
        self.refused.append(
            ProblemPart(code=code, parameters=parameters, detail=detail, place=place)
        )

    def _add_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part is None:
            return
        part.size += end - start
        self._bytes += end - start
        if self._bytes > LARGEST_UPLOAD:
            raise TooLargeError(ProblemCode.UPLOAD_TOO_LARGE, gigabytes=LARGEST_UPLOAD // 2**30)
        if part.file is None:
            return
        if part.size > LARGEST_FILE:
            self._drop(part, RefusalCode.TOO_LARGE, megabytes=LARGEST_FILE // _MEGABYTE)
            return
        part.file.write(data[start:end])

    def _end_part(self) -> None:
        part, self._part = self._part, None
        if part is None or part.path is None:
            return
        part.close()
        if part.size == 0:
            self._drop(part, RefusalCode.EMPTY)
            return
        if not part.path.suffix:
            with part.path.open("rb") as file:
                is_audio = is_audio_content(file)
            if not is_audio:
                self._drop(part, RefusalCode.NO_ENDING)
                return
        self.taken.append((part.path.name, part.size))

    def _drop(self, part: _Part, code: RefusalCode, **parameters: Parameter) -> None:
        """Refuses a file of which something was written."""
        assert part.path is not None
        part.close()
        remove(part.path)
        part.path = None
        self._refuse(part.name, code, **parameters)


def _decode(name: bytes) -> str:
    """The name of a file: browsers send UTF-8, and old programs Latin-1."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")


def _free_name(folder: Path, name: str) -> Path:
    """A name that is not taken: files of several folders may have the same one."""
    path, number = folder / name, 2
    while path.exists():
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return path
