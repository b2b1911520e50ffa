"""Recordings to train on."""

from fastapi import APIRouter, UploadFile

from riffsmith.studio.command import run_command
from riffsmith.studio.routes.parts import StudioOf
from riffsmith.studio.schemas import (
    FileInfo,
    RefusedFile,
    SurveyInfo,
    SurveyRequest,
    UploadInfo,
)

SURVEY_SECONDS = 900.0
router = APIRouter(tags=["recordings"])


@router.post("/api/uploads", status_code=201)
async def upload(files: list[UploadFile], studio: StudioOf) -> UploadInfo:
    """Takes recordings: up to 500 files, 200 MB each, 2 GB together."""
    sent = [(file.filename or "", file.file, file.size or 0) for file in files]
    found = await studio.pools.run(studio.pools.reading, studio.sources.take, sent)
    return UploadInfo(
        source=f"upload:{found.key}",
        files=[FileInfo(name=name, bytes=size) for name, size in found.taken],
        refused=[RefusedFile(name=name, reason=reason) for name, reason in found.refused],
    )


@router.post("/api/surveys")
async def survey(asked: SurveyRequest, studio: StudioOf) -> SurveyInfo:
    """Looks through recordings: what is usable, what is not and why, and is it enough."""

    def work() -> str:
        with studio.sources.open(asked.source) as folder:
            return run_command("survey", folder, "--json", limit_seconds=SURVEY_SECONDS)

    return SurveyInfo.model_validate_json(await studio.pools.run(studio.pools.waiting, work))
