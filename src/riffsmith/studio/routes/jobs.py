"""Routes of trainings."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse

from riffsmith.files import hold
from riffsmith.studio.command import run_command
from riffsmith.studio.errors import ConflictError, NotFoundError
from riffsmith.studio.jobs.folder import JobFolder
from riffsmith.studio.jobs.report import require_snapshot, write_report
from riffsmith.studio.jobs.schemas import Job, JobChange, JobRequest, JobResumption
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.routes import MEDIA, RunName, StudioOf, file_response

MEASUREMENT_SECONDS = 3600.0
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
router = APIRouter(tags=["trainings"])


@router.post("/api/jobs", status_code=201)
async def begin(body: JobRequest, studio: StudioOf) -> Job:
    """Starts a training. It goes on when the studio is closed, and is found again later."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.begin, body)


@router.get("/api/jobs")
async def list_jobs(studio: StudioOf) -> list[Job]:
    """Lists all trainings, the newest first."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.all)


@router.get("/api/jobs/{name}")
async def get_job(name: RunName, studio: StudioOf) -> Job:
    """Gives the state of a training."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.get, name)


@router.post("/api/jobs/{name}/stop", status_code=202)
async def stop(name: RunName, studio: StudioOf) -> Job:
    """Stops a training; it writes a checkpoint before it ends."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.stop, name)


@router.post("/api/jobs/{name}/resume", status_code=202)
async def resume(name: RunName, studio: StudioOf, body: JobResumption | None = None) -> Job:
    """Resumes a training that was stopped, or trains a finished one for longer."""
    minutes = body.minutes if body else None
    return await studio.pools.run(studio.pools.reading, studio.jobs.resume, name, minutes)


@router.patch("/api/jobs/{name}")
async def rename(name: RunName, body: JobChange, studio: StudioOf) -> Job:
    """Gives a training another name. Clips of its model keep the old one."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.rename, name, body.name)


@router.delete("/api/jobs/{name}", status_code=204)
async def delete(name: RunName, studio: StudioOf) -> None:
    """Deletes a training with its model, its snapshots and its previews."""
    await studio.pools.run(studio.pools.reading, studio.jobs.delete, name)


@router.get(
    "/api/jobs/{name}/previews/{snapshot}.{ending}",
    response_class=FileResponse,
    responses=file_response("image/png", "audio/flac", description="Audio or its spectrogram."),
)
async def preview(
    name: RunName,
    snapshot: Annotated[int, Path(ge=0, le=10**9, description="Number of the snapshot.")],
    ending: Annotated[str, Path(pattern="^(png|flac)$")],
    studio: StudioOf,
) -> FileResponse:
    """Gives the sound or the picture of a snapshot."""
    run = studio.jobs.folder(name).run
    path = run.preview(snapshot, f".{ending}") if run.exists() else None
    if path is None or not path.is_file():
        raise NotFoundError(ProblemCode.NO_PREVIEW, name=name, number=snapshot)
    return FileResponse(path, media_type=MEDIA[ending])


@router.get(
    "/api/jobs/{name}/report",
    response_class=FileResponse,
    responses=file_response("text/html", description="A page without scripts."),
)
async def report(
    name: RunName, studio: StudioOf, language: Annotated[Literal["en", "es"], Query()] = "en"
) -> FileResponse:
    """Gives the report of a training, as far as it has come."""
    folder = studio.jobs.folder(name)
    path = await studio.pools.run(studio.pools.waiting, write_report, folder, language)
    return FileResponse(
        path, media_type="text/html", headers={"Content-Security-Policy": _REPORT_POLICY}
    )


@router.post("/api/jobs/{name}/measurement", status_code=204)
async def measure(name: RunName, studio: StudioOf) -> None:
    """Measures the music of a training: its distance to real music, its variety, and copies.

    The answer comes when that is done, which takes minutes. The report then has the results.
    """
    await studio.pools.run(studio.pools.waiting, _measure, studio.jobs.folder(name))


def _measure(folder: JobFolder) -> None:
    require_snapshot(folder)
    with hold(folder.measurements, ConflictError):
        run_command("report", folder.path, limit_seconds=MEASUREMENT_SECONDS)
