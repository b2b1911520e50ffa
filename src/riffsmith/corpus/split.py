"""Split into training and held-out recordings; the segments of a recording stay together."""

from collections.abc import Sequence
from fnmatch import fnmatch

from riffsmith.corpus.entry import SurveyEntry
from riffsmith.errors import CorpusError


def count_held_out(recordings: int, fraction: float) -> int:
    """Number of recordings to hold out of so many, at least one if there are two or more.

    Args:
        recordings: Number of recordings.
        fraction: Fraction to hold out, from 0 to 1; 0 holds out none.
    """
    if fraction == 0 or recordings < 2:
        return 0
    return min(max(1, round(fraction * recordings)), recordings - 1)


def split_recordings(
    entries: Sequence[SurveyEntry], fraction: float, hold_out: Sequence[str] = ()
) -> set[str]:
    """Selects the recordings to hold out.

    Args:
        entries: Usable recordings without duplicates.
        fraction: Fraction of the recordings to hold out, as for `count_held_out`. The first ones
            in the order of their content hashes are taken, so that neither names nor their order
            matter.
        hold_out: Patterns of paths (`*03_fear*`) to hold out instead of a fraction.

    Returns:
        Content hashes of the recordings to hold out.

    Raises:
        CorpusError: A pattern matches nothing, or nothing would be left to train on.
    """
    if not hold_out:
        count = count_held_out(len(entries), fraction)
        return set(sorted(entry.content_hash for entry in entries)[:count])
    held_out: set[str] = set()
    for pattern in hold_out:
        matches = [entry for entry in entries if matches_pattern(entry.path, pattern)]
        if not matches:
            raise CorpusError(f"--hold-out {pattern!r} matches no usable recording: check the name")
        held_out |= {entry.content_hash for entry in matches}
    if len(held_out) == len(entries):
        raise CorpusError("--hold-out leaves nothing to train on: hold out fewer recordings")
    return held_out


def matches_pattern(path: str, pattern: str) -> bool:
    """Whether a pattern of recordings to hold out names the path of a recording."""
    return fnmatch(path, pattern) or fnmatch(path, f"*{pattern}*")
