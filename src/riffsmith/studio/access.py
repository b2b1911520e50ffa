"""Checks that every request passes before anything else sees it: host, origin, token, size."""

import asyncio
import ipaddress
import secrets
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse, Response

from riffsmith.messages import Parameter
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.recordings.receiving import LARGEST_UPLOAD
from riffsmith.studio.schemas import Problem

COOKIE = "riffsmith_token_{port}"
"""Name of the cookie that holds the token. All ports of a host share their cookies."""
TOKEN_PATTERN = r"[A-Za-z0-9._~-]{22,200}"
"""What a token looks like: 22 letters hold 128 bits."""
WRONG_SECONDS = 0.25
"""Time in seconds between two answers to wrong tokens of an address."""
_MOST_ADDRESSES = 1024
_LARGEST_BODY = 2**20
_FORM_OVERHEAD = 2**22
"""Size in bytes that a form may have beside its files."""
BODY_SECONDS = 30.0
"""Longest time in seconds in which nothing of a body arrives."""
_LEAST_RATE = 10_000
"""Bytes a second that a body must have in the long run."""
_UPLOADS = "/api/uploads"
_TOKEN_PAGE = "token.html"
_AGAIN_SCRIPT = "location.replace((location.search || '?') + '&again=1' + location.hash)"
_AGAIN = f"<!doctype html><title>Riffsmith</title><script>{_AGAIN_SCRIPT}</script>"
_AGAIN_POLICY = "default-src 'none'; script-src 'sha256-{}'; frame-ancestors 'none'"
_TOKEN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_SAFE_METHODS = frozenset({"GET", "HEAD"})

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def is_loopback(host: str) -> bool:
    """Whether a name or address leads to this computer alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@dataclass(frozen=True)
class Access:
    """The address that the server listens at, and the token that it asks for."""

    host: str = "127.0.0.1"
    token: str | None = None

    @property
    def folders(self) -> bool:
        """Whether folders of this computer may be named, which only its own users may do."""
        return is_loopback(self.host)

    def is_named(self, host: str) -> bool:
        """Whether a Host header names this server.

        A foreign name that leads here is an attempt to let another site's page use this server as
        if it were its own (DNS rebinding). For a server that listens at all addresses any name may
        be right, and the token decides.
        """
        name = _name_of(host)
        if name is None:
            return False
        if self.host in ("0.0.0.0", "::"):
            return self.token is not None
        if is_loopback(name):
            return is_loopback(self.host)
        return name == self.host.strip("[]").lower()

    def admits(self, given: str | None) -> bool:
        """Whether a token is the right one."""
        if self.token is None:
            return True
        return given is not None and secrets.compare_digest(given.encode(), self.token.encode())


def draw_token() -> str:
    """A token of 144 bits that nobody can guess."""
    return secrets.token_urlsafe(18)


class Brake:
    """Slows down addresses that show wrong tokens: they get four answers a second.

    The right token is never slowed down, because several people may share an address.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns: dict[str, float] = {}

    def next_wait(self, address: str) -> float:
        """Seconds until an address may be told that its token is wrong."""
        now = self._clock()
        if len(self._turns) >= _MOST_ADDRESSES:
            self._turns = {key: turn for key, turn in self._turns.items() if turn > now}
        turn = max(now, self._turns.get(address, 0.0)) + WRONG_SECONDS
        self._turns[address] = turn
        return turn - now


