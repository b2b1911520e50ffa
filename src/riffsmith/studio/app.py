"""The server: routes, problems, and work at its start and end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from riffsmith import __version__
from riffsmith.errors import RiffsmithError
from riffsmith.files import explain
from riffsmith.messages import Parameter
from riffsmith.studio.access import BodyError, Guard
from riffsmith.studio.errors import BusyError, StudioError, describe_problem
from riffsmith.studio.messages import FieldCode, ProblemCode
from riffsmith.studio.routes import clips, jobs, models, page, players, recordings, remote
from riffsmith.studio.schemas import Problem, ProblemPart
from riffsmith.studio.studio import Studio

_SWEEP_SECONDS = 60.0
_MOST_PARTS = 5
_LONGEST_DETAIL = 300
_STATUSES = {
    400: "The request cannot be carried out.",
    401: "The token is missing or wrong.",
    403: "The request is not allowed from here.",
    404: "There is nothing of that name.",
    408: "The request does not arrive.",
    409: "The request does not fit how things stand.",
    413: "The request is larger than allowed.",
    422: "The request is not of the right form.",
    429: "There are too many requests of this kind at the moment.",
}
_FIELD_CODES = {
    "missing": FieldCode.MISSING,
    "extra_forbidden": FieldCode.UNKNOWN,
    "string_pattern_mismatch": FieldCode.PATTERN,
    "greater_than": FieldCode.ABOVE,
    "greater_than_equal": FieldCode.FROM,
    "less_than": FieldCode.BELOW,
    "less_than_equal": FieldCode.UP_TO,
    "literal_error": FieldCode.CHOICE,
    "json_invalid": FieldCode.NOT_JSON,
}
_LIMITS = ("gt", "ge", "lt", "le")
"""Names under which pydantic gives the limit of a field."""
logger = logging.getLogger(__name__)


def build_app(studio: Studio) -> FastAPI:
    """Builds the ASGI application of a studio."""
    app = FastAPI(
        title="Riffsmith studio",
        version=__version__,
        description="Endless music from trained models; clips, recordings and trainings.",
        lifespan=_lifespan,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses={
            status: {"model": Problem, "description": text} for status, text in _STATUSES.items()
        },
    )
    app.state.studio = studio
    for routes in (models, players, remote, clips, recordings, jobs, page):
        app.include_router(routes.router)
    app.add_exception_handler(RiffsmithError, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_status)
    app.add_exception_handler(ClientDisconnect, _answer_left)
    app.add_exception_handler(OSError, _answer_system)
    app.add_exception_handler(Exception, _answer_fault)
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
        try:
            await studio.pools.run(studio.pools.reading, studio.delete_unused_uploads)
        except OSError as error:  # the disk may answer again the next time
            logger.warning("old uploads were not deleted: %s", error)


def _answer(status: int, problem: Problem) -> JSONResponse:
    return JSONResponse(problem.model_dump(), status)


async def _answer_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RiffsmithError)
    status = error.status if isinstance(error, StudioError) else 400
    answer = _answer(status, describe_problem(error))
    if isinstance(error, BusyError):
        answer.headers["Retry-After"] = str(error.retry_seconds)
    return answer


async def _answer_system(request: Request, error: Exception) -> JSONResponse:
    """Answers where the system refused something, as on a full disk."""
    assert isinstance(error, OSError)
    logger.warning("%s: %s", request.url.path, error)
    return await _answer_error(request, StudioError(explain(error, "carrying this out")))


async def _answer_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    parts = [_describe(one) for one in error.errors()[:_MOST_PARTS]]
    return _answer(422, Problem.describe(ProblemCode.INVALID_REQUEST, parts))


def _describe(error: dict[str, object]) -> ProblemPart:
    """One of pydantic's errors as a part of a problem."""
    place = error.get("loc")
    names = place[1:] if isinstance(place, tuple) and len(place) > 1 else place
    where = ".".join(map(str, names)) if isinstance(names, tuple) else "request"
    code = _FIELD_CODES.get(str(error.get("type")), FieldCode.INVALID)
    reason = str(error.get("msg"))[:_LONGEST_DETAIL]
    context = error.get("ctx")
    values = context if isinstance(context, dict) else {}
    parameters: dict[str, Parameter] = {}
    if code is FieldCode.PATTERN:
        reason = "not of the right form"  # pydantic names the regular expression
    if code in (FieldCode.ABOVE, FieldCode.FROM, FieldCode.BELOW, FieldCode.UP_TO):
        parameters["limit"] = next(values[name] for name in _LIMITS if name in values)
    elif code is FieldCode.CHOICE:
        parameters["choices"] = str(values.get("expected"))
    elif code is FieldCode.INVALID:
        parameters["reason"] = reason
    return ProblemPart(code=code, parameters=parameters, detail=reason, place=where[:200])


async def _answer_status(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, BodyError):
        problem = error.problem
    elif error.status_code == 404:
        problem = Problem.describe(ProblemCode.NO_ROUTE, path=request.url.path[:200])
    elif error.status_code == 405:
        problem = Problem.describe(ProblemCode.NO_METHOD, method=request.method[:20])
    else:
        problem = Problem.describe(ProblemCode.HTTP, reason=str(error.detail))
    answer = _answer(error.status_code, problem)
    answer.headers.update(error.headers or {})
    return answer


async def _answer_left(_: Request, error: Exception) -> JSONResponse:
    """Ends a request whose client left while it was sending; nobody receives this answer."""
    assert isinstance(error, ClientDisconnect)
    reason = "the client left before everything was sent"
    return _answer(400, Problem.describe(ProblemCode.HTTP, reason=reason))


async def _answer_fault(_: Request, error: Exception) -> JSONResponse:
    logger.error("unexpected %s", type(error).__name__, exc_info=error)
    return _answer(500, Problem.describe(ProblemCode.FAULT, kind=type(error).__name__))
