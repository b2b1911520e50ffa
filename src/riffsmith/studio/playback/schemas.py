"""Schemas of pieces: controls, audio prompts, players, generated clips."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from riffsmith.controls import FURTHEST_TRANSPOSITION
from riffsmith.studio.home import MODEL_PATTERN, PROMPT_PATTERN
from riffsmith.studio.schemas import Fraction, Request, Response, SamplePosition, Seed
from riffsmith.synthesis import LONGEST_PROMPT_SECONDS, SHORTEST_PROMPT_SECONDS, Controls

ModelId = Annotated[
    str, Field(pattern=MODEL_PATTERN, description="Id of a model from the list of models.")
]


class ControlValues(Request, frozen=True):
    """Values of the controls; null leaves a control to the seed or the model."""

    intensity: Fraction | None = Field(
        default=None, description="0: the calmest passages; 1: the busiest."
    )
    brightness: Fraction | None = Field(
        default=None, description="0: the darkest passages; 1: the brightest."
    )
    tempo: Annotated[float, Field(ge=40, le=320, allow_inf_nan=False)] | None = Field(
        default=None, description="Beats a minute."
    )
    variation: Fraction = Field(
        default=0.5, description="0: one kind of passage; 1: all kinds, one after the other."
    )
    form: Fraction | None = Field(
        default=None,
        description="0: no bar is repeated; 1: one riff throughout; null: what the model is used "
        "to.",
    )
    key: Annotated[str, Field(pattern=r"^[A-G][#b]?( major| minor|m)?$")] | None = Field(
        default=None, description="Key that the piece is transposed to; null: it stays as it is."
    )
    transpose: Annotated[int, Field(ge=-FURTHEST_TRANSPOSITION, le=FURTHEST_TRANSPOSITION)] = Field(
        default=0, description="Transposition in semitones, beside that of the key."
    )
    morph_seed: Seed | None = Field(
        default=None, description="Seed whose passages the piece moves to."
    )
    morph_seconds: float = Field(
        default=30.0, ge=0, le=3600, allow_inf_nan=False, description="Length of that move."
    )

    def to_controls(self) -> Controls:
        """The same values as the synthesis takes them."""
        return Controls(**self.model_dump())

    @classmethod
    def of(cls, controls: Controls) -> "ControlValues":
        """Values of the synthesis's controls."""
        return cls(**{name: getattr(controls, name) for name in cls.model_fields})


class StreamControls(ControlValues, frozen=True):
    """Values of the controls and the seed, as the query of an address."""

    seed: Seed | None = Field(default=None, description="Seed of the piece; drawn if left out.")


class AudioPromptRequest(Request, frozen=True):
    """Music of one's own that a piece begins with."""

    source: str = Field(
        pattern=PROMPT_PATTERN,
        description="Source of an upload with one recording, or `clip:` and the id of a clip.",
    )
    second: float = Field(
        default=0.0,
        ge=0,
        le=43_200,
        allow_inf_nan=False,
        description="Second of the recording from which on it is taken.",
    )
    seconds: float = Field(
        default=20.0,
        ge=SHORTEST_PROMPT_SECONDS,
        le=LONGEST_PROMPT_SECONDS,
        allow_inf_nan=False,
        description="Length of the prompt.",
    )
    noise_level: Fraction = Field(
        default=0.5,
        description="0: the piece begins with the music as it is; 1: it takes only its kind and "
        "tempo.",
    )


class AudioPromptInfo(Response, frozen=True):
    """The audio prompt that a piece began with."""

    name: str = Field(description="Name of the file, or title of the model that made the clip.")
    seed: int | None = Field(description="Seed of the clip; null for a recording.")
    second: float
    seconds: float
    noise_level: float


class PlayerRequest(Request, frozen=True):
    """A piece to begin."""

    model: ModelId
    seed: Seed | None = Field(default=None, description="Seed of the piece; null: it is drawn.")
    controls: ControlValues = ControlValues()
    audio_prompt: AudioPromptRequest | None = None


class PlayerInfo(Response, frozen=True):
    """A piece that has begun."""

    id: str
    model: str
    seed: int
    sample_rate: int = Field(description="Sample rate in Hz.")
    channels: Literal[2] = 2


class ControlChangeRequest(Request, frozen=True):
    """New controls for a piece."""

    controls: ControlValues
    at: SamplePosition = Field(
        default=0, description="The first sample that the change may apply to."
    )
    position: SamplePosition | None = Field(
        default=None,
        description="The sample that the listener plays now. Samples after it that were pulled and "
        "not played yet may be replaced; if left out, everything that was pulled stays.",
    )


class ControlChangeInfo(Response, frozen=True):
    """The place of a control change."""

    at: int = Field(
        description="The first sample of the change, from which on samples have to be pulled again."
    )


class RemoteControls(Response, frozen=True):
    """Controls that OSC and MIDI have changed."""

    is_listening: bool = Field(description="Whether the studio listens to OSC or MIDI at all.")
    count: int = Field(description="Number of changes up to now.")
    controls: dict[str, float | str | None] = Field(
        description="New values by the names of the controls; null leaves a control to the seed."
    )


class GenerateRequest(Request, frozen=True):
    """A clip to generate."""

    model: ModelId
    snapshot: Annotated[int, Field(ge=0, le=10**9)] | None = Field(
        default=None,
        description="Number of a snapshot of a run, from the list of models; null: the best or "
        "newest one.",
    )
    seconds: float = Field(default=30.0, ge=0.1, le=600, allow_inf_nan=False)
    seed: Seed | None = Field(default=None, description="Seed of the clip; null: it is drawn.")
    controls: ControlValues = ControlValues()
    format: Literal["wav", "flac", "mp3", "ogg"] = "wav"
    loop: bool = Field(
        default=False,
        description="Whole bars that repeat without a seam, at exactly the tempo that is asked "
        "for. The length is rounded to bars.",
    )
    bars: int | None = Field(
        default=None, ge=1, description="Length of a loop in bars, in the place of its seconds."
    )
    audio_prompt: AudioPromptRequest | None = None

    @model_validator(mode="after")
    def _fits(self) -> "GenerateRequest":
        if self.loop and self.audio_prompt:
            raise ValueError("a loop cannot begin with music of one's own: leave one out")
        if self.bars is not None and not self.loop:
            raise ValueError("only a loop is counted in bars: give loop or leave bars out")
        return self
