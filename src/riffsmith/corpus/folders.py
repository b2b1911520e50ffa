"""Folders of recordings: the files in them, and trees with one subfolder for each genre."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from riffsmith.audio import is_audio_file
from riffsmith.errors import CorpusError
from riffsmith.messages import Count

ALL_GENRES = "all"
"""Name that selects the whole tree of genres instead of one genre."""
_GENRE_WORDS = frozenset(
    "blues classical country disco hiphop hip-hop jazz metal pop reggae rock electronic folk punk "
    "rap soul techno house ambient orchestral experimental international instrumental latin funk "
    "rnb trance indie".split()
)
_SYSTEM_NAMES = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini"})
"""Files and folders that file managers of macOS and Windows write, in lower case."""
_APPLE_DOUBLE_PREFIX = "._"
"""How a file's name begins in which macOS keeps the attributes of another file (AppleDouble). It
has the ending of that other file, such as `.mp3`, and holds no music."""


def find_genres(folder: Path) -> dict[str, int]:
    """Finds the genres of a tree; empty if the folder is not a tree of genres.

    A tree of genres, such as GTZAN, has no audio of its own. It has at least two subfolders with
    audio, and at least one of them has the name of a genre or holds files that are named after it
    (`metal/metal.00042.wav`). Folders of bands or albums are therefore not genres. What file
    managers write for themselves (`__MACOSX`) is left out.

    Returns:
        Number of audio files of each genre.
    """
    children = _children(folder)
    if any(child.is_file() and is_audio_file(child) for child in children):
        return {}
    counts: dict[str, int] = {}
    has_genre_name = False
    for child in children:
        below = _walk(child, set()) if child.is_dir() else ()
        files = [file for file in below if is_audio_file(file)]
        if files:
            counts[child.name] = len(files)
            numbered = re.compile(re.escape(child.name) + r"\.\d{5}\.\w+")
            has_genre_name |= child.name.lower() in _GENRE_WORDS
            has_genre_name |= any(numbered.fullmatch(file.name) for file in files)
    return counts if has_genre_name and len(counts) > 1 else {}


def resolve_genre(folder: Path, genre: str | None) -> Path:
    """Finds the folder to search: the subfolder of a genre, or the folder itself.

    Args:
        folder: Folder of recordings or tree of genres.
        genre: Name of a subfolder, or `all`. `None`: the folder must not be a tree of genres.

    Raises:
        CorpusError: The genre does not exist, or none is given for a tree of genres.
    """
    if genre == ALL_GENRES:
        return folder
    if genre is not None:
        chosen = folder / genre
        if Path(genre).name == genre and genre not in ("", ".", "..") and chosen.is_dir():
            return chosen
        found = ", ".join(child.name for child in _children(folder) if child.is_dir())
        raise CorpusError(f"no genre {genre!r} in {str(folder)!r}: it has {found or 'none'}")
    genres = find_genres(folder)
    if genres:
        listed = ", ".join(f"{name} ({Count(count):file|files})" for name, count in genres.items())
        raise CorpusError(
            f"{str(folder)!r} is a tree of genres: {listed}; "
            f"choose one with --genre NAME, or --genre {ALL_GENRES}"
        )
    return folder


def find_recordings(folder: Path, genre: str | None = None) -> tuple[Path, list[Path]]:
    """Finds all files under a folder, or under one genre of a tree of genres.

    Returns:
        The folder that was searched, and its files sorted by name. Links are followed once. Files
        that file managers of macOS and Windows write for themselves are left out.

    Raises:
        CorpusError: The folder is missing, empty or without audio, or is a tree of genres and
            `genre` does not name one of them.
    """
    if not folder.exists():
        raise CorpusError(f"no folder {str(folder)!r}: check the path")
    if not folder.is_dir():
        raise CorpusError(f"{str(folder)!r} is a file: name the folder that holds the recordings")
    root = resolve_genre(folder, genre)
    paths = list_files(root)
    if not paths:
        raise CorpusError(f"{str(root)!r} is empty: put recordings into it")
    if not any(is_audio_file(path) for path in paths):
        endings = Counter(path.suffix.lower() or "no ending" for path in paths)
        kinds = ", ".join(f"{count} × {ending}" for ending, count in endings.most_common(5))
        raise CorpusError(f"no audio in {str(root)!r}, only {kinds}: put recordings into it")
    return root, paths


def list_files(folder: Path) -> list[Path]:
    """All files under a folder of recordings, sorted by name; see `find_recordings`."""
    return sorted(_walk(folder, set()), key=lambda path: path.as_posix())


def find_audio(folder: Path) -> list[Path]:
    """Finds the audio files under a folder, in all genres.

    Raises:
        CorpusError: The folder is missing, empty or without audio.
    """
    return [path for path in find_recordings(folder, ALL_GENRES)[1] if is_audio_file(path)]


def find_audio_or_file(path: Path) -> list[Path]:
    """The file itself, or the audio files under a folder, in all genres.

    Raises:
        CorpusError: There is neither a file nor a folder, or the folder is without audio.
    """
    if not path.exists():
        raise CorpusError(f"no file and no folder {str(path)!r}: check the path")
    return [path] if path.is_file() else find_audio(path)


def is_of_system(name: str) -> bool:
    """Whether a file or folder belongs to a file manager and is none of the user's."""
    return name.startswith(_APPLE_DOUBLE_PREFIX) or name.lower() in _SYSTEM_NAMES


def _children(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if not is_of_system(child.name))


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    status = folder.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in seen:  # A link leads to a folder that was searched before.
        return
    seen.add(identity)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder  # The survey lists it as unreadable.
        return
    for entry in entries:
        if is_of_system(entry.name):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError:  # A link leads to itself.
            is_folder = False
        if is_folder:
            yield from _walk(Path(entry.path), seen)
        else:
            yield Path(entry.path)
