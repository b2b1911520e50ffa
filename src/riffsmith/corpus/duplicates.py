"""Decides what happens to files that hold the same music."""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import RecordingCode, RecordingRemark
from riffsmith.corpus.entry import SurveyEntry
from riffsmith.corpus.shared_music import SharedMusic, find_shared_music

_CONTAINED = 0.7
"""A recording is left out where another one holds at least this fraction of it."""
_LEAST_SECONDS = 10.0
"""Shorter passages in common do not tie two long recordings together."""
_LEAST_FRACTION = 0.25
"""Excerpts of one recording that overlap are short: this fraction of one of them ties them."""
_DAMAGE = frozenset(
    {
        RecordingCode.DAMAGED,
        RecordingCode.CUT_OFF,
        RecordingCode.TRUNCATED,
        RecordingCode.PARTIAL,
        RecordingCode.CLIPPED,
    }
)
"""Flaws that decide which of two files with the same music is used."""


def mark_duplicates(
    entries: Sequence[SurveyEntry], landmarks: Sequence[Float[Tensor, "_ 2"] | None]
) -> list[SurveyEntry]:
    """Leaves out files whose music is in another file, and says which files share a part of it.

    Of several files with the same audio the first stays. Of several with the same music the longest
    stays, to the second; then the one with the least damage, a lossless one, and the one with the
    highest sample rate.

    Args:
        entries: All files of a folder.
        landmarks: Landmarks of each usable file, as `find_landmarks` gives them. `None` for others.
    """
    marked = _leave_out_same_audio(entries)
    known = [
        (number, found)
        for number, (entry, found) in enumerate(zip(marked, landmarks, strict=True))
        if entry.usable and found is not None
    ]
    pairs: dict[int, list[_Relation]] = {number: [] for number, _ in known}
    for shared in find_shared_music([found for _, found in known]):
        first, second = known[shared.first][0], known[shared.second][0]
        pairs[first].append(_Relation(second, shared, is_first=True))
        pairs[second].append(_Relation(first, shared, is_first=False))
    kept: set[int] = set()
    for number in sorted(pairs, key=lambda number: (*_preference(marked[number]), number)):
        containing = [
            relation for relation in pairs[number] if relation.other in kept and relation.is_inside
        ]
        if containing:
            relation = max(containing, key=lambda relation: relation.shared.seconds)
            refusal = relation.refusal(marked[relation.other].path)
            marked[number] = marked[number].model_copy(update={"refusal": refusal})
        else:
            kept.add(number)
    for number in sorted(kept):
        sharing = [
            relation for relation in pairs[number] if relation.other in kept and relation.is_tied
        ]
        if sharing:
            paths = [marked[relation.other].path for relation in sharing]
            marked[number] = _say_what_is_shared(marked[number], paths, sharing)
    return marked


@dataclass(frozen=True)
class _Relation:
    """What a recording has in common with another one."""

    other: int
    """Number of the other file."""
    shared: SharedMusic
    is_first: bool
    """Whether the recording itself is the first one of `shared`."""

    @property
    def is_inside(self) -> bool:
        """Whether the other one holds this recording."""
        fraction = self.shared.of_first if self.is_first else self.shared.of_second
        return fraction >= _CONTAINED

    @property
    def is_tied(self) -> bool:
        """Whether the two recordings have to stay on the same side of the split."""
        shared = self.shared
        fraction = max(shared.of_first, shared.of_second)
        return shared.seconds >= _LEAST_SECONDS or fraction >= _LEAST_FRACTION

    def refusal(self, path: str) -> RecordingRemark:
        """Why this recording is left out for the sake of the other one.

        Args:
            path: Path of the other one.
        """
        fraction = self.shared.of_second if self.is_first else self.shared.of_first
        if fraction >= _CONTAINED:
            return RecordingRemark.of(RecordingCode.SAME_MUSIC, path=path)
        start = -self.shared.offset_seconds if self.is_first else self.shared.offset_seconds
        return RecordingRemark.of(RecordingCode.EXCERPT, path=path, start=max(0, round(start)))


def _leave_out_same_audio(entries: Sequence[SurveyEntry]) -> list[SurveyEntry]:
    first: dict[str, str] = {}
    marked: list[SurveyEntry] = []
    for entry in entries:
        if entry.usable and entry.content_hash in first:
            original = first[entry.content_hash]
            refusal = RecordingRemark.of(RecordingCode.DUPLICATE, path=original)
            entry = entry.model_copy(update={"refusal": refusal})
        elif entry.usable:
            first[entry.content_hash] = entry.path
        marked.append(entry)
    return marked


def _preference(entry: SurveyEntry) -> tuple[int, int, bool, int]:
    """The smaller it is, the rather a recording stays."""
    damage = sum(flaw.code in _DAMAGE for flaw in entry.flaws)
    return -round(entry.seconds), damage, entry.is_lossy, -entry.sample_rate


def _say_what_is_shared(
    entry: SurveyEntry, paths: Sequence[str], sharing: Sequence[_Relation]
) -> SurveyEntry:
    flaws = list(entry.flaws)
    for path, relation in zip(paths, sharing, strict=True):
        seconds = round(relation.shared.seconds)
        flaws.append(RecordingRemark.of(RecordingCode.SHARED_MUSIC, path=path, seconds=seconds))
    return entry.model_copy(update={"flaws": tuple(flaws), "shares_with": tuple(paths)})
