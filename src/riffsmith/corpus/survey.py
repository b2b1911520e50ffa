"""What lies in a folder: every file usable, or skipped with its reason."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from riffsmith.audio import Recording, is_audio_name, read_recording
from riffsmith.corpus.genres import ALL_GENRES, find_genres, resolve_genre
from riffsmith.errors import AudioError, CorpusError
from riffsmith.parallel import count_cores, map_ordered

FULL_SCALE = 32767

Result = TypeVar("Result")

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all and the name of the latest."""


class SurveyEntry(BaseModel):
    """One file of a folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """Relative to the folder, with forward slashes."""
    usable: bool
    reason: str = ""
    """Why it is skipped."""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    sample_rate: int = 0
    channels: int = 0
    encoding: str = ""
    peak_db: float = 0.0
    loudness_lufs: float | None = None
    content_hash: str = ""
    """Of the decoded, resampled audio: equal for the same audio in two lossless containers."""


class Survey(BaseModel):
    """A folder of recordings, file by file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    genre: str | None
    entries: tuple[SurveyEntry, ...]

    @property
    def usable(self) -> list[SurveyEntry]:
        return [entry for entry in self.entries if entry.usable]

    @property
    def skipped(self) -> list[SurveyEntry]:
        return [entry for entry in self.entries if not entry.usable]

    @property
    def minutes(self) -> float:
        return sum(entry.seconds for entry in self.usable) / 60

    def sample_rates(self) -> dict[int, int]:
        """Usable files for each sample rate in Hz."""
        return dict(sorted(Counter(entry.sample_rate for entry in self.usable).items()))

    def channel_counts(self) -> dict[int, int]:
        """Usable files for each number of channels."""
        return dict(sorted(Counter(entry.channels for entry in self.usable).items()))

    def verdict(self) -> str:
        """Whether this is enough material, in plain words."""
        minutes = self.minutes
        if minutes < 1:
            return "not enough: less than a minute of audio; give it at least 5 minutes"
        if minutes < 5:
            return "very little: expect copies or collapse; 15 minutes or more are better"
        if minutes < 15:
            return "little: it will train, with little variety; 15–60 minutes are better"
        if len(self.usable) < 4:
            return "enough minutes, but few recordings: the model will know only these"
        return "enough material"


def find_recordings(folder: Path, genre: str | None = None) -> tuple[Path, list[Path]]:
    """All files under a folder, or under one genre of a tree of genres.

    Returns:
        The folder that was searched and its files, sorted by name, links followed once.

    Raises:
        CorpusError: The folder is missing or empty, holds no audio, or is a tree of genres and
            `genre` does not name one.
    """
    if not folder.exists():
        raise CorpusError(f"no folder {str(folder)!r}: check the path")
    if not folder.is_dir():
        raise CorpusError(f"{str(folder)!r} is a file: name the folder that holds the recordings")
    root = resolve_genre(folder, genre)
    paths = sorted(_walk(root, set()), key=lambda path: path.as_posix())
    if not paths:
        raise CorpusError(f"{str(root)!r} is empty: put recordings into it")
    if not any(is_audio_name(path) for path in paths):
        found = Counter(path.suffix.lower() or "no ending" for path in paths)
        kinds = ", ".join(f"{count} × {kind}" for kind, count in found.most_common(5))
        raise CorpusError(f"no audio in {str(root)!r}, only {kinds}: put recordings into it")
    return root, paths


def find_audio(folder: Path) -> list[Path]:
    """The audio files under a folder, of all genres.

    Raises:
        CorpusError: As `find_recordings`.
    """
    return [path for path in find_recordings(folder, ALL_GENRES)[1] if is_audio_name(path)]


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    status = folder.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in seen:  # a link that leads back, or twice to the same place
        return
    seen.add(identity)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder  # listed as unreadable rather than lost
        return
    for entry in entries:
        try:
            is_folder = entry.is_dir()
        except OSError:  # a link that leads to itself
            is_folder = False
        if is_folder:
            yield from _walk(Path(entry.path), seen)
        else:
            yield Path(entry.path)


