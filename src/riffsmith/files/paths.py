"""Messages without the folders of this computer, which are nobody's business but its owner's."""

import re
from pathlib import Path

_BEGIN = re.compile(r"(?<![\w.~:/\\])(?:/|[A-Za-z]:[\\/])(?=[^\s/\\])")
"""The beginning of an absolute path."""
_FOLDERS = re.compile(r"(?:[^\s/\\'\"`]+[/\\])*")


def hide_folders(text: str) -> str:
    """A message whose absolute paths are shortened to their last names.

    Names may contain spaces, so the longest folder that exists is taken away first.

    >>> hide_folders("/nowhere/at/all/run.json is damaged: see https://example.org/a")
    'run.json is damaged: see https://example.org/a'
    """
    shown = ""
    while found := _BEGIN.search(text):
        path = text[found.start() :]
        known = len(found[0])
        for place in re.finditer(r"[/\\]", path):
            if not _is_folder(path[: place.end()]):
                break
            known = max(known, place.end())
        folders = _FOLDERS.match(path, known)
        assert folders is not None  # the pattern matches nothing, too
        shown += text[: found.start()]
        text = path[folders.end() :]
    return shown + text


def _is_folder(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):  # no path that a system can have
        return False
