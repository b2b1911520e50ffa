"""Connections of the server: clients that send nothing, or open too many, do not fill it."""

import asyncio
import importlib
import json
from contextlib import suppress
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.schemas import Problem

HEADER_SECONDS = 10.0
"""Time in seconds in which the headers of a request must arrive."""
LINGER_SECONDS = 5.0
"""Time in seconds for which a client may go on sending after it was answered; what it sends is
dropped. A connection that is closed earlier would take the answer with it."""
STALLED_SECONDS = 50.0
"""Time in seconds in which a client must take some of an answer that waits for it. It is shorter
than the time after which its piece may have to make way, so a piece ends before its place is given
to another one."""
MOST_OF_A_CLIENT = 128
"""Number of connections of one address. A browser opens up to six."""
RETRY_SECONDS = 10
_MOST_CONNECTIONS = 512
_MOST_REFUSED = 16
"""Number of connections of an address that are told why they are refused, at the same time."""
_MOST_ACCEPTED = 64
"""Number of connections that are accepted before those before them are looked at."""
_PART_OF_FILES = 2
"""Connections may take this part of the files that the process may open: one in so many."""


def build_server_config(app: FastAPI, host: str, port: int, **options: Any) -> uvicorn.Config:
    """The settings of the server.

    Args:
        app: The application.
        host: Address that it listens at.
        port: Its port.
        **options: Other settings of uvicorn.
    """
    return uvicorn.Config(
        app,
        host,
        port,
        http=Connection,
        ws="none",
        log_config=None,  # the program's own handler writes everything
        backlog=_MOST_ACCEPTED,
        server_header=False,
        timeout_graceful_shutdown=3,
        **options,
    )


class Connection(H11Protocol):
    """A connection that is closed when its client sends no whole request, or takes no answer."""

    def __init__(self, *values: Any, **options: Any) -> None:
        super().__init__(*values, **options)
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self.address = ""
        """Address of the client, without its port."""
        self.is_refused = False
        """Whether the client has too many connections and was told so."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Waits for headers, or refuses the connection if there are too many."""
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if isinstance(peer, tuple) else ""
        there = [other for other in self.connections if isinstance(other, Connection)]
        super().connection_made(transport)
        own = [other for other in there if other.address == self.address]
        refused = sum(other.is_refused for other in own)
        if len(there) >= count_most_connections() or refused >= _MOST_REFUSED:
            transport.abort()
            return
        if len(own) - refused >= MOST_OF_A_CLIENT:
            self.is_refused = True
            transport.write(_refusal())
        self._set_timer()

    def data_received(self, data: bytes) -> None:
        """Takes what a client sends."""
        if self.is_refused:
            return
        super().data_received(data)
        self._set_timer()

    def on_response_complete(self) -> None:
        """Goes on after an answer, for which the whole request may not have been read."""
        super().on_response_complete()
        self._set_timer()

    def pause_writing(self) -> None:
        """Lets the time run in which the client must take some of what was written."""
        super().pause_writing()
        self._stalled = self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Goes on writing, as the client has taken most of it."""
        self._stop_stalled()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the connection."""
        self._stop_timer()
        self._stop_stalled()
        super().connection_lost(exc)

    def _set_timer(self) -> None:
        """Lets the time run while headers are missing, or a body that nobody reads any longer."""
        is_answered = self.cycle is not None and self.cycle.response_complete
        if self.is_refused or (self.conn.their_state is h11.SEND_BODY and is_answered):
            seconds = LINGER_SECONDS
        elif self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
            seconds = HEADER_SECONDS
        else:
            self._stop_timer()
            return
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(seconds, self.transport.close)

    def _stop_stalled(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def count_most_connections() -> int:
    """Number of connections of all clients together, by how many files the process may open."""
    with suppress(ImportError):  # on Windows, which has no such limit
        resource = importlib.import_module("resource")
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files != resource.RLIM_INFINITY:
            return min(_MOST_CONNECTIONS, files // _PART_OF_FILES)
    return _MOST_CONNECTIONS


def _refusal() -> bytes:
    """The answer to a client with too many connections, before it has asked for anything."""
    problem = Problem.describe(ProblemCode.TOO_MANY_CONNECTIONS, most=MOST_OF_A_CLIENT)
    body = json.dumps(problem.model_dump()).encode()
    head = (
        "HTTP/1.1 429 Too Many Requests\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Retry-After: {RETRY_SECONDS}\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
