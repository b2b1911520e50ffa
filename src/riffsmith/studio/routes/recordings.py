"""Routes of recordings to train on."""

import json

from fastapi import APIRouter, UploadFile

from riffsmith.studio.command import run_command
from riffsmith.studio.recordings.schemas import (
    SurveyInfo,
    SurveyRequest,
    UploadedFile,
    UploadInfo,
)
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

    values = json.loads(await studio.pools.run(studio.pools.waiting, work))
    for entry in values["entries"]:
        for name in ("reason",):
            entry[name] = _m(entry[name]) if entry[name] else None
        entry["warnings"] = [_m(one) for one in entry["warnings"]]
    v = values.pop("verdict")
    values["grade"] = next(
        g
        for w, g in [
            ("enough mat", "enough"),
            ("enough min", "few_recordings"),
            ("little", "little"),
            ("very", "very_little"),
            ("not", "too_little"),
        ]
        if v.startswith(w)
    )
    return SurveyInfo.model_validate(values)


def _m(text: str) -> dict[str, object]:
    return {"code": "other", "parameters": {"reason": text}, "detail": text}
