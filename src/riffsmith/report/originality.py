"""Originality of the evaluated clips, and their windows that are most like training music."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from math import ceil

from pydantic import BaseModel, ConfigDict

from riffsmith.evaluation import (
    WINDOW_SECONDS,
    Comparison,
    Originality,
    OriginalityCheck,
    OriginalityGrade,
    Passage,
    WindowOrigin,
    find_nearest,
    join_comparisons,
    worst_grade,
)
from riffsmith.report.media import audio_uri

CLOSEST_WINDOWS = 4


class HeldOutRank(StrEnum):
    """Similarity of a window to training music, compared with that of held-out music."""

    BELOW_99TH = "below_99th"
    """Below the 99th percentile of held-out windows."""
    ABOVE_99TH = "above_99th"
    ABOVE_ALL = "above_all"
    """Above every held-out window."""


class ClosestWindow(BaseModel):
    """A window of a clip that sounds most like a training passage."""

    model_config = ConfigDict(frozen=True)

    clip: int
    """Number of the clip, from 0."""
    window: WindowOrigin
    rank: HeldOutRank
    audio: str
    """Audio of the window as a data URI. It is stored because generating the clip again would take
    longer than the rest of a page."""


class ClipsOriginality(BaseModel):
    """Originality of several clips of one model."""

    model_config = ConfigDict(frozen=True)

    clips: tuple[Originality, ...]
    closest: tuple[ClosestWindow, ...]
    """The window that sounds most like training music first."""

    @property
    def sound(self) -> Comparison:
        """Comparison of the sound of all clips."""
        return join_comparisons([clip.sound for clip in self.clips])

    @property
    def melody(self) -> Comparison:
        """Comparison of the melodies of all clips."""
        return join_comparisons([clip.melody for clip in self.clips])

    @property
    def grade(self) -> OriginalityGrade:
        """The worst grade of a clip."""
        return worst_grade([clip.grade for clip in self.clips])


def check_clips(
    check: OriginalityCheck,
    passages: Sequence[Passage],
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> ClipsOriginality:
    """Checks clips for copies, and keeps the audio of the closest windows.

    Args:
        check: Index of the training music.
        passages: Clips to check.
        on_progress: Called with the finished fraction, from 0 to 1.

    Raises:
        AudioError: A clip holds samples that are not numbers.
    """
    clips: list[Originality] = []
    for passage in passages:
        clips.append(check.check(passage.audio, passage.sample_rate))
        on_progress(len(clips) / len(passages))
    closest = [
        ClosestWindow(
            clip=number,
            window=window,
            rank=_rank(window, clips[number]),
            audio=_excerpt(passages[number], window.start_seconds),
        )
        for number, window in find_closest(clips)
    ]
    return ClipsOriginality(clips=tuple(clips), closest=tuple(closest))


def find_closest(clips: Sequence[Originality]) -> list[tuple[int, WindowOrigin]]:
    """The windows that sound most like training music; see `find_nearest`."""
    return find_nearest([clip.sound for clip in clips], WINDOW_SECONDS, CLOSEST_WINDOWS)


def _rank(window: WindowOrigin, clip: Originality) -> HeldOutRank:
    if window not in clip.sound.suspicious_windows():
        return HeldOutRank.BELOW_99TH
    is_above_all = window.score > clip.sound.held_out_highest
    return HeldOutRank.ABOVE_ALL if is_above_all else HeldOutRank.ABOVE_99TH


def _excerpt(clip: Passage, start_seconds: float) -> str:
    start = round(start_seconds * clip.sample_rate)
    audio = clip.audio[start : start + ceil(WINDOW_SECONDS * clip.sample_rate)]
    return audio_uri(audio, clip.sample_rate)
