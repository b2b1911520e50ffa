"""Connections that are left open, and a log that is flooded."""

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from studios import listening, opened

from riffsmith.studio import Sparse, access, connections, logs, routes
from riffsmith.studio.errors import StudioError
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.recordings import receiving, surveys
from riffsmith.studio.routes import jobs as job_routes

UPLOAD = (
    b"POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000\r\n"
    b"Content-Type: multipart/form-data; boundary=a\r\n\r\n"
    b'--a\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio") / "home"


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[tuple[str, int]]:
    with opened(home) as (studio, _), listening(studio) as found:
        parts = urlsplit(found)
        yield str(parts.hostname), int(parts.port or 0)


def read_answer(client: socket.socket) -> tuple[bytes, dict[str, object]]:
    """The head of an answer, and its JSON, once the server has closed the connection."""
    client.settimeout(5)
    answer = b""
    while piece := client.recv(65_536):
        answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, json.loads(body or "{}")


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
def test_a_connection_without_a_request_is_closed(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch, sent: bytes
):
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.05)
    with socket.create_connection(address) as client:
        client.sendall(sent)
        assert read_answer(client) == (b"", {})


def test_a_body_that_does_not_arrive_is_given_up(
    address: tuple[str, int], home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(access, "BODY_SECONDS", 0.05)
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.05)
    with socket.create_connection(address) as client:
        client.sendall(UPLOAD)
        head, problem = read_answer(client)
    assert head.startswith(b"HTTP/1.1 408 ")
    assert problem["code"] == "body_too_slow"
    assert list((home / "scratch").iterdir()) == []


def test_who_goes_on_sending_gets_the_answer_and_no_more(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(receiving, "LARGEST_UPLOAD", 10)
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.05)
    with socket.create_connection(address) as client:
        client.sendall(UPLOAD + b"x" * 100_000)
        head, problem = read_answer(client)
    assert head.startswith(b"HTTP/1.1 413 ")
    assert problem["code"] == "upload_too_large"


def test_who_takes_nothing_of_an_answer_is_cut_off(
    address: tuple[str, int], home: Path, monkeypatch: pytest.MonkeyPatch
):
    cut_off, lose = Event(), connections.Connection.connection_lost

    def lost(self: connections.Connection, exc: Exception | None) -> None:
        lose(self, exc)
        cut_off.set()

    monkeypatch.setattr(connections, "STALLED_SECONDS", 0.05)
    monkeypatch.setattr(connections.Connection, "connection_lost", lost)
    page = home / "runs" / "long"
    page.mkdir()
    monkeypatch.setattr(job_routes, "write_report", lambda *_: page / "report.html")
    (page / "report.html").write_bytes(bytes(2**24))
    (page / "job.json").touch()
    with socket.create_connection(address) as client:
        client.sendall(b"GET /api/jobs/long/report HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert cut_off.wait(5)


def test_a_client_has_only_so_many_connections(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "MOST_OF_A_CLIENT", 2)
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.05)
    ask = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(2):
            client = stack.enter_context(socket.create_connection(address))
            client.sendall(ask)
            assert client.recv(12) == b"HTTP/1.1 200"
        with socket.create_connection(address) as client:
            client.sendall(ask)
            head, problem = read_answer(client)
        assert head.startswith(b"HTTP/1.1 429 ")
        assert b"\r\nRetry-After: 10\r\n" in head
        assert "try again in a minute" in str(problem["detail"])
        monkeypatch.setattr(connections, "count_most_connections", lambda: 2)
        answer = b""
        with socket.create_connection(address) as client, suppress(ConnectionError):
            client.sendall(ask)
            answer = client.recv(1)  # nothing, or the connection is reset
        assert answer == b""


def test_a_survey_ends_when_nobody_asks_for_it_any_longer(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
):
    begun, ended = Event(), Event()

    def run(*_, left: Event, **_limits: float) -> str:
        begun.set()
        if left.wait(5):
            ended.set()
        raise StudioError(ProblemCode.LISTENER_LEFT)

    monkeypatch.setattr(surveys, "run_command", run)
    monkeypatch.setattr(routes, "_LOOK_SECONDS", 0.02)
    with socket.create_connection(address) as client:
        client.sendall(
            b"POST /api/surveys HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 18\r\n"
            b'Content-Type: application/json\r\n\r\n{"source": "demo"}'
        )
        assert begun.wait(5)
        assert not ended.is_set()
    assert ended.wait(5)


def test_a_flood_of_lines_is_one_line_a_second(monkeypatch: pytest.MonkeyPatch):
    now = 0.0
    # Not `time.monotonic` itself, by which the server of this module wakes up.
    monkeypatch.setattr(logs, "time", SimpleNamespace(monotonic=lambda: now))
    log = Sparse()

    def write(line: int) -> str | None:
        record = logging.LogRecord("x", logging.ERROR, "a.py", line, "no %s", ("place",), None)
        return record.getMessage() if log.filter(record) else None

    assert [write(7) for _ in range(3)] == ["no place", None, None]
    assert write(8) == "no place"
    now = 1.5
    assert write(7) == "no place (2 more lines of this kind were left out)"
    now = 3.0
    assert write(7) == "no place"
