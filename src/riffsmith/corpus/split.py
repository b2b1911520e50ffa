"""Split into training and held-out recordings; the segments of a recording stay together."""

from collections.abc import Sequence
from fnmatch import fnmatch

from riffsmith.corpus.entry import SurveyEntry
from riffsmith.errors import CorpusError

HOLD_OUT_NOTHING = "none"
"""Name that stands for no recording at all where recordings to hold out are named."""


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

    Recordings that share music stay together: with one of them, all of them are held out. A group
    that is larger than the fraction is held out only where there is no smaller one.

    Args:
        entries: Usable recordings without duplicates.
        fraction: Fraction of the recordings to hold out, as for `count_held_out`. The first ones
            in the order of their content hashes are taken, so that neither names nor their order
            matter.
        hold_out: Patterns of paths (`*03_fear*`) to hold out instead of a fraction; `none` alone
            holds out nothing.

    Returns:
        Content hashes of the recordings to hold out.

    Raises:
        CorpusError: A pattern matches nothing, nothing would be left to train on, or `none` stands
            beside other patterns.
    """
    groups = _group(entries)
    if not hold_out:
        return _select(groups, count_held_out(len(entries), fraction))
    if HOLD_OUT_NOTHING in hold_out:
        if len(hold_out) > 1:
            raise CorpusError(
                f"--hold-out {HOLD_OUT_NOTHING} holds out nothing, and others are named beside it: "
                "leave out one of them"
            )
        return set()
    held_out: set[str] = set()
    for pattern in hold_out:
        paths = find_named([entry.path for entry in entries], pattern)
        if not paths:
            raise CorpusError(f"--hold-out {pattern!r} matches no usable recording: check the name")
        named = {entry.content_hash for entry in entries if entry.path in paths}
        held_out |= {one for group in groups if named & set(group) for one in group}
    if len(held_out) == len(entries):
        raise CorpusError(
            "--hold-out leaves nothing to train on: hold out fewer recordings (those that share "
            "music are held out together)"
        )
    return held_out


def _group(entries: Sequence[SurveyEntry]) -> list[list[str]]:
    """Content hashes of recordings that share music, directly or through others, in order."""
    group_of = {entry.path: {entry.path} for entry in entries}
    for entry in entries:
        for other in entry.shares_with:
            if other in group_of and group_of[other] is not group_of[entry.path]:
                joined = group_of[entry.path] | group_of[other]
                group_of.update(dict.fromkeys(joined, joined))
    hashes = {entry.path: entry.content_hash for entry in entries}
    groups = {id(group): sorted(hashes[path] for path in group) for group in group_of.values()}
    return sorted(groups.values())


def _select(groups: Sequence[list[str]], count: int) -> set[str]:
    """Content hashes of the first groups that are at most so many recordings together."""
    held_out: set[str] = set()
    for group in groups:
        if len(held_out) + len(group) <= count:
            held_out |= set(group)
    if not held_out and count and len(groups) > 1:
        return set(min(groups, key=len))
    return held_out


def find_named(paths: Sequence[str], pattern: str) -> list[str]:
    """The paths that a pattern of recordings to hold out names.

    It names the one path that it is, else those that it matches as a whole, else those that it
    matches a part of. So a recording can be named alone whose name is a part of another one's.
    """
    if pattern in paths:
        return [pattern]
    whole = [path for path in paths if fnmatch(path, pattern)]
    return whole or [path for path in paths if fnmatch(path, f"*{pattern}*")]
