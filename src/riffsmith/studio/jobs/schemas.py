"""Schemas of trainings."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from riffsmith.config import DEFAULT_PRESET, preset_names
from riffsmith.messages import Parameter
from riffsmith.runs import Stage, Unit
from riffsmith.studio.home import RUN_NAME_PATTERN
from riffsmith.studio.messages import JobCode
from riffsmith.studio.recordings.schemas import SourceName
from riffsmith.studio.schemas import Message, Request, Response
from riffsmith.training.monitor.events import EventCode

State = Literal["running", "stopped", "finished", "failed"]
JobStage = Stage | Literal["training"]
EventKind = Literal["best", "overfitting", "rollback", "stop"]


def _known(preset: str) -> str:
    if preset not in preset_names():
        raise ValueError(f"choose one of {', '.join(preset_names())}")
    return preset


Preset = Annotated[
    str, AfterValidator(_known), Field(json_schema_extra={"enum": [*preset_names()]})
]


LONGEST_CREDIT = 500
_LONGEST_MINUTES = 7 * 24 * 60
_MOST_BYTES = 500_000
"""Length of all paths together: a system limits what a command can be given."""


def _short_enough(paths: list[str]) -> list[str]:
    if sum(len(path.encode()) for path in paths) > _MOST_BYTES:
        raise ValueError(f"hold out fewer recordings: their paths are longer than {_MOST_BYTES} B")
    return paths


RecordingPath = Annotated[str, Field(min_length=1, max_length=4_096, pattern=r"^[^\x00]+$")]
HeldOutPaths = Annotated[list[RecordingPath], AfterValidator(_short_enough)]


Credit = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_CREDIT,
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$",
    ),
]
"""One line that is not blank."""

NewRunName = Annotated[
    str,
    Field(pattern=RUN_NAME_PATTERN, description="Name of the run: letters, digits, - and _."),
]


class JobChange(Request, frozen=True):
    """What is changed of a training."""

    name: NewRunName


class JobRequest(Request, frozen=True):
    """A training to start."""

    source: SourceName
    name: NewRunName
    minutes: float | None = Field(
        default=None,
        gt=0,
        le=_LONGEST_MINUTES,
        allow_inf_nan=False,
        description="Length of the training; null: it ends with its last step.",
    )
    preset: Preset = DEFAULT_PRESET
    hold_out: HeldOutPaths | None = Field(
        default=None,
        description="Paths of the recordings to hold out, as a survey names them. Those that share "
        "music with them are held out, too. Empty: all are trained on, and no score can be "
        "measured; null: a tenth is held out.",
    )
    credit: Credit | None = Field(
        default=None,
        description="Who made the recordings and under which licence, such as `Muldjord, CC BY-SA "
        "3.0`. The report and the tags of every clip of the model name it; null: nothing is "
        "stated.",
    )


class JobResumption(Request, frozen=True):
    """How a training goes on."""

    minutes: float | None = Field(
        default=None,
        gt=0,
        le=_LONGEST_MINUTES,
        allow_inf_nan=False,
        description="How much longer a finished training is trained; null: a stopped one goes on "
        "to its end.",
    )


class JobMessage(Message, frozen=True):
    """Why a training ended before its time."""

    code: JobCode


class Loss(Response, frozen=True):
    """Mean losses of a part of a training."""

    step: int
    discriminator: float | None = Field(
        description="Null while the generator learns by flow matching, without a discriminator."
    )
    generator: float


class Distance(Response, frozen=True):
    """The distance of a snapshot to real music: 1 is as near as the training recordings are."""

    step: int
    distance: float


class EventMessage(Response, frozen=True):
    """What the monitor found, with the code and the parameters that the sentence is made from."""

    code: EventCode
    parameters: dict[str, Parameter | None] = Field(description="Null where it was not measured.")
    detail: str = Field(description="The sentence in English.")


class Event(Response, frozen=True):
    """Something that the monitor found, and what followed from it."""

    step: int
    kind: EventKind
    message: EventMessage
    to_step: int | None = Field(description="The step that a rollback went back to.")


class PreviewInfo(Response, frozen=True):
    """A snapshot that can be heard and seen."""

    snapshot: int = Field(description="Number of the snapshot: an epoch or a step.")
    step: int


class Job(Response, frozen=True):
    """A training."""

    name: str
    state: State
    preset: str
    held_out: list[str] | None = Field(
        description="Paths of the recordings that are not trained on. Empty: all are trained on, "
        "and no score can be measured; null: the recordings are not prepared yet."
    )
    held_out_minutes: float | None = Field(
        description="Length of what is held out; null: the recordings are not prepared yet."
    )
    held_out_from_seconds: float | None = Field(
        description="The second from which on a recording that is cut is held out; null where "
        "whole recordings are held out."
    )
    unit: Unit = Field(description="What the training counts: epochs (pictures) or steps.")
    stage: JobStage
    progress: float | None = Field(description="Fraction of the stage that is done, from 0 to 1.")
    step: int
    steps: int | None = Field(
        description="Steps of the whole training; null where it ends by the clock."
    )
    epoch: int | None = Field(description="Null for trainings that count steps.")
    seconds_left: float | None = Field(
        description="Time that is left of the training; before the first step, of the stage. Null: "
        "not known, or the training does not run."
    )
    message: JobMessage | None = Field(description="Why it failed or was interrupted.")
    stopped_by: EventMessage | None = Field(
        description="Why the monitor ended a training before its last step."
    )
    losses: list[Loss]
    distances: list[Distance]
    events: list[Event]
    previews: list[PreviewInfo]
    best_snapshot: int | None
    distance: float | None = Field(
        description="Distance to real of the snapshot that is played, as it was measured while the "
        "model was trained."
    )
    is_measured: bool = Field(
        description="Whether the music was measured since; the report has the results."
    )
