"""Routes: paths of the API → methods of the studio. Nothing is decided here."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request

from riffsmith.studio.home import KEY_PATTERN, RUN_NAME_PATTERN
from riffsmith.studio.studio import Studio


def _studio(request: Request) -> Studio:
    return request.app.state.studio


StudioOf = Annotated[Studio, Depends(_studio)]
Key = Annotated[str, Path(pattern=KEY_PATTERN, description="Key of a player or a clip.")]
RunName = Annotated[str, Path(pattern=RUN_NAME_PATTERN, description="Name of a training.")]
MEDIA = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "png": "image/png",
    "mid": "audio/midi",
}


def file_response(*kinds: str, description: str) -> dict[int | str, dict[str, Any]]:
    """Describes an answer that is a file.

    Args:
        *kinds: Media types.
        description: What the file is.
    """
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    return {200: {"description": description, "content": content}}
