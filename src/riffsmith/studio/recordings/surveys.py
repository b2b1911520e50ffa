"""Surveys: looking through the recordings of a source in a process beside the server."""

import os
import time
from pathlib import Path
from threading import Event, Lock

from riffsmith.audio import is_audio_file, is_audio_name
from riffsmith.corpus import DEMO_CREDIT, find_genres, is_of_system, list_files
from riffsmith.files import hide_folders
from riffsmith.studio.command import run_command
from riffsmith.studio.errors import BusyError, StudioError, TooLargeError
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.recordings.schemas import SurveyInfo
from riffsmith.studio.recordings.sources import DEMO, Sources

MOST_AT_ONCE = 2
"""Number of surveys at the same time; the other threads of their pool serve listeners."""
MOST_ENTRIES = 5_000
"""Number of files and folders below the folder of a survey."""
MOST_DEPTH = 12
"""Number of folders within each other."""
MOST_BYTES = 100 * 2**30
"""Size of all audio files together, in bytes."""
_COUNTING_SECONDS = 30.0
_SURVEY_SECONDS = 900.0


class Surveys:
    """Runs surveys, few at a time; each ends when nobody asks for it any longer."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lock, self._running = Lock(), 0

    def run(self, source: str, left: Event) -> SurveyInfo:
        """Surveys a source, in a process that decodes its files.

        Args:
            source: Name of the source.
            left: Set when nobody asks for the survey any longer; the process is ended then.

        Raises:
            NotFoundError: There is no such source.
            RefusedError: The folder may not be named.
            TooLargeError: The folder holds more than is surveyed here.
            BusyError: As many surveys are running as run at the same time.
            StudioError: Nothing can be used, it takes too long, or nobody asks any longer.
        """
        with self._lock:
            if self._running >= MOST_AT_ONCE:
                raise BusyError(ProblemCode.TOO_MANY_SURVEYS, most=MOST_AT_ONCE)
            self._running += 1
        try:
            with self._sources.open(source) as folder:
                refuse_too_much(folder, left)
                refuse_without_recordings(folder)
                limit = _SURVEY_SECONDS
                output = run_command("survey", folder, "--json", limit_seconds=limit, left=left)
        finally:
            with self._lock:
                self._running -= 1
        found = SurveyInfo.model_validate_json(output)
        credit = DEMO_CREDIT if source == DEMO else found.credit
        return found.model_copy(update={"folder": hide_folders(found.folder), "credit": credit})


def refuse_too_much(folder: Path, left: Event) -> None:
    """Refuses a folder that holds more than is surveyed at once; no file is opened.

    Args:
        folder: Folder, which is searched as a survey searches it: links are followed once.
        left: Set when nobody asks any longer.

    Raises:
        TooLargeError: It holds more.
        StudioError: Counting takes too long, or nobody asks any longer.
    """
    end = time.monotonic() + _COUNTING_SECONDS
    entries = size = 0
    seen: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    while waiting:
        here, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise TooLargeError(ProblemCode.FOLDER_TOO_DEEP, most=MOST_DEPTH)
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(here) as found:
                for entry in found:
                    if is_of_system(entry.name):
                        continue
                    entries += 1
                    if entries > MOST_ENTRIES:
                        raise TooLargeError(ProblemCode.FOLDER_TOO_LARGE, most=MOST_ENTRIES)
                    if left.is_set():
                        raise StudioError(ProblemCode.LISTENER_LEFT)
                    if time.monotonic() > end:
                        raise StudioError(
                            ProblemCode.COMMAND_TOO_SLOW, minutes=_COUNTING_SECONDS / 60
                        )
                    path = Path(entry.path)
                    if _is_folder(entry):
                        waiting.append((path, depth + 1))
                    elif is_audio_name(path):
                        size += _size(entry)
        except OSError:  # the survey lists a folder that is closed to it as unreadable
            continue
        if size > MOST_BYTES:
            raise TooLargeError(ProblemCode.FOLDER_TOO_MUCH, gigabytes=MOST_BYTES // 2**30)


def refuse_without_recordings(folder: Path) -> None:
    """Refuses a folder that a survey would refuse, in words that the page can translate.

    Raises:
        StudioError: It is empty or without audio, or has a folder for each genre.
    """
    genres = find_genres(folder)
    if genres:
        listed = ", ".join(genres)
        raise StudioError(ProblemCode.FOLDER_OF_GENRES, folder=folder.name, genres=listed)
    files = list_files(folder)
    if not any(is_audio_file(path) for path in files):
        code = ProblemCode.FOLDER_WITHOUT_AUDIO if files else ProblemCode.FOLDER_EMPTY
        raise StudioError(code, folder=folder.name)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link leads to itself
        return False


def _size(entry: "os.DirEntry[str]") -> int:
    """The size of a regular file in bytes; 0 of anything else, which the survey refuses."""
    try:
        return entry.stat().st_size if entry.is_file() else 0
    except OSError:  # a link leads nowhere
        return 0
