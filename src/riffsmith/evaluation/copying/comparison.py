"""The result of a comparison with the training music, window by window."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, computed_field

from riffsmith.evaluation.copying.representation import CopyKind
from riffsmith.evaluation.remarks import Remark
from riffsmith.messages import Count

_SUSPICIOUS_PERCENTILE = 99.0
_COPIED_FACTOR = 1.75  # times the highest held-out score, which unrelated music does not reach


class OriginalityGrade(StrEnum):
    """The result of a comparison in one word."""

    ORIGINAL = "original"
    """No window is more similar to the training music than 99 % of held-out music."""
    SUSPICIOUS = "suspicious"
    """Some windows are more similar, none by far."""
    COPIED = "copied"
    """A window is by far more similar than any held-out music."""


class WindowOrigin(BaseModel):
    """The training passage that is most similar to one window."""

    model_config = ConfigDict(frozen=True)

    start_seconds: float
    """Second of the clip at which the window begins."""
    recording: str
    """Name of the training recording."""
    recording_seconds: float
    """Second of the recording at which the passage begins."""
    semitones: float
    """Pitch of the window above that of the passage, in semitones."""
    speed: float
    """Speed of the window relative to the passage: 2 is twice as fast."""
    similarity: float
    """Similarity of the prints: 1 for equal ones; unrelated music has about 0.1 in sound and 0.2 in
    notes."""
    score: float
    """How far the similarity stands out among all training music; see `PassageIndex.search`."""
    percentile: float
    """Percentage of held-out windows with a lower score; never 100."""


class Comparison(BaseModel):
    """Comparison of one clip with the training music, in its sound or in its melodies."""

    model_config = ConfigDict(frozen=True)

    kind: CopyKind
    windows: tuple[WindowOrigin, ...]
    """Results of all windows that are judged; one begins every second."""
    unjudged_windows: int = 0
    """Number of windows that have too few notes to be judged."""
    held_out_windows: int
    """Number of held-out windows that the percentiles refer to."""
    held_out_highest: float
    """Highest score of a held-out window; 0 without any."""
    obstacle: Remark | None = None
    """Why no window is judged; `None` where some are."""

    @computed_field
    @property
    def share_above_99th(self) -> float | None:
        """Share of judged windows above the 99th percentile, from 0 to 1; about 0.01 for new music.

        `None`: no window is judged.
        """
        return len(self.suspicious_windows()) / len(self.windows) if self.windows else None

    @computed_field
    @property
    def grade(self) -> OriginalityGrade | None:
        """The result in one word; `None` where no window is judged."""
        if self.obstacle:
            return None
        suspicious = self.suspicious_windows()
        if not suspicious:
            return OriginalityGrade.ORIGINAL
        is_far = suspicious[0].score > _COPIED_FACTOR * self.held_out_highest
        return OriginalityGrade.COPIED if is_far else OriginalityGrade.SUSPICIOUS

    @computed_field
    @property
    def verdict(self) -> str:
        """The result in one English sentence, for people; programs read `grade`."""
        if self.obstacle:
            return f"Melodies are not compared: {self.obstacle.text}."
        sentence = self._say_grade()
        if self.unjudged_windows:
            sentence += f" Windows with too few notes to be judged: {self.unjudged_windows}."
        return sentence

    def _say_grade(self) -> str:
        suspicious, is_melody = self.suspicious_windows(), self.kind is CopyKind.MELODY
        music = "the melodies of the training music" if is_melody else "the training music"
        if not suspicious:
            copy = "copied melody" if is_melody else "copy"
            number = len(self.windows)
            windows = "its one window is" if number == 1 else f"all {number} windows are"
            return f"No {copy} found: {windows} as far from {music} as held-out music is."
        first = suspicious[0]
        source = (
            f"second {first.start_seconds:g} is most like second {first.recording_seconds:g} of "
            f"{first.recording}."
        )
        verb = "is" if len(suspicious) == 1 else "are"
        count = f"{len(suspicious)} of {Count(len(self.windows)):window|windows} {verb}"
        if self.grade is OriginalityGrade.COPIED:
            copied = "Melody copied" if is_melody else "Copied"
            return f"{copied}: {count} nearer to {music} than held-out music is; {source}"
        listen = "Listen to the melody" if is_melody else "Listen to it"
        return (
            f"{listen}: {count} nearer to {music} than 99 % of held-out music, though none by "
            f"far; {source}"
        )

    def suspicious_windows(self) -> list[WindowOrigin]:
        """Windows above the 99th percentile, the highest score first."""
        found = [window for window in self.windows if window.percentile >= _SUSPICIOUS_PERCENTILE]
        return sorted(found, key=lambda window: -window.score)


def join_comparisons(found: Sequence[Comparison]) -> Comparison:
    """One result for several clips, which were compared with the same music in the same way."""
    judged = [one for one in found if one.obstacle is None]
    return found[0].model_copy(
        update={
            "windows": tuple(window for one in judged for window in one.windows),
            "unjudged_windows": sum(one.unjudged_windows for one in found),
            "obstacle": None if judged else found[0].obstacle,
        }
    )


def find_nearest(
    found: Sequence[Comparison], window_seconds: float, most: int
) -> list[tuple[int, WindowOrigin]]:
    """The windows that are most like training music, at most one of each moment.

    Args:
        found: Comparisons of several clips.
        window_seconds: Length of a window; windows that are nearer to each other are one moment.
        most: Largest number of windows.

    Returns:
        Numbers of the clips and their windows, the highest score first.
    """
    windows = [(number, window) for number, one in enumerate(found) for window in one.windows]
    chosen: list[tuple[int, WindowOrigin]] = []
    for number, window in sorted(windows, key=lambda pair: -pair[1].score):
        overlaps = [
            abs(other.start_seconds - window.start_seconds) < window_seconds
            for other_number, other in chosen
            if other_number == number
        ]
        if not any(overlaps):
            chosen.append((number, window))
    return chosen[:most]


def worst_grade(grades: Sequence[OriginalityGrade | None]) -> OriginalityGrade:
    """The worst of several grades; those that are `None` do not count."""
    worst_first = (OriginalityGrade.COPIED, OriginalityGrade.SUSPICIOUS)
    return next((grade for grade in worst_first if grade in grades), OriginalityGrade.ORIGINAL)
