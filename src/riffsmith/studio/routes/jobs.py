"""Trainings."""

from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse

from riffsmith.files import hold
from riffsmith.studio.command import run_command
from riffsmith.studio.errors import ConflictError, NotFoundError
from riffsmith.studio.job import JobFolder
from riffsmith.studio.routes.parts import MEDIA, RunName, StudioOf, gives
from riffsmith.studio.schemas import Job, JobRequest

REPORT_SECONDS = 300.0
MEASUREMENT_SECONDS = 3600.0
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
router = APIRouter(tags=["trainings"])


@router.post("/api/jobs", status_code=201)
async def begin(asked: JobRequest, studio: StudioOf) -> Job:
    """Starts a training. It goes on when the studio ends, and is found again."""
    return await studio.pools.run(
        studio.pools.reading,
        studio.jobs.begin,
        asked.name,
        asked.source,
        asked.minutes,
        asked.preset,
    )


@router.get("/api/jobs")
async def list_jobs(studio: StudioOf) -> list[Job]:
    """Every training, the newest first."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.all)


@router.get("/api/jobs/{name}")
async def get_job(name: RunName, studio: StudioOf) -> Job:
    """How a training stands."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.get, name)


@router.post("/api/jobs/{name}/stop", status_code=202)
async def stop(name: RunName, studio: StudioOf) -> Job:
    """Lets a training write a checkpoint and end."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.stop, name)


@router.post("/api/jobs/{name}/resume", status_code=202)
async def resume(name: RunName, studio: StudioOf) -> Job:
    """Goes on with a training that was stopped."""
    return await studio.pools.run(studio.pools.reading, studio.jobs.resume, name)


@router.get(
    "/api/jobs/{name}/previews/{epoch}.{ending}",
    response_class=FileResponse,
    responses=gives("image/png", "audio/wav", description="What the generator made then."),
)
async def preview(
    name: RunName,
    epoch: Annotated[int, Path(ge=0, le=10**7)],
    ending: Annotated[str, Path(pattern="^(png|wav)$")],
    studio: StudioOf,
) -> FileResponse:
    """A snapshot's sound or its picture."""
    path = studio.jobs.folder(name).run.preview(epoch, f".{ending}")
    if not path.is_file():
        raise NotFoundError(f"training {name!r} has no preview of epoch {epoch}: see its list")
    return FileResponse(path, media_type=MEDIA[ending])


@router.get(
    "/api/jobs/{name}/report",
    response_class=FileResponse,
    responses=gives("text/html", description="One page without scripts."),
)
async def report(
    name: RunName, studio: StudioOf, language: Annotated[Literal["en", "es"], Query()] = "en"
) -> FileResponse:
    """The report of a training, as far as it has come."""
    folder = studio.jobs.folder(name)
    path = await studio.pools.run(studio.pools.waiting, _write_report, folder, language)
    return FileResponse(
        path, media_type="text/html", headers={"Content-Security-Policy": _REPORT_POLICY}
    )


@router.post("/api/jobs/{name}/measurement", status_code=204)
async def measure(name: RunName, studio: StudioOf) -> None:
    """Measures what a training has made: distance to real music, variety, copies.

    Answers when that is done, which takes minutes; its report then tells the figures.
    """
    await studio.pools.run(studio.pools.waiting, _measure, studio.jobs.folder(name))


def _measure(folder: JobFolder) -> None:
    _refuse_nothing(folder)
    with hold(_found_by(folder), ConflictError):
        run_command("report", folder.path, limit_seconds=MEASUREMENT_SECONDS)


def _write_report(folder: JobFolder, language: str) -> FilePath:
    """Written anew where there is a newer snapshot or a new figure."""
    page = folder.path / f"report.{language}.html"
    _refuse_nothing(folder)
    sources = [place for place in (folder.run.snapshots, _found_by(folder)) if place.is_dir()]
    newest = max(place.stat().st_mtime for place in sources)
    if not page.is_file() or page.stat().st_mtime < newest:
        run_command(
            *("report", folder.path, "--out", page, "--language", language, "--quick"),
            limit_seconds=REPORT_SECONDS,
        )
    return page


def _found_by(folder: JobFolder) -> FilePath:
    """Where a report keeps what it measured."""
    return folder.path / "report"


def _refuse_nothing(folder: JobFolder) -> None:
    if not folder.run.snapshot_epochs():
        raise NotFoundError(f"training {folder.name!r} has nothing to show yet: wait a little")
