"""Routes of recordings to train on."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request

from riffsmith.corpus import DEMO_CREDIT
from riffsmith.studio.command import run_command
from riffsmith.studio.recordings.schemas import (
    KeptUpload,
    SurveyInfo,
    SurveyRequest,
    UploadedFile,
    UploadInfo,
)
from riffsmith.studio.recordings.sources import DEMO
from riffsmith.studio.routes import Key, StudioOf

SURVEY_SECONDS = 900.0
_FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
                },
            }
        }
    },
}
"""Description of the form with files, which is read while it arrives."""
router = APIRouter(tags=["recordings"])


@router.post("/api/uploads", status_code=201, openapi_extra={"requestBody": _FORM})
async def upload(request: Request, studio: StudioOf) -> UploadInfo:
    """Takes recordings: up to 500 files, 200 MB each, 2 GB together."""
    reading = studio.pools.reading
    with studio.sources.receive(request.headers.get("content-type", "")) as receiver:
        async for piece in request.stream():
            await studio.pools.run(reading, receiver.feed, piece)
        source = await studio.pools.run(reading, studio.sources.keep, receiver)
    return UploadInfo(
        source=source,
        files=[UploadedFile(name=name, bytes=size) for name, size in receiver.taken],
        refused=receiver.refused,
    )


@router.get("/api/uploads")
async def list_uploads(studio: StudioOf) -> list[KeptUpload]:
    """Lists the uploads that are kept, the last used first."""

    def work() -> list[KeptUpload]:
        needing = studio.jobs.by_source()
        return [
            KeptUpload(
                source=upload.source,
                files=upload.files,
                bytes=upload.bytes,
                used=datetime.fromtimestamp(upload.used, UTC).isoformat(timespec="seconds"),
                trainings=[job.name for job in needing.get(upload.source, ())],
            )
            for upload in studio.sources.uploads()
        ]

    return await studio.pools.run(studio.pools.reading, work)


@router.delete("/api/uploads/{key}", status_code=204)
async def delete_upload(key: Key, studio: StudioOf) -> None:
    """Deletes an upload that no training needs any more."""
    await studio.pools.run(studio.pools.reading, studio.delete_upload, key)


@router.post("/api/surveys")
async def survey(body: SurveyRequest, studio: StudioOf) -> SurveyInfo:
    """Surveys recordings: which are usable, which are not and why, and whether they are enough."""

    def work() -> str:
        with studio.sources.open(body.source) as folder:
            return run_command("survey", folder, "--json", limit_seconds=SURVEY_SECONDS)

    found = SurveyInfo.model_validate_json(await studio.pools.run(studio.pools.waiting, work))
    return found.model_copy(update={"credit": DEMO_CREDIT}) if body.source == DEMO else found
