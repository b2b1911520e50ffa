"""Schemas of kept clips."""

from typing import Annotated, Any, Literal

from pydantic import Field, computed_field, model_validator

from riffsmith.api.tags import title_of
from riffsmith.audio import LoopGrid
from riffsmith.evaluation import OriginalityGrade
from riffsmith.studio.home import safe_name
from riffsmith.studio.messages import MelodyCode, OriginalityCode
from riffsmith.studio.playback.schemas import AudioPromptInfo, ControlValues, ModelId
from riffsmith.studio.schemas import Message, Request, Response, SamplePosition, Seed

CLIP_FORMATS = ("wav", "flac", "mp3")
MOST_BARS = 16
_APART = str.maketrans("/\\.", "---")  # would end a folder's name, or begin an ending
_TITLE = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$"
"""A title has no control characters, and no spaces at its ends."""

Title = Annotated[str, Field(min_length=1, max_length=80, pattern=_TITLE)]


class ClipRequest(Request, frozen=True):
    """A part of a piece to keep."""

    end: SamplePosition = Field(description="The sample that the clip ends before.")
    seconds: float = Field(default=30.0, ge=1, le=600, allow_inf_nan=False)


class LoopRequest(Request, frozen=True):
    """A loop to make and keep."""

    model: ModelId
    seed: Seed | None = Field(default=None, description="Seed of the loop; null: it is drawn.")
    controls: ControlValues = Field(
        default=ControlValues(),
        description="Controls; a loop has a single style, so it takes no variation and no morph. "
        "Without a tempo the model chooses one.",
    )
    bars: int = Field(default=4, ge=1, le=MOST_BARS, description="Number of bars of four beats.")


class PartRequest(Request, frozen=True):
    """A part of a clip to keep as a clip of its own."""

    begin: SamplePosition = Field(description="The first sample of the part.")
    end: SamplePosition = Field(description="The sample that the part ends before.")


class ClipChange(Request, frozen=True):
    """What is changed of a clip; what is null stays as it is."""

    title: Title | None = None
    favourite: bool | None = None


class Peaks(Response, frozen=True):
    """The waveform of a clip."""

    peaks: list[int] = Field(
        description="The largest level of each of several hundred equal spans; 255 is full scale."
    )


class LoopInfo(Response, frozen=True):
    """What makes a clip a loop: whole bars at an exact tempo that repeat without a seam."""

    bars: int
    beats: int
    bpm: float = Field(description="Tempo in beats per minute.")
    tuning_cents: float = Field(
        description="How much higher the loop sounds than the model plays, in cents."
    )

    @property
    def grid(self) -> LoopGrid:
        """Bars and tempo as audio files store them."""
        return LoopGrid(self.bars, self.bpm, self.beats // self.bars)


class PartInfo(Response, frozen=True):
    """Where a clip was cut out of another one."""

    clip: str = Field(description="Id of the other clip, which may have been deleted.")
    name: str | None = Field(description="The title that a listener gave it; null: none.")
    begin: float = Field(description="Second of the other clip that the part begins with.")
    end: float = Field(description="Second of the other clip that the part ends with.")


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
    name: str | None = Field(
        default=None, description="Title that a listener gave; null: it has that of its making."
    )
    favourite: bool = False
    loop: LoopInfo | None = Field(default=None, description="Bars and tempo; null: no loop.")
    part: PartInfo | None = Field(
        default=None, description="Where it was cut out of another clip; null: it was not."
    )

    @computed_field(description="Name of its files, without their ending.")
    @property
    def file_name(self) -> str:
        """The title that a listener gave, or seed or id; that of a loop has tempo and bars."""
        given = safe_name((self.name or "").translate(_APART))
        label = f"-{self.loop.grid.label}" if self.loop else ""
        return (given or f"riff-{self.seed if self.loop else self.id}") + label

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
