"""What all routes share."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request

from riffsmith.studio.home import KEY_PATTERN, RUN_NAME_PATTERN
from riffsmith.studio.studio import Studio


def _studio(request: Request) -> Studio:
    return request.app.state.studio


StudioOf = Annotated[Studio, Depends(_studio)]
Key = Annotated[str, Path(pattern=KEY_PATTERN, description="As it was given when it was made.")]
RunName = Annotated[str, Path(pattern=RUN_NAME_PATTERN, description="Name of a training.")]
MEDIA = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "png": "image/png",
}


def gives(*kinds: str, description: str) -> dict[int | str, dict[str, Any]]:
    """How an answer that is a file is described."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {200: {"description": description, "content": content}}
