"""Originality of the clips that were judged, and the windows that are most like training music."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Literal

from pydantic import BaseModel, ConfigDict

from riffsmith.evaluation import Passage
from riffsmith.evaluation.copying.originality import (
    WINDOW_SECONDS,
    Originality,
    OriginalityCheck,
    WindowOrigin,
)
from riffsmith.report.media import player

SUSPECTS = 4


class Suspect(BaseModel):
    """A window of a clip that is near to a training passage."""

    model_config = ConfigDict(frozen=True)

    clip: int
    """From 0."""
    window: WindowOrigin
    level: Literal["below", "above", "beyond"]
    """Below the 99th percentile of held-out music, above it, or beyond all of it."""
    audio: str
    """As a data URI: playing the clip anew would take longer than the rest of a page."""


class Origins(BaseModel):
    """Where each judged clip comes from."""

    model_config = ConfigDict(frozen=True)

    clips: tuple[Originality, ...]
    suspects: tuple[Suspect, ...]
    """The nearest to training music first."""

    @property
    def windows(self) -> int:
        """Of all clips."""
        return sum(len(clip.windows) for clip in self.clips)


def find_origins(
    check: OriginalityCheck,
    passages: Sequence[Passage],
    on_share: Callable[[float], None] = lambda share: None,
) -> Origins:
    """Checks clips, and keeps an excerpt of each window that is most like training music.

    Raises:
        AudioError: A clip holds samples that are not numbers.
    """
    clips: list[Originality] = []
    for passage in passages:
        clips.append(check.check(passage.audio, passage.sample_rate))
        on_share(len(clips) / len(passages))
    suspects = [
        Suspect(
            clip=number,
            window=window,
            level=_level(window, clips[number]),
            audio=_excerpt(passages[number], window.start_seconds),
        )
        for number, window in choose_suspects(clips)
    ]
    return Origins(clips=tuple(clips), suspects=tuple(suspects))


def choose_suspects(clips: Sequence[Originality]) -> list[tuple[int, WindowOrigin]]:
    """Numbers of clips and windows, the nearest to training music first, none over another."""
    windows = [(number, window) for number, clip in enumerate(clips) for window in clip.windows]
    chosen: list[tuple[int, WindowOrigin]] = []
    for number, window in sorted(windows, key=lambda pair: -pair[1].score):
        overlaps = [
            abs(other.start_seconds - window.start_seconds) < WINDOW_SECONDS
            for of, other in chosen
            if of == number
        ]
        if not any(overlaps):
            chosen.append((number, window))
    return chosen[:SUSPECTS]


def _level(window: WindowOrigin, clip: Originality) -> Literal["below", "above", "beyond"]:
    if window not in clip.suspicious_windows():
        return "below"
    return "beyond" if window.score > clip.held_out_highest else "above"


def _excerpt(clip: Passage, start_seconds: float) -> str:
    start = round(start_seconds * clip.sample_rate)
    audio = clip.audio[start : start + ceil(WINDOW_SECONDS * clip.sample_rate)]
    return player(audio, clip.sample_rate)
