"""Schemas of uploads and surveys."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from riffsmith.studio.home import SOURCE_PATTERN
from riffsmith.studio.schemas import Message, ProblemPart, Request, Response

SourceName = Annotated[
    str,
    Field(
        pattern=SOURCE_PATTERN,
        description="`upload:` and its key, `demo`, or the absolute path of a folder on this "
        "computer.",
    ),
]


class RecordingCode(StrEnum):
    OTHER = "other"


class MaterialGrade(StrEnum):
    ENOUGH = "enough"
    FEW_RECORDINGS = "few_recordings"
    LITTLE = "little"
    VERY_LITTLE = "very_little"
    TOO_LITTLE = "too_little"


class UploadedFile(Response, frozen=True):
    """A file that was taken."""

    name: str
    bytes: int


class UploadInfo(Response, frozen=True):
    """The files of an upload."""

    source: str = Field(description="Name of the upload for surveys and trainings.")
    files: list[UploadedFile]
    refused: list[ProblemPart] = Field(description="Files that were not taken, with the reason.")


class SurveyRequest(Request, frozen=True):
    """Recordings to survey."""

    source: SourceName


class RecordingMessage(Message, frozen=True):
    """Something to say about a recording."""

    code: RecordingCode


class SurveyFile(Response, frozen=True):
    """A file of a folder."""

    path: str
    usable: bool
    reason: RecordingMessage | None = Field(description="Why it is skipped; null: it is not.")
    warnings: list[RecordingMessage] = Field(description="Faults of a usable file.")
    seconds: float
    sample_rate: int
    channels: int
    encoding: str
    peak_db: float
    loudness_lufs: float | None
    content_hash: str


class SurveyInfo(Response, frozen=True):
    """A folder, file by file, as `riffsmith survey --json` prints it."""

    folder: str
    genre: str | None
    entries: list[SurveyFile]
    minutes: float
    usable: int
    skipped: int
    sample_rates: dict[str, int]
    channel_counts: dict[str, int]
    grade: MaterialGrade = Field(description="Whether this is enough material.")
    training_preset: str
    training_seconds: float
