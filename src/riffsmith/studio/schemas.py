"""What goes over the wire."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from riffsmith.config import DEFAULT_PRESET, preset_names
from riffsmith.studio.home import (
    BEGINNING_PATTERN,
    MODEL_PATTERN,
    RUN_NAME_PATTERN,
    SOURCE_PATTERN,
)
from riffsmith.synthesis import LONGEST_PROMPT_SECONDS, SHORTEST_PROMPT_SECONDS, Controls

LARGEST_SEED = 2**53 - 1
"""What a browser's numbers hold exactly."""
LAST_SAMPLE = 10**12
CLIP_FORMATS = ("wav", "flac", "mp3")

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Place = Annotated[int, Field(ge=0, le=LAST_SAMPLE)]
ModelId = Annotated[str, Field(pattern=MODEL_PATTERN, description="As the list of models has it.")]


class Asked(BaseModel):
    """A body that a client sends: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Told(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class Problem(Told):
    """Why a request was not carried out."""

    detail: str = Field(description="One sentence: what was found, what to do.")


class Health(Told):
    """That the server is there."""

    version: str


class ModelInfo(Told):
    """A model that can be played."""

    id: str
    kind: Literal["shipped", "run", "bundle"]
    title: str
    preset: str
    sample_rate: int = Field(description="In Hz.")
    credits: list[str] = Field(description="The recordings that it was trained on.")
    streams: bool = Field(description="Whether it plays endless pieces.")


class ControlValues(Asked):
    """What is asked of a piece; null leaves a thing to the seed."""

    intensity: Share | None = Field(
        default=None, description="0: the calmest passages; 1: the busiest."
    )
    brightness: Share | None = Field(
        default=None, description="0: the darkest passages; 1: the brightest."
    )
    tempo: Annotated[float, Field(ge=40, le=320, allow_inf_nan=False)] | None = Field(
        default=None, description="Beats a minute."
    )
    variation: Share = Field(
        default=0.5, description="0 holds one kind of passage, 1 wanders through all."
    )
    morph_seed: Seed | None = Field(
        default=None, description="A seed whose passages the piece turns to."
    )
    morph_seconds: float = Field(
        default=30.0, ge=0, le=3600, allow_inf_nan=False, description="How long that takes."
    )

    def to_controls(self) -> Controls:
        """The same for the synthesis."""
        return Controls(**self.model_dump())

    @classmethod
    def of(cls, controls: Controls) -> "ControlValues":
        """The same for the wire."""
        return cls(**{name: getattr(controls, name) for name in cls.model_fields})


class StreamControls(ControlValues):
    """The same with the piece's seed, as the end of an address."""

    seed: Seed | None = Field(default=None, description="Drawn where it is left out.")


class Beginning(Asked):
    """Music of one's own that a piece begins with."""

    source: str = Field(
        pattern=BEGINNING_PATTERN, description="An upload of one recording, or `clip:` and its id."
    )
    second: float = Field(
        default=0.0, ge=0, le=43_200, allow_inf_nan=False, description="Where it is taken from."
    )
    seconds: float = Field(
        default=20.0, ge=SHORTEST_PROMPT_SECONDS, le=LONGEST_PROMPT_SECONDS, allow_inf_nan=False
    )
    vary: Share = Field(
        default=0.5, description="0 keeps it and goes on from it, 1 keeps only its kind and tempo."
    )


class PlayerRequest(Asked):
    """A piece to begin."""

    model: ModelId
    seed: Seed | None = Field(default=None, description="Drawn where it is null.")
    controls: ControlValues = ControlValues()
    like: Beginning | None = None


class PlayerInfo(Told):
    """A piece that was begun."""

    id: str
    model: str
    seed: int
    sample_rate: int = Field(description="In Hz.")
    channels: Literal[2] = 2


class TurnRequest(Asked):
    """Something else to ask of a piece."""

    controls: ControlValues
    at: Place = Field(default=0, description="The sample from which it should be heard.")
    hearing: Place | None = Field(
        default=None,
        description="The sample that is heard now: what was pulled and is not heard yet may be "
        "replaced. Without it everything that was pulled stays.",
    )


class TurnInfo(Told):
    """What became of it."""

    at: int = Field(
        description="The sample from which it is heard, and from which on it has to be pulled anew."
    )


class GenerateRequest(Asked):
    """A clip to make."""

    model: ModelId
    seconds: float = Field(default=30.0, ge=0.1, le=600, allow_inf_nan=False)
    seed: Seed | None = Field(default=None, description="Drawn where it is null.")
    controls: ControlValues = ControlValues()
    format: Literal["wav", "flac", "mp3", "ogg"] = "wav"
    loop: bool = Field(default=False, description="Whole bars that repeat without a seam.")
    like: Beginning | None = None

    @model_validator(mode="after")
    def _fits(self) -> "GenerateRequest":
        if self.loop and self.like:
            raise ValueError("a loop cannot begin with music of one's own: leave one out")
        return self


