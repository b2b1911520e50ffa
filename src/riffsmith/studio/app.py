"""The server: routes, errors, and what happens at its start and end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from riffsmith import __version__
from riffsmith.errors import RiffsmithError
from riffsmith.studio.access import Guard
from riffsmith.studio.errors import StudioError
from riffsmith.studio.routes import clips, jobs, models, page, players, recordings
from riffsmith.studio.schemas import Problem
from riffsmith.studio.studio import Studio

_SWEEP_SECONDS = 60.0
_PROBLEMS = {
    400: "What was asked cannot be done.",
    401: "The token is missing or wrong.",
    403: "Not allowed from here.",
    404: "There is nothing of that name.",
    409: "It does not fit to how things stand.",
    413: "More than is taken at once.",
    422: "The request is not of the right form.",
    429: "Too much at once.",
}
logger = logging.getLogger(__name__)


def build_app(studio: Studio) -> FastAPI:
    """The ASGI application of a studio."""
    app = FastAPI(
        title="Riffsmith studio",
        version=__version__,
        description="Endless music from trained models; clips, recordings and trainings.",
        lifespan=_lifespan,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses={
            status: {"model": Problem, "description": text} for status, text in _PROBLEMS.items()
        },
    )
    app.state.studio = studio
    for routes in (models, players, clips, recordings, jobs, page):
        app.include_router(routes.router)
    app.add_exception_handler(RiffsmithError, _tell_refusal)
    app.add_exception_handler(RequestValidationError, _tell_what_is_wrong)
    app.add_exception_handler(HTTPException, _tell_status)
    app.add_exception_handler(Exception, _tell_fault)
    app.add_middleware(Guard, access=studio.access)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    sweeping = asyncio.create_task(_sweep(app.state.studio))
    yield
    sweeping.cancel()
    with suppress(asyncio.CancelledError):
        await sweeping


async def _sweep(studio: Studio) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        studio.players.forget_idle()


def _problem(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)


async def _tell_refusal(_: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, StudioError) else 400
    return _problem(status, " ".join(str(error).split()))


async def _tell_what_is_wrong(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    parts = [_explain(one) for one in error.errors()[:5]]
    return _problem(422, "; ".join(parts))


def _explain(error: dict[str, object]) -> str:
    place = error.get("loc")
    names = place[1:] if isinstance(place, tuple) and len(place) > 1 else place
    where = ".".join(map(str, names)) if isinstance(names, tuple) else "the request"
    return f"{where}: {error.get('msg')}"[:300]


async def _tell_status(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    told = {
        404: f"there is nothing at {request.url.path[:200]!r}: see /openapi.json",
        405: f"{request.method[:20]} is not possible here: see /openapi.json",
    }
    answer = _problem(error.status_code, told.get(error.status_code, str(error.detail)))
    answer.headers.update(error.headers or {})
    return answer


async def _tell_fault(_: Request, error: Exception) -> JSONResponse:
    logger.error("unexpected %s", type(error).__name__, exc_info=error)
    return _problem(500, f"unexpected {type(error).__name__}: the studio's own log says more")