class Guard:
    """Checks every request, and adds headers to every answer."""

    def __init__(self, app: App, access: Access) -> None:
        self._app, self._access, self._brake = app, access, Brake()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refuse(scope, headers)
        if answer is None and self._access.token is not None:
            answer = await self._ask_for_token(scope, headers, receive)
        if answer is not None:
            await answer(scope, receive, _with_headers(send))
            return
        limit = _limit(scope["path"])
        await self._app(scope, _counted(receive, limit), _with_headers(send))

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        path, host = str(scope["path"]), headers.get("host", "")
        if not self._access.is_named(host):
            return _refusal(403, ProblemCode.FOREIGN_HOST, host=host[:100])
        if scope["method"] not in _SAFE_METHODS and not _same_origin(headers, host):
            return _refusal(403, ProblemCode.FOREIGN_SITE)
        if path.startswith("/api/") and headers.get("sec-fetch-site") == "cross-site":
            return _refusal(403, ProblemCode.FOREIGN_SITE)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 15 or int(length) > _limit(path):
            return _refusal(413, ProblemCode.BODY_TOO_LARGE, megabytes=_limit(path) // 2**20)
        return None

    async def _ask_for_token(
        self, scope: Scope, headers: Headers, receive: Receive
    ) -> Response | None:
        """Refuses a request without the right token, or trades the address's token for a cookie."""
        path, cookie = str(scope["path"]), COOKIE.format(port=scope["server"][1])
        if path == "/healthz":
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        asked = query.get("token", [None])[0] if path == "/" else None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        bearer = given.strip() if scheme.lower() == "bearer" else None
        shown = [one for one in (asked, bearer, _cookie(headers, cookie)) if one is not None]
        admitted = [one for one in shown if self._access.admits(one)]
        is_again = path == "/" and "again" in query
        if admitted and (asked is not None or is_again):
            answer = RedirectResponse("/", 303)  # the address forgets what it held
            answer.set_cookie(cookie, admitted[0], httponly=True, samesite="strict")
            return answer
        if admitted:
            return None
        if shown:
            await _wait(self._brake.next_wait(_address(scope)), receive)
        code = ProblemCode.TOKEN_WRONG if shown else ProblemCode.TOKEN_NEEDED
        if path == "/" and "text/html" in headers.get("accept", ""):
            # A browser sends no strict cookie where another site's page leads here.
            is_from_elsewhere = headers.get("sec-fetch-site") == "cross-site"
            is_led_here = not shown and is_from_elsewhere and not is_again
            return _page_again() if is_led_here else _token_page()
        answer = _refusal(401, code)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer


def _refusal(status: int, code: ProblemCode, **parameters: Parameter) -> Response:
    return JSONResponse(Problem.describe(code, **parameters).model_dump(), status)


def _name_of(host: str) -> str | None:
    """A Host header without its port."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if "@" not in host and not parts.path else None


def _same_origin(headers: Headers, host: str) -> bool:
    """Whether a page of this server asks; programs other than browsers name no origin."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _cookie(headers: Headers, name: str) -> str | None:
    cookies = SimpleCookie()
    try:
        cookies.load(headers.get("cookie", ""))
    except CookieError:
        return None
    return cookies[name].value if name in cookies else None


def _address(scope: Scope) -> str:
    """Address of the client, without its port."""
    client = scope.get("client")
    return str(client[0]) if client else ""


async def _wait(seconds: float, receive: Receive) -> None:
    """Waits, unless the client leaves; what it sends meanwhile is dropped."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass


def _page_again() -> Response:
    """A page that asks for the same address once more, now from this studio itself."""
    digest = b64encode(sha256(_AGAIN_SCRIPT.encode()).digest()).decode()
    policy = _AGAIN_POLICY.format(digest)
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return Response(_AGAIN, headers=headers, media_type="text/html")


def _token_page() -> Response:
    """The page for browsers that have no token: it says where the address is, and asks for it."""
    content = (files("riffsmith.studio") / "page" / _TOKEN_PAGE).read_bytes()
    headers = {"Content-Security-Policy": _TOKEN_POLICY, "Cache-Control": "no-store"}
    return Response(content, 401, headers, "text/html")


def _limit(path: str) -> int:
    return LARGEST_UPLOAD + _FORM_OVERHEAD if path == _UPLOADS else _LARGEST_BODY


class BodyError(HTTPException):
    """A body that is not taken to its end."""

    def __init__(self, status: int, code: ProblemCode, **parameters: Parameter) -> None:
        self.problem = Problem.describe(code, **parameters)
        super().__init__(status, self.problem.detail)


def _counted(receive: Receive, limit: int) -> Receive:
    """Ends a request whose body is larger than allowed, or does not arrive.

    Only the time counts in which the server waits for the client.
    """
    arrived, waited, is_whole = 0, 0.0, False

    async def counted() -> Message:
        nonlocal arrived, waited, is_whole
        if is_whole:  # from here on, the server waits for the client to leave
            return await receive()
        allowed = min(BODY_SECONDS, BODY_SECONDS + arrived / _LEAST_RATE - waited)
        begin = time.monotonic()
        try:
            async with asyncio.timeout(allowed):
                message = await receive()
        except TimeoutError as cause:
            raise BodyError(408, ProblemCode.BODY_TOO_SLOW) from cause
        waited += time.monotonic() - begin
        arrived += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if arrived > limit:
            raise BodyError(413, ProblemCode.BODY_TOO_LARGE, megabytes=limit // 2**20)
        return message

    return counted


def _with_headers(send: Send) -> Send:
    """Adds headers: browsers guess no types, embed nothing elsewhere, and send no referrer."""
    always = (
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    )

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *always]
        await send(message)

    return sending
