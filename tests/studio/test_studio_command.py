"""`riffsmith studio`."""

import os
import re
import socket
import sys
from contextlib import closing
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from pythonosc.udp_client import SimpleUDPClient

from riffsmith.cli.app import main

HERE = "http://127.0.0.1:8765"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[uvicorn.Config]:
    """What would have been served."""
    found: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server, sockets: found.append(server.config))
    return found


def free_port() -> int:
    """A port of this computer that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def studio(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    try:
        main(["studio", *words])
        found = 0
    except SystemExit as end:
        found = end.code
    assert found == code
    return capsys.readouterr()


def test_it_listens_to_this_computer(
    served: list[uvicorn.Config], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    port = free_port()
    out, err = studio(capsys, "--home", str(tmp_path / "home"), "--port", str(port))
    assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/\?token=[\w-]{{24}}\n", out)
    assert str(tmp_path / "home") in err
    assert (served[0].host, served[0].port) == ("127.0.0.1", port)
    assert {path.name for path in (tmp_path / "home").iterdir()} == {
        *("uploads", "runs", "clips", "scratch", ".lock")
    }


def test_osc_moves_the_knobs_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    osc, found = free_port(), Queue[Any]()

    def run(server: uvicorn.Server, sockets: object) -> None:
        app: Any = server.config.app
        with closing(SimpleUDPClient("127.0.0.1", osc)) as sender, TestClient(app, HERE) as page:
            sender.send_message("/riffsmith/key", "Gb minor")
            answers = iter(lambda: page.get("/api/remote?after=0").json(), None)
            found.put(next(answer for answer in answers if answer["count"]))

    monkeypatch.setattr(uvicorn.Server, "run", run)
    home = ("--home", str(tmp_path), "--port", str(free_port()), "--no-token")
    _, err = studio(capsys, *home, "--osc", str(osc))
    assert f"OSC at 127.0.0.1, port {osc}\n" in err
    expected = {"is_listening": True, "count": 1, "controls": {"key": "F#"}}
    assert found.get_nowait() == expected
    _, err = studio(capsys, *home, "--osc-host", "0.0.0.0", code=1)
    assert "--osc-host has no effect without --osc" in err


def test_a_token_is_given_by_the_environment_or_a_file(
    served: list[uvicorn.Config],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    port = free_port()
    home = ("--home", str(tmp_path / "home"), "--port", str(port))
    monkeypatch.setenv("RIFFSMITH_STUDIO_TOKEN", "a" * 22)
    out, _ = studio(capsys, *home, "--host", "::")
    assert out == f"http://[::]:{port}/?token={'a' * 22}\n"
    assert "RIFFSMITH_STUDIO_TOKEN" not in os.environ  # a training does not inherit it
    file = tmp_path / "token"
    file.write_text("b" * 22 + "\n")
    file.chmod(0o644)
    out, err = studio(capsys, *home, "--token-file", str(file))
    assert out.endswith(f"?token={'b' * 22}\n")
    assert sys.platform == "win32" or "other users of this computer may be able to read" in err
    out, err = studio(capsys, *home, "--no-token")
    assert out == f"http://127.0.0.1:{port}/\n"
    assert "every user and program of this computer can use the studio" in err
    assert len(served) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--port", "0"], "--port must be from 1 to 65535"),
        (["--token-file", os.devnull], "holds no token (it is no regular file)"),
        (["--token-file", "nowhere"], "reading the token of nowhere failed"),
        (["--token-file", "LICENSE"], "22 to 200 letters, digits and the signs"),
        (["--no-token", "--token-file", "a"], "exclude each other"),
        (["--no-token", "--host", "0.0.0.0"], "--host 0.0.0.0 lets others in"),
        (["--model", "nowhere"], "neither a run folder nor a bundle"),
    ],
)
def test_wrong_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
):
    assert message in studio(capsys, "--home", str(tmp_path), *words, code=1)[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--host", "192.0.2.1", "--port", "9000"], "must be an address of this computer, found"),
        (["--host", "nowhere.invalid"], "found 'nowhere.invalid', which is unknown"),
    ],
)
def test_a_host_that_is_not_this_computer_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
):
    out, err = studio(capsys, "--home", str(tmp_path), *words, code=1)
    assert out == ""
    assert message in err
    assert err.count("\n") == 1


def test_a_port_in_use_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        out, err = studio(capsys, "--home", str(tmp_path / "home"), "--port", port, code=1)
    assert out == ""
    assert f"port {port} of 127.0.0.1 is in use by another program" in err
    assert err.count("\n") == 1
    assert not (tmp_path / "home").exists()


def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    _, err = studio(capsys, "--home", str(tmp_path), code=1)
    assert "(uvicorn is missing): install riffsmith[studio]" in err
    assert err.count("\n") == 1


def test_folders_of_music_are_named(
    served: list[uvicorn.Config], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home = ("--home", str(tmp_path / "home"), "--port", str(free_port()))
    studio(capsys, *home, "--music", str(tmp_path), "--music", str(tmp_path.parent))
    assert len(served) == 1
    _, err = studio(capsys, *home, "--music", str(tmp_path / "nowhere"), code=1)
    assert "--music must name a folder" in err
    _, err = studio(capsys, *home, "--music", str(tmp_path), "--host", "0.0.0.0", code=1)
    assert "leave it out" in err
