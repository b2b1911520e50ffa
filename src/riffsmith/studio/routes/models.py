"""Routes of the server itself and of its models."""

from fastapi import APIRouter

from riffsmith import __version__
from riffsmith.api.tags import title_of
from riffsmith.studio.routes import StudioOf
from riffsmith.studio.schemas import Health, ModelInfo

router = APIRouter(tags=["models"])


@router.get("/healthz")
async def health() -> Health:
    """Shows that the server runs."""
    return Health(version=__version__)


@router.get("/api/models")
async def list_models(studio: StudioOf) -> list[ModelInfo]:
    """Lists shipped models, models named at the start, and runs of this studio."""
    found = await studio.pools.run(studio.pools.reading, lambda: list(studio.library.models()))
    return [
        ModelInfo(
            id=model.id,
            kind=model.kind,
            title=title_of(model.id),
            preset=model.card.preset,
            sample_rate=model.card.settings.corpus.sample_rate,
            credits=[recording.path for recording in model.card.recordings],
            streams=model.streams,
            snapshots=[*model.snapshots],
            snapshot=model.card.snapshot,
            unit=model.card.settings.unit,
        )
        for model in found
    ]
