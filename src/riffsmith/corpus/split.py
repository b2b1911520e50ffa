"""Split into training and held-out recordings.

Whole recordings are held out where there are enough of them. Otherwise the longest one is cut: the
training uses its beginning, its end is held out, and a gap between them is not used.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from math import ceil

from riffsmith.config import CorpusSettings
from riffsmith.corpus.entry import SurveyEntry
from riffsmith.corpus.manifest import PlannedRecording, Stretch
from riffsmith.corpus.segments import count_segments
from riffsmith.errors import CorpusError

HOLD_OUT_NOTHING = "none"
"""Name that stands for no recording at all where recordings to hold out are named."""
_PART_NAME = re.compile(
    r"(?P<whole>.*\w)[\W_]+(?:part|pt|parte|excerpt|extracto|section|segment|fragment)[\W_]*"
    r"\d{1,4}[\W_]*"
)
"""How a file is named that holds a part of a recording: `song (part 1)`, `song_pt2`."""
_NEAREST = 3
"""Number of recordings that an error lists where a name fits none."""


_LEAST_SECONDS = 29.5
"""Music that is held out at least: one passage of an evaluation, and enough windows to tell copies
from chance."""
_LEAST_SHARE = 0.25
"""Where there is little music, it is enough to hold out this share of it."""
_LEAST_PASSAGE_SECONDS = 5.0
"""One of the held-out recordings is so long, because shorter passages cannot be evaluated."""
_MOST_SHARE = 0.4
"""Whole recordings of a small folder are held out up to this share of its music."""
_TOLERANCE = 0.5
"""Whole recordings may last so much more or less than asked, as a fraction of what is asked."""
_GAP_SECONDS = 10.0
"""Least distance between the two stretches of a recording that is cut."""
_LEAST_SEGMENTS = 2
"""Shortest stretch. A training window may be a little longer than one segment."""


@dataclass(frozen=True)
class Cut:
    """Where a recording is cut into a training stretch and a held-out stretch."""

    content_hash: str
    training_segments: int
    """The training uses so many segments, from the first one on."""
    first_held_out_segment: int
    """The segments from this number on are held out; those before it are the gap."""
    held_out_seconds: float
    """Length of what is held out."""


@dataclass(frozen=True)
class SplitChoice:
    """What is held out of a corpus."""

    held_out: frozenset[str] = frozenset()
    """Content hashes of the recordings that are held out as a whole."""
    cut: Cut | None = None
    """The recording that is cut. `None`: all recordings are whole."""


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
    settings: CorpusSettings,
    hold_out: Sequence[str] = (),
    hold_out_glob: Sequence[str] = (),
) -> SplitChoice:
    """Selects what to hold out.

    If nothing is named, whole recordings are held out that are about the fraction of the settings
    of the music. Where no such choice leaves enough on both sides, or one recording is more than
    half of the music, the longest recording is cut. The choice depends on lengths and content
    hashes alone, so that neither names nor their order matter.

    Recordings that share music stay together: with one of them, all of them are held out, and none
    of them is cut. Nor is a recording that clips are joined into, because its clips may be
    alike. Where nothing is named, so do parts of one recording, which are known by their
    names, such as `song (part 1)`, unless nothing could be held out then.

    Args:
        entries: Usable recordings without duplicates.
        settings: Settings of the corpus, with the fraction to hold out.
        hold_out: Names of recordings to hold out instead, as for `find_held_out`; `none` alone
            holds out nothing.
        hold_out_glob: Patterns of recordings to hold out, too, as for `find_held_out`.

    Raises:
        CorpusError: A name or a pattern fits nothing, nothing would be left to train on, or `none`
            stands beside others.
    """
    groups = _group(entries)
    if not hold_out and not hold_out_glob:
        choice = _choose(entries, _join_parts(entries, groups), settings)
        if choice == SplitChoice():
            return _choose(entries, groups, settings)
        return choice
    if HOLD_OUT_NOTHING in hold_out:
        if len(hold_out) + len(hold_out_glob) > 1:
            raise CorpusError(
                f"--hold-out {HOLD_OUT_NOTHING} holds out nothing, and others are named beside it: "
                "leave out one of them"
            )
        return SplitChoice()
    names = [name for entry in entries for name in entry.names]
    paths = set(find_held_out(names, hold_out, hold_out_glob))
    named = {entry.content_hash for entry in entries if not paths.isdisjoint(entry.names)}
    held_out = {one for group in groups if named & set(group) for one in group}
    if len(held_out) == len(entries):
        raise CorpusError(
            "--hold-out leaves nothing to train on: hold out fewer recordings (those that share "
            "music are held out together)"
        )
    return SplitChoice(frozenset(held_out))


def _choose(
    entries: Sequence[SurveyEntry], groups: Sequence[list[str]], settings: CorpusSettings
) -> SplitChoice:
    fraction = settings.held_out_fraction
    if fraction == 0 or not entries:
        return SplitChoice()
    seconds = {entry.content_hash: entry.seconds for entry in entries}
    amount = _Amount(sum(seconds.values()), fraction)
    first = _select(groups, count_held_out(len(entries), fraction))
    by_seconds = _select_by_seconds(groups, seconds, amount)
    singles = sorted(groups, key=lambda group: abs(_sum(group, seconds) - amount.target_seconds))
    candidates = (first, by_seconds, *map(frozenset, singles))
    whole = next((one for one in candidates if amount.is_met_by(one, seconds)), None)
    joined = {entry.content_hash for entry in entries if entry.clips}
    alone = {group[0] for group in groups if len(group) == 1} - joined
    longest = max(
        (entry for entry in entries if entry.content_hash in alone),
        key=lambda entry: (entry.seconds, entry.content_hash),
        default=None,
    )
    if longest and (whole is None or longest.seconds > amount.total_seconds / 2):
        cut = _cut(longest, amount.target_seconds, settings)
        # Of two short recordings, a whole one is better than a few seconds of one.
        is_enough = cut is not None and cut.held_out_seconds >= amount.least_seconds
        if cut and (is_enough or not first):
            return SplitChoice(cut=cut)
    return SplitChoice(first if whole is None else whole)


@dataclass(frozen=True)
class _Amount:
    """How much music is to be held out."""

    total_seconds: float
    """Length of all recordings."""
    fraction: float

    @property
    def least_seconds(self) -> float:
        return min(_LEAST_SECONDS, _LEAST_SHARE * self.total_seconds)

    @property
    def target_seconds(self) -> float:
        return max(self.fraction * self.total_seconds, self.least_seconds)

    def is_met_by(self, held_out: Collection[str], seconds: Mapping[str, float]) -> bool:
        """Whether these recordings leave enough on both sides of the split."""
        asked, found = self.fraction * self.total_seconds, _sum(held_out, seconds)
        mean = self.total_seconds / len(seconds)
        most = min((1 + _TOLERANCE) * mean, _MOST_SHARE * self.total_seconds)  # for one recording
        most = max((1 + _TOLERANCE) * asked, most)
        return (
            max(self.least_seconds, (1 - _TOLERANCE) * asked) <= found <= most
            and len(held_out) < len(seconds)
            and any(seconds[one] >= _LEAST_PASSAGE_SECONDS for one in held_out)
        )


def _sum(hashes: Collection[str], seconds: Mapping[str, float]) -> float:
    return sum(seconds[one] for one in hashes)


def _select_by_seconds(
    groups: Sequence[list[str]], seconds: Mapping[str, float], amount: _Amount
) -> frozenset[str]:
    """Content hashes of the first groups that come near to the target without going far above."""
    held_out: frozenset[str] = frozenset()
    for group in groups:
        found = _sum(held_out, seconds)
        most = (1 + _TOLERANCE) * amount.target_seconds
        if found < amount.target_seconds and found + _sum(group, seconds) <= most:
            held_out |= frozenset(group)
    return held_out


def _cut(entry: SurveyEntry, held_out_seconds: float, settings: CorpusSettings) -> Cut | None:
    """Cuts a recording, so that at least half of it is trained on.

    Args:
        entry: Recording to cut.
        held_out_seconds: Length to hold out.
        settings: Settings of the corpus: both stretches consist of whole segments.

    Returns:
        Where to cut. `None`: the recording is too short.
    """
    count = count_segments(round(entry.seconds * settings.sample_rate), settings)
    length = settings.segment_seconds
    gap = ceil(_GAP_SECONDS / length)
    least = max(_LEAST_SEGMENTS, ceil(_LEAST_PASSAGE_SECONDS / length))
    first = min(int((entry.seconds - held_out_seconds) // length), count - least)
    first = max(first, ceil(count / 2) + gap)
    if count - first < least:
        return None
    return Cut(
        entry.content_hash,
        training_segments=first - gap,
        first_held_out_segment=first,
        held_out_seconds=entry.seconds - first * length,
    )


def divide_recordings(
    entries: Sequence[SurveyEntry],
    segments: Mapping[str, int],
    choice: SplitChoice,
    settings: CorpusSettings,
) -> list[PlannedRecording]:
    """Lists the recordings of both sides of a split; one that is cut is listed twice.

    Args:
        entries: Usable recordings without duplicates.
        segments: Number of segments of each by its content hash.
        choice: What is held out.
        settings: Settings of the corpus.
    """
    planned: list[PlannedRecording] = []
    for entry in entries:
        count, cut = segments[entry.content_hash], choice.cut
        if cut is not None and cut.content_hash == entry.content_hash:
            length, first = settings.segment_seconds, cut.first_held_out_segment
            training = Stretch(
                first_segment=0, start_seconds=0.0, end_seconds=cut.training_segments * length
            )
            held_out = Stretch(
                first_segment=first, start_seconds=first * length, end_seconds=entry.seconds
            )
            planned += [
                PlannedRecording(
                    source=entry, segments=cut.training_segments, split="train", stretch=training
                ),
                PlannedRecording(
                    source=entry, segments=count - first, split="held_out", stretch=held_out
                ),
            ]
        else:
            side = "held_out" if entry.content_hash in choice.held_out else "train"
            planned.append(PlannedRecording(source=entry, segments=count, split=side))
    return planned


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


def _join_parts(entries: Sequence[SurveyEntry], groups: Sequence[list[str]]) -> list[list[str]]:
    """The groups, of which those with parts of one recording are one group."""
    wholes_of = {
        entry.content_hash: {name for path in entry.files if (name := _whole_name(path))}
        for entry in entries
    }
    joined: list[tuple[set[str], list[str]]] = []
    for group in groups:
        wholes, members = {name for one in group for name in wholes_of[one]}, list(group)
        for other in [other for other in joined if wholes & other[0]]:
            joined.remove(other)
            wholes, members = wholes | other[0], members + other[1]
        joined.append((wholes, members))
    return sorted(sorted(members) for _, members in joined)


def find_parts(recordings: Sequence[PlannedRecording]) -> list[list[PlannedRecording]]:
    """Recordings that are named as parts of the same longer one, such as `song (part 1)`.

    Args:
        recordings: Recordings of both sides of the split.

    Returns:
        The recordings of each longer one that has two or more, in the order of the recordings.
    """
    parts: dict[str, list[PlannedRecording]] = {}
    for recording in recordings:
        for whole in dict.fromkeys(map(_whole_name, recording.source.files)):
            if whole is not None:
                parts.setdefault(whole, []).append(recording)
    return [found for found in parts.values() if len(found) > 1]


def _whole_name(path: str) -> str | None:
    """Path of the recording that a file is named as a part of. `None`: it is named as a whole."""
    folder, _, name = path.rpartition("/")
    found = _PART_NAME.fullmatch(_fold(name.rpartition(".")[0] or name))
    return f"{folder}/{found['whole']}" if found else None


def _select(groups: Sequence[list[str]], count: int) -> frozenset[str]:
    """Content hashes of the first groups that are at most so many recordings together.

    A group that is larger is taken only where there is no smaller one.
    """
    held_out: frozenset[str] = frozenset()
    for group in groups:
        if len(held_out) + len(group) <= count:
            held_out |= frozenset(group)
    if not held_out and count and len(groups) > 1:
        return frozenset(min(groups, key=len))
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
