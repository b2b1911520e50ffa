"""Routes: paths of the API → methods of the studio. Nothing is decided here."""

import asyncio
from collections.abc import Awaitable
from threading import Event
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Request

from riffsmith.studio.home import KEY_PATTERN, RUN_NAME_PATTERN
from riffsmith.studio.studio import Studio


def _studio(request: Request) -> Studio:
    return request.app.state.studio


StudioOf = Annotated[Studio, Depends(_studio)]
Key = Annotated[str, Path(pattern=KEY_PATTERN, description="Key of a player or a clip.")]
RunName = Annotated[str, Path(pattern=RUN_NAME_PATTERN, description="Name of a training.")]
Result = TypeVar("Result")
_LOOK_SECONDS = 0.5
"""How often it is looked whether a client is still there."""
MEDIA = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "png": "image/png",
    "mid": "audio/midi",
}


async def unless_left(request: Request, left: Event, work: Awaitable[Result]) -> Result:
    """The result of work in a thread, which is told when the client leaves.

    Args:
        request: The client's request.
        left: Set once the client has left; the work looks at it.
        work: The work.
    """
    working = asyncio.ensure_future(work)
    try:
        while not working.done() and not left.is_set():
            await asyncio.wait([working], timeout=_LOOK_SECONDS)
            if await request.is_disconnected():
                left.set()
        return await working
    finally:
        left.set()  # also where the server ends


def file_response(*kinds: str, description: str) -> dict[int | str, dict[str, Any]]:
    """Describes an answer that is a file.

    Args:
        *kinds: Media types.
        description: What the file is.
    """
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {200: {"description": description, "content": content}}
