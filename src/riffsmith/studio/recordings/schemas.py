"""Schemas of uploads and surveys."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from riffsmith.audio import RecordingCode, RecordingRemark
from riffsmith.corpus import MaterialGrade
from riffsmith.studio.schemas import Message, ProblemPart, Request, Response
from riffsmith.training.schedule import LEAST_STEPS_FRACTION

SourceName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1_000,
        description="`upload:` and its key, `demo`, or the absolute path of a folder on this "
        "computer; `~` is the home folder of the studio's user.",
    ),
]


class UploadedFile(Response, frozen=True):
    """A file that was taken."""

    name: str
    bytes: int


class UploadInfo(Response, frozen=True):
    """The files of an upload."""

    source: str = Field(description="Name of the upload for surveys and trainings.")
    files: list[UploadedFile]
    refused: list[ProblemPart] = Field(description="Files that were not taken, with the reason.")


class KeptUpload(Response, frozen=True):
    """An upload that is kept."""

    source: str = Field(description="Name of the upload for surveys and trainings.")
    files: int = Field(description="Number of files.")
    bytes: int = Field(description="Size of all files together.")
    used: str = Field(description="When it was last used, in UTC.")
    trainings: list[str] = Field(
        description="Names of the trainings that were started with it. While there are any, it is "
        "kept; otherwise it is deleted when nobody has used it for a week."
    )


class SurveyRequest(Request, frozen=True):
    """Recordings to survey."""

    source: SourceName


class RecordingMessage(Message, frozen=True):
    """Why a file is skipped, or a flaw of a file that is used."""

    code: RecordingCode

    @model_validator(mode="before")
    @classmethod
    def _say(cls, values: Any) -> Any:
        """Adds the sentence, which the survey's notes are without."""
        if not isinstance(values, dict) or "detail" in values:
            return values
        return {**values, "detail": RecordingRemark.model_validate(values).text}


class SurveyClip(Response, frozen=True):
    """A file within the recording that it is joined into."""

    path: str
    start_seconds: float


class SurveyFile(Response, frozen=True):
    """A file of a folder, or a recording that short files are joined into."""

    path: str
    usable: bool
    refusal: RecordingMessage | None = Field(description="Why it is skipped; null: it is used.")
    flaws: list[RecordingMessage] = Field(description="What is wrong with a file that is used.")
    seconds: float
    sample_rate: int
    channels: int
    encoding: str
    peak_db: float
    loudness_lufs: float | None
    content_hash: str
    shares_with: list[str] = Field(
        description="Paths of the recordings that hold some of the same music. All of them are "
        "trained on, or all of them are held out."
    )
    clips: list[SurveyClip] = Field(
        default=[], description="What a joined recording holds; empty: it is one file."
    )


class SurveyInfo(Response, frozen=True):
    """A folder, file by file, as `riffsmith survey --json` prints it."""

    folder: str = Field(description="Its name, without the folders that it is in.")
    genre: str | None
    entries: list[SurveyFile]
    joined: list[SurveyFile] = Field(
        default=[],
        description="Recordings that usable files are joined into, in the order of their paths, "
        "because they are too short by themselves. The corpus has these in their place.",
    )
    minutes: float
    usable: int
    skipped: int
    too_short_minutes: float = Field(
        description="Length of the recordings that are skipped because they are too short, even "
        "joined."
    )
    sample_rates: dict[str, int]
    channel_counts: dict[str, int]
    held_out: list[str] = Field(
        description="Paths of the recordings that the training leaves out, to compare with, unless "
        "it is asked to hold out others."
    )
    held_out_minutes: float = Field(description="Length of what is held out.")
    held_out_from_seconds: float | None = Field(
        description="Where one recording is cut, because there are too few to hold out a whole "
        "one: the second from which on it is held out. Null: whole recordings are held out."
    )
    grade: MaterialGrade = Field(description="Whether this is enough material.")
    credit: str | None = Field(
        default=None,
        description="Who made the recordings and under which licence: known of the demo songs; "
        "null: it is not known.",
    )
    training_preset: str
    training_seconds: float = Field(description="Length of all training steps of the preset.")
    preparation_seconds: float = Field(description="Length of the work before the first step.")
    least_steps_fraction: float = Field(
        default=LEAST_STEPS_FRACTION,
        description="Fraction of a training's minutes that its steps get at least, however long "
        "the preparation takes.",
    )