def survey_folder(
    folder: Path,
    genre: str | None = None,
    *,
    sample_rate: int = 22_050,
    channels: int = 1,
    workers: int | None = None,
    on_progress: Progress | None = None,
) -> Survey:
    """Decodes every file of a folder and says what it is.

    Args:
        folder: Searched with its subfolders.
        genre: A subfolder of a GTZAN-like tree of genres, or `all`.
        sample_rate: At which duplicates are compared, in Hz.
        channels: To which files are mixed for that comparison.
        workers: Threads; none: one for each core.
        on_progress: Called after each file.

    Raises:
        CorpusError: As `find_recordings`.
    """
    root, paths = find_recordings(folder, genre)

    def look(path: Path) -> SurveyEntry:
        return describe(path, root, sample_rate, channels)[0]

    entries = list(map_files(look, paths, workers, on_progress))
    return Survey(folder=str(root), genre=genre, entries=tuple(mark_duplicates(entries)))


def map_files(
    function: Callable[[Path], Result],
    paths: Sequence[Path],
    workers: int | None = None,
    on_progress: Progress | None = None,
) -> Iterator[Result]:
    """`map` over files with threads: decoding, resampling and tensor work release the GIL."""
    if workers is not None and workers < 1:
        raise CorpusError(f"--workers must be 1 or more, found {workers}")
    workers = workers or count_cores()
    found = map_ordered(function, paths, workers=workers, look_ahead=len(paths))
    for done, (path, result) in enumerate(zip(paths, found, strict=True)):
        yield result
        if on_progress:
            on_progress(done + 1, len(paths), path.name)


def describe(
    path: Path, root: Path, sample_rate: int, channels: int
) -> tuple[SurveyEntry, NDArray[np.int16]]:
    """One file's entry, and its audio as it would be stored (time, channels), 16 bit.

    Audio that exceeds full scale is turned down to fit. A skipped file has no audio.
    """
    name = entry_path(path, root)
    empty = np.zeros((0, channels), np.int16)
    if path.is_dir():
        return SurveyEntry(path=name, usable=False, reason="folder cannot be read"), empty
    if not is_audio_name(path):
        ending = path.suffix.lower() or "no ending"
        return SurveyEntry(path=name, usable=False, reason=f"not an audio file ({ending})"), empty
    try:
        recording = read_recording(path, sample_rate, channels)
    except AudioError as cause:
        return SurveyEntry(path=name, usable=False, reason=str(cause)), empty
    stored = _to_int16(recording)
    entry = SurveyEntry(
        path=name,
        usable=True,
        warnings=recording.warnings,
        seconds=round(recording.seconds, 3),
        sample_rate=recording.source_rate,
        channels=recording.source_channels,
        encoding=recording.encoding,
        peak_db=round(recording.peak_db, 2),
        loudness_lufs=recording.loudness_lufs and round(recording.loudness_lufs, 2),
        content_hash=blake2b(stored.tobytes(), digest_size=16).hexdigest(),
    )
    return entry, stored


def entry_path(path: Path, root: Path) -> str:
    """A file's name in a survey: relative, with what is not UTF-8 written as escapes."""
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")


def _to_int16(recording: Recording) -> NDArray[np.int16]:
    peak = float(np.abs(recording.audio).max(initial=0.0))
    gain = np.float32(FULL_SCALE / max(1.0, peak))
    return np.rint(recording.audio * gain).astype(np.int16)


def mark_duplicates(entries: Sequence[SurveyEntry]) -> list[SurveyEntry]:
    """Skips all but the first of several files with the same audio."""
    first: dict[str, str] = {}
    marked: list[SurveyEntry] = []
    for entry in entries:
        if entry.usable and entry.content_hash in first:
            reason = f"same audio as {first[entry.content_hash]}"
            entry = entry.model_copy(update={"usable": False, "reason": reason})
        elif entry.usable:
            first[entry.content_hash] = entry.path
        marked.append(entry)
    return marked


__all__ = [
    "Survey",
    "SurveyEntry",
    "describe",
    "find_audio",
    "find_genres",
    "find_recordings",
    "map_files",
    "mark_duplicates",
    "survey_folder",
]