class ClipRequest(Asked):
    """What to keep of a piece."""

    end: Place = Field(description="The sample that it ends before.")
    seconds: float = Field(default=30.0, ge=1, le=600, allow_inf_nan=False)


class Moment(Told):
    """What was asked from a second on."""

    at: float = Field(description="Seconds from the clip's beginning.")
    controls: ControlValues


class MatchInfo(Told):
    """A real passage that a part of a clip is near to."""

    at: float = Field(description="Second of the clip.")
    recording: str
    second: float = Field(description="Of the recording.")
    semitones: int = Field(description="By how much the clip is higher there.")
    percentile: float = Field(description="Share of new music that is less near, in percent.")


class OriginalityInfo(Told):
    """Whether a clip copies what its model was trained on."""

    state: Literal["waiting", "done", "failed"]
    verdict: str = Field(description="In words; where it failed, why.")
    matches: list[MatchInfo] = []


class BegunWith(Told):
    """What a piece began with."""

    name: str
    second: float
    seconds: float
    vary: float


class Clip(Told):
    """A clip that was kept."""

    id: str
    title: str
    model: str
    seed: int
    sample_rate: int
    begin: int = Field(description="The sample of its piece that it begins with.")
    controls: list[Moment]
    like: BegunWith | None = None
    seconds: float
    created: str = Field(description="ISO 8601 in UTC.")
    originality: OriginalityInfo | None


class FileInfo(Told):
    """A file that was taken."""

    name: str
    bytes: int


class RefusedFile(Told):
    """A file that was not taken."""

    name: str
    reason: str


class UploadInfo(Told):
    """What became of an upload."""

    source: str = Field(description="Its name for surveys and trainings.")
    files: list[FileInfo]
    refused: list[RefusedFile]


SourceName = Annotated[
    str,
    Field(
        pattern=SOURCE_PATTERN,
        description="`upload:NAME`, `demo`, or the absolute path of a folder on this computer.",
    ),
]


class SurveyRequest(Asked):
    """Recordings to look through."""

    source: SourceName


class SurveyFile(Told):
    """A file of a folder."""

    path: str
    usable: bool
    reason: str | None = Field(description="Why it is skipped; null: it is used.")
    warnings: list[str]
    seconds: float
    sample_rate: int
    channels: int
    encoding: str
    peak_db: float
    loudness_lufs: float | None
    content_hash: str


class SurveyInfo(Told):
    """A folder, file by file, as `riffsmith survey --json` prints it."""

    folder: str
    genre: str | None
    entries: list[SurveyFile]
    minutes: float
    usable: int
    skipped: int
    sample_rates: dict[str, int]
    channel_counts: dict[str, int]
    verdict: str
    training_preset: str
    training_seconds: float


def _known(preset: str) -> str:
    if preset not in preset_names():
        raise ValueError(f"choose one of {', '.join(preset_names())}")
    return preset


Preset = Annotated[
    str, AfterValidator(_known), Field(json_schema_extra={"enum": [*preset_names()]})
]


class JobRequest(Asked):
    """A training to start."""

    source: SourceName
    name: str = Field(pattern=RUN_NAME_PATTERN, description="Of the run: letters, digits, - and _.")
    minutes: float | None = Field(default=None, gt=0, le=7 * 24 * 60, allow_inf_nan=False)
    preset: Preset = DEFAULT_PRESET


class Loss(Told):
    """Means of an epoch."""

    step: int
    discriminator: float | None = Field(description="None in a warm-up, where none plays.")
    generator: float


class Distance(Told):
    """How near to real a snapshot was: 1 is as near as the training recordings."""

    step: int
    distance: float


class Event(Told):
    """Something that the watch saw or did."""

    step: int
    kind: str
    text: str


class PreviewOf(Told):
    """A snapshot that can be heard and seen."""

    epoch: int
    step: int


class Job(Told):
    """A training."""

    name: str
    state: Literal["running", "stopped", "finished", "failed"]
    preset: str
    stage: str = Field(description="preparing, fitting the codec, or training.")
    share: float | None = Field(description="Of the stage, from 0 to 1.")
    step: int
    steps: int | None = Field(description="Of the whole; null where it ends by the clock.")
    epoch: int
    seconds_left: float | None
    message: str | None = Field(description="Why it ended, where there is something to say.")
    losses: list[Loss]
    distances: list[Distance]
    events: list[Event]
    previews: list[PreviewOf]
    best_epoch: int | None
    distance: float | None = Field(description="Of the snapshot that is played.")
