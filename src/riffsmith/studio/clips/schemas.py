"""Schemas of kept clips."""

from typing import Any, Literal

from pydantic import Field, model_validator

from riffsmith.api.tags import title_of
from riffsmith.evaluation import OriginalityGrade
from riffsmith.studio.messages import MelodyCode, OriginalityCode
from riffsmith.studio.playback.schemas import AudioPromptInfo, ControlValues
from riffsmith.studio.schemas import Message, Request, Response, SamplePosition

CLIP_FORMATS = ("wav", "flac", "mp3")


class ClipRequest(Request, frozen=True):
    """A part of a piece to keep."""

    end: SamplePosition = Field(description="The sample that the clip ends before.")
    seconds: float = Field(default=30.0, ge=1, le=600, allow_inf_nan=False)


class Moment(Response, frozen=True):
    """The controls from a second of a clip on."""

    at: float = Field(description="Seconds from the clip's beginning.")
    controls: ControlValues


class MatchInfo(Response, frozen=True):
    """A real passage that a part of a clip is near to."""

    at: float = Field(description="Second of the clip.")
    recording: str
    second: float = Field(description="Second of the recording.")
    semitones: int = Field(description="By how much the clip is higher there.")
    percentile: float = Field(description="Percentage of new music that is less near.")
    has_audio: bool = Field(
        default=True,
        description="Whether the passage can be heard: the recordings are at hand.",
    )


class OriginalityMessage(Message, frozen=True):
    """What the comparison found, or why there is none."""

    code: OriginalityGrade | OriginalityCode


class MelodyMessage(Message, frozen=True):
    """What the comparison of melodies found, or why there is none."""

    code: OriginalityGrade | MelodyCode


class OriginalityInfo(Response, frozen=True):
    """The comparison of a clip with the recordings that its model was trained on."""

    state: Literal["waiting", "done", "failed"]
    grade: OriginalityGrade | None = Field(
        default=None,
        description="The worse grade of sound and melodies, once the comparison is done.",
    )
    verdict: OriginalityMessage = Field(description="How much it sounds like the recordings.")
    melody: MelodyMessage | None = Field(
        default=None, description="How much its notes are like those of the recordings."
    )
    matches: list[MatchInfo] = Field(
        default=[], description="The real passages that are nearest to it."
    )

    @classmethod
    def missing(cls, code: OriginalityCode, **parameters: str | float) -> "OriginalityInfo":
        """A comparison that is not done, or that failed."""
        state = "waiting" if code is OriginalityCode.WAITING else "failed"
        return cls(state=state, verdict=OriginalityMessage.of(code, **parameters))


class Clip(Response, frozen=True):
    """A clip that was kept."""

    id: str
    title: str = Field(description="Title in English, as its files have it.")
    model: str
    model_title: str
    seed: int
    sample_rate: int = Field(description="Sample rate in Hz.")
    begin: int = Field(description="The sample of its piece that it begins with.")
    controls: list[Moment]
    audio_prompt: AudioPromptInfo | None = None
    seconds: float
    created: str = Field(description="Date and time in ISO 8601, in UTC.")
    originality: OriginalityInfo | None

    @model_validator(mode="before")
    @classmethod
    def _convert(cls, values: Any) -> Any:
        """Takes records of Riffsmith 1, too; their clips are compared again."""
        if not isinstance(values, dict) or "model_title" in values:
            return values
        values = dict(values, model_title=title_of(str(values.get("model", ""))))
        if prompt := values.pop("like", None):
            noise_level = prompt.pop("vary")
            values["audio_prompt"] = {**prompt, "noise_level": noise_level, "seed": None}
        if values.get("originality"):
            values["originality"] = OriginalityInfo.missing(OriginalityCode.WAITING)
        return values
