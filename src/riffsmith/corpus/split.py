"""Split into training and held-out recordings; the segments of a recording stay together."""

import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from riffsmith.corpus.entry import SurveyEntry
from riffsmith.errors import CorpusError

HOLD_OUT_NOTHING = "none"
"""Name that stands for no recording at all where recordings to hold out are named."""
_NEAREST = 3
"""Number of recordings that an error lists where a name fits none."""


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
    entries: Sequence[SurveyEntry],
    fraction: float,
    hold_out: Sequence[str] = (),
    hold_out_glob: Sequence[str] = (),
) -> set[str]:
    """Selects the recordings to hold out.

    Recordings that share music stay together: with one of them, all of them are held out. A group
    that is larger than the fraction is held out only where there is no smaller one.

    Args:
        entries: Usable recordings without duplicates.
        fraction: Fraction of the recordings to hold out, as for `count_held_out`. The first ones
            in the order of their content hashes are taken, so that neither names nor their order
            matter.
        hold_out: Names of recordings to hold out instead of a fraction, as for `find_held_out`;
            `none` alone holds out nothing.
        hold_out_glob: Patterns of recordings to hold out, too, as for `find_held_out`.

    Returns:
        Content hashes of the recordings to hold out.

    Raises:
        CorpusError: A name or a pattern fits nothing, nothing would be left to train on, or `none`
            stands beside others.
    """
    groups = _group(entries)
    if not hold_out and not hold_out_glob:
        return _select(groups, count_held_out(len(entries), fraction))
    if HOLD_OUT_NOTHING in hold_out:
        if len(hold_out) + len(hold_out_glob) > 1:
            raise CorpusError(
                f"--hold-out {HOLD_OUT_NOTHING} holds out nothing, and others are named beside it: "
                "leave out one of them"
            )
        return set()
    paths = set(find_held_out([entry.path for entry in entries], hold_out, hold_out_glob))
    named = {entry.content_hash for entry in entries if entry.path in paths}
    held_out = {one for group in groups if named & set(group) for one in group}
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


def find_held_out(
    paths: Sequence[str], hold_out: Sequence[str], hold_out_glob: Sequence[str] = ()
) -> list[str]:
    """The paths of the recordings that are named to be held out.

    Args:
        paths: Paths of usable recordings, relative to their folder, with forward slashes.
        hold_out: Names: whole paths or parts of them, as for `find_named`.
        hold_out_glob: Patterns of whole paths or of file names, such as `live*` or `album/*`.

    Returns:
        The paths in the order of the names and patterns.

    Raises:
        CorpusError: A name or a pattern fits no path.
    """
    found: list[str] = []
    for name in hold_out:
        named = find_named(paths, name)
        if not named:
            raise CorpusError(_explain_unknown(paths, name))
        found += named
    for pattern in hold_out_glob:
        matching = _find_matching(paths, pattern)
        if not matching:
            raise CorpusError(
                f"--hold-out-glob {pattern!r} matches no usable recording: check the pattern, "
                "which must match a whole file name or a whole path"
            )
        found += matching
    return found


def find_named(paths: Sequence[str], name: str) -> list[str]:
    """The paths that a name of recordings to hold out fits.

    It fits the one path that it is, else those that are equal to it in other letters (`é` is one
    character or two, `A` is `a`), else those that it is a part of. So a recording can be named
    alone whose name is a part of another one's.
    """
    if name in paths:
        return [name]
    folded = _fold(name)
    whole = [path for path in paths if _fold(path) == folded]
    return whole or [path for path in paths if folded in _fold(path)]


def _find_matching(paths: Sequence[str], pattern: str) -> list[str]:
    """The paths that a pattern matches as a whole, or whose file name it matches."""
    folded = _fold(pattern)
    return [
        path
        for path in paths
        if fnmatchcase(_fold(path), folded) or fnmatchcase(_fold(_file_name(path)), folded)
    ]


def _explain_unknown(paths: Sequence[str], name: str) -> str:
    problem = f"--hold-out {name!r} fits no usable recording"
    if _find_matching(paths, name):
        return f"{problem}, because it is a pattern: use --hold-out-glob for patterns"
    if not paths:
        return f"{problem}: there is none"
    names = {_fold(_file_name(path)): path for path in paths}
    nearest = get_close_matches(_fold(name), names, n=_NEAREST, cutoff=0.0)
    listed = ", ".join(names[one] for one in nearest)
    return f"{problem}: check the name; the nearest are {listed}"


def _file_name(path: str) -> str:
    return path.rpartition("/")[2]


def _fold(text: str) -> str:
    """The text as it is compared: without capitals, and letters with accents as one character."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", decomposed.casefold())
