"""Routes of the page and its files."""

import re
from hashlib import blake2b
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Header, Path, Response

from riffsmith.studio.errors import NotFoundError
from riffsmith.studio.messages import ProblemCode

_KINDS = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "webmanifest": "application/manifest+json",
}
_NAME = rf"^[a-z0-9][a-z0-9_.-]{{0,63}}\.({'|'.join(_KINDS)})$"
_POLICY = (
    "default-src 'self'; media-src 'self' blob:; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
router = APIRouter(include_in_schema=False)


@router.get("/")
async def index(if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """Serves the page."""
    return _serve("index.html", if_none_match)


@router.get("/{name}")
async def part(
    name: Annotated[str, Path()], if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """Serves a file of the page."""
    return _serve(name, if_none_match)


def _serve(name: str, known: str | None) -> Response:
    there = {entry.name: entry for entry in _page_files()}
    if name not in there:
        raise NotFoundError(ProblemCode.NO_PAGE_FILE, file=name[:100])
    content = there[name].read_bytes()
    tag = f'"{blake2b(content, digest_size=8).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Content-Security-Policy": _POLICY}
    if known == tag:
        return Response(status_code=304, headers=headers)
    kind = _KINDS[name.rpartition(".")[2]]
    return Response(content, media_type=kind, headers=headers)


def _page_files():  # noqa: ANN202  (the type of resources moves between versions of Python)
    folder = files("riffsmith.studio") / "page"
    if not folder.is_dir():
        return []
    return [entry for entry in folder.iterdir() if re.match(_NAME, entry.name) and entry.is_file()]
