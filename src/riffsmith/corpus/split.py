"""Training and held-out recordings: split by recording, never by segment."""

from collections.abc import Sequence
from fnmatch import fnmatch

from riffsmith.corpus.survey import SurveyEntry
from riffsmith.errors import CorpusError


def split_recordings(
    entries: Sequence[SurveyEntry], fraction: float, hold_out: Sequence[str] = ()
) -> set[str]:
    """Content hashes of the held-out recordings.

    Args:
        entries: Usable recordings, each audio once.
        fraction: Share of the recordings to hold out, at least one where there are two. The
            order of the content hashes decides, so neither names nor their order matter.
        hold_out: Patterns (`*03_fear*`) of paths to hold out instead.

    Raises:
        CorpusError: A pattern matches nothing, or nothing would be left to train on.
    """
    if not hold_out:
        if fraction == 0 or len(entries) < 2:
            return set()
        count = max(1, round(fraction * len(entries)))
        return set(sorted(entry.content_hash for entry in entries)[: min(count, len(entries) - 1)])
    held_out: set[str] = set()
    for pattern in hold_out:
        matches = [entry for entry in entries if _matches(entry.path, pattern)]
        if not matches:
            raise CorpusError(f"--hold-out {pattern!r} matches no usable recording: check the name")
        held_out |= {entry.content_hash for entry in matches}
    if len(held_out) == len(entries):
        raise CorpusError("--hold-out leaves nothing to train on: hold out fewer recordings")
    return held_out


def _matches(path: str, pattern: str) -> bool:
    return fnmatch(path, pattern) or fnmatch(path, f"*{pattern}*")
