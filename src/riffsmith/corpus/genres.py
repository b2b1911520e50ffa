"""Trees of genres: one subfolder for each, as GTZAN has them."""

import re
from pathlib import Path

from riffsmith.audio import is_audio_name
from riffsmith.errors import CorpusError

ALL_GENRES = "all"
_GENRE_WORDS = frozenset(
    "blues classical country disco hiphop hip-hop jazz metal pop reggae rock electronic folk punk "
    "rap soul techno house ambient orchestral experimental international instrumental latin funk "
    "rnb trance indie".split()
)


def find_genres(folder: Path) -> dict[str, int]:
    """Genres of a tree and their audio files; empty if the folder is not such a tree.

    A tree of genres has no audio of its own, and at least two subfolders with audio of which one
    is named like a genre or holds files named after it (`metal/metal.00042.wav`). Folders of
    bands or albums are therefore no genres.
    """
    children = sorted(folder.iterdir())
    if any(child.is_file() and is_audio_name(child) for child in children):
        return {}
    counts: dict[str, int] = {}
    like_a_genre = False
    for child in children:
        files = [file for file in child.rglob("*") if is_audio_name(file)] if child.is_dir() else []
        if files:
            counts[child.name] = len(files)
            numbered = re.compile(re.escape(child.name) + r"\.\d{5}\.\w+")
            like_a_genre |= child.name.lower() in _GENRE_WORDS
            like_a_genre |= any(numbered.fullmatch(file.name) for file in files)
    return counts if like_a_genre and len(counts) > 1 else {}


def resolve_genre(folder: Path, genre: str | None) -> Path:
    """The folder to search: a genre's subfolder, or the folder itself.

    Raises:
        CorpusError: A genre is needed and missing, or named and missing; lists what there is.
    """
    if genre == ALL_GENRES:
        return folder
    if genre is not None:
        chosen = folder / genre
        if Path(genre).name == genre and genre not in ("", ".", "..") and chosen.is_dir():
            return chosen
        there = ", ".join(sorted(child.name for child in folder.iterdir() if child.is_dir()))
        raise CorpusError(f"no genre {genre!r} in {str(folder)!r}: it has {there or 'none'}")
    genres = find_genres(folder)
    if genres:
        listed = ", ".join(f"{name} ({count} files)" for name, count in genres.items())
        raise CorpusError(
            f"{str(folder)!r} is a tree of genres: {listed}; "
            f"choose one with --genre NAME, or --genre {ALL_GENRES}"
        )
    return folder
