"""Keeps notes of C libraries from the user's terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_STDERR = 2
_changing = Lock()
_inside = 0
_original: int | None = None


@contextmanager
def without_library_notes() -> Iterator[None]:
    """Discards what C libraries write to the standard error output meanwhile.

    The MP3 decoder within libsndfile writes its notes there and cannot be told not to. Several
    threads may be inside at once. The output belongs to the whole process, so whoever writes to it
    from another thread must have a duplicate of it, as the command line does.
    """
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _original
    with _changing:
        if _inside == 0:
            try:
                _original = os.dup(_STDERR)
            except OSError:  # the process has no such output
                _original = None
            if _original is not None:
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, _STDERR)
                os.close(nowhere)
        _inside += 1


def _leave() -> None:
    global _inside, _original
    with _changing:
        _inside -= 1
        if _inside == 0 and _original is not None:
            os.dup2(_original, _STDERR)
            os.close(_original)
            _original = None
