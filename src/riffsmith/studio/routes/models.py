"""Which models there are."""

from fastapi import APIRouter

from riffsmith import __version__
from riffsmith.studio.library import title_of
from riffsmith.studio.routes.parts import StudioOf
from riffsmith.studio.schemas import Health, ModelInfo

router = APIRouter(tags=["models"])


@router.get("/healthz")
async def health() -> Health:
    """That the studio is there."""
    return Health(version=__version__)


@router.get("/api/models")
async def list_models(studio: StudioOf) -> list[ModelInfo]:
    """Shipped models, those named at the start, and runs of this studio with a snapshot."""
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
        )
        for model in found
    ]
