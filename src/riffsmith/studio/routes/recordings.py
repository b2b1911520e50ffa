"""Routes of recordings to train on."""

from datetime import UTC, datetime
from threading import Event
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from riffsmith.studio.recordings.schemas import (
    KeptUpload,
    SourceName,
    SurveyInfo,
    SurveyRequest,
    UploadedFile,
    UploadInfo,
)
from riffsmith.studio.routes import MEDIA, Key, StudioOf, file_response, unless_left

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
_OTHER_KIND = "application/octet-stream"
_KINDS = (*(MEDIA[name] for name in ("wav", "flac", "mp3", "ogg")), _OTHER_KIND)
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


@router.get(
    "/api/recordings",
    response_class=FileResponse,
    responses=file_response(*_KINDS, description="The recording as it is."),
)
async def recording(
    studio: StudioOf,
    source: Annotated[SourceName, Query()],
    path: Annotated[str, Query(min_length=1, max_length=1_000, description="As in the survey.")],
) -> FileResponse:
    """Gives a recording that was looked through, to be heard."""
    found = await studio.pools.run(studio.pools.reading, studio.sources.find, source, path)
    return FileResponse(found, media_type=MEDIA.get(found.suffix.lower()[1:], _OTHER_KIND))


@router.post("/api/surveys")
async def survey(body: SurveyRequest, request: Request, studio: StudioOf) -> SurveyInfo:
    """Surveys recordings: which are usable, which are not and why, and whether they are enough."""
    left = Event()
    pool, work = studio.pools.waiting, studio.surveys.run
    return await unless_left(request, left, studio.pools.run(pool, work, body.source, left))
