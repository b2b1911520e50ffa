"""Routes of recordings to train on."""

from fastapi import APIRouter, UploadFile

from riffsmith.corpus import DEMO_CREDIT
from riffsmith.files import hide_folders
from riffsmith.studio.command import run_command
from riffsmith.studio.recordings.schemas import (
    SurveyInfo,
    SurveyRequest,
    UploadedFile,
    UploadInfo,
)
from riffsmith.studio.recordings.sources import DEMO
from riffsmith.studio.routes import StudioOf

SURVEY_SECONDS = 900.0
router = APIRouter(tags=["recordings"])


@router.post("/api/uploads", status_code=201)
async def upload(files: list[UploadFile], studio: StudioOf) -> UploadInfo:
    """Takes recordings: up to 500 files, 200 MB each, 2 GB together."""
    sent = [(file.filename or "", file.file, file.size or 0) for file in files]
    taken = await studio.pools.run(studio.pools.reading, studio.sources.take, sent)
    return UploadInfo(
        source=f"upload:{taken.key}",
        files=[UploadedFile(name=name, bytes=size) for name, size in taken.taken],
        refused=taken.refused,
    )


@router.post("/api/surveys")
async def survey(body: SurveyRequest, studio: StudioOf) -> SurveyInfo:
    """Surveys recordings: which are usable, which are not and why, and whether they are enough."""

    def work() -> str:
        with studio.sources.open(body.source) as folder:
            return run_command("survey", folder, "--json", limit_seconds=SURVEY_SECONDS)

    found = SurveyInfo.model_validate_json(await studio.pools.run(studio.pools.waiting, work))
    credit = DEMO_CREDIT if body.source == DEMO else found.credit
    return found.model_copy(update={"folder": hide_folders(found.folder), "credit": credit})
