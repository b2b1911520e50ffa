"""`riffsmith studio`."""

import sys
from pathlib import Path

import pytest
import uvicorn

from riffsmith.cli.app import main


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[uvicorn.Config]:
    """What would have been served."""
    found: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: found.append(server.config))
    return found


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
    out, err = studio(capsys, "--home", str(tmp_path / "home"), "--port", "9000")
    assert out == "http://127.0.0.1:9000/\n"
    assert str(tmp_path / "home") in err
    assert (served[0].host, served[0].port) == ("127.0.0.1", 9000)
    assert {path.name for path in (tmp_path / "home").iterdir()} == {
        *("uploads", "runs", "clips", "scratch", ".lock")
    }


def test_others_need_a_token(
    served: list[uvicorn.Config], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home = ("--home", str(tmp_path))
    out, _ = studio(capsys, *home, "--host", "0.0.0.0")
    assert out.startswith("http://0.0.0.0:8765/?token=")
    assert len(out.strip().partition("token=")[2]) >= 24
    out, _ = studio(capsys, *home, "--host", "::", "--token", "12345678")
    assert out == "http://[::]:8765/?token=12345678\n"
    assert len(served) == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--port", "0"], "--port must be from 1 to 65535"),
        (["--token", "short"], "--token must have 8 characters or more"),
        (["--model", "nowhere"], "neither a run folder nor a bundle"),
    ],
)
def test_wrong_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
):
    assert message in studio(capsys, "--home", str(tmp_path), *words, code=1)[1]


def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    _, err = studio(capsys, "--home", str(tmp_path), code=1)
    assert "(uvicorn is missing): install riffsmith[studio]" in err
    assert err.count("\n") == 1
