"""Uploads and surveys."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import make_music
from fastapi.testclient import TestClient
from hypothesis import given, strategies as st
from studios import detail, opened

from riffsmith.corpus import DEMO_CREDIT
from riffsmith.studio import Access, Studio, command
from riffsmith.studio.command import run_command
from riffsmith.studio.errors import StudioError
from riffsmith.studio.home import safe_name
from riffsmith.studio.recordings import sources
from riffsmith.studio.routes import recordings as routes

Opened = tuple[Studio, TestClient]


@pytest.fixture
def open_studio(tmp_path: Path) -> Iterator[Opened]:
    with opened(tmp_path / "home") as found:
        yield found


def send(client: TestClient, *files: tuple[str, bytes]):
    parts = [("files", (name, io.BytesIO(content))) for name, content in files]
    return client.post("/api/uploads", files=parts)


def encoded(kind: str, seed: int = 0, seconds: float = 1.0) -> bytes:
    content = io.BytesIO()
    soundfile.write(content, make_music(seconds, 8000, seed=seed), 8000, format=kind)
    return content.getvalue()


def test_recordings_are_taken_and_others_refused(open_studio: Opened):
    studio, client = open_studio
    answer = send(
        client,
        ("one.wav", b"RIFF"),
        ("../../two.flac", b"fLaC"),
        ("c:\\music\\one.wav", b"again"),
        ("notes.txt", b"x"),
        ("empty.ogg", b""),
        ("run.sh.mp3", b"x"),
    )
    assert answer.status_code == 201
    found = answer.json()
    assert found["files"] == [
        {"name": "one.wav", "bytes": 4},
        {"name": "two.flac", "bytes": 4},
        {"name": "one (2).wav", "bytes": 5},
        {"name": "run.sh.mp3", "bytes": 1},
    ]
    refused = [(part["place"], part["code"], part["detail"]) for part in found["refused"]]
    assert refused == [
        ("notes.txt", "not_audio", "not an audio file (.txt)"),
        ("empty.ogg", "empty", "empty"),
    ]
    assert found["refused"][0]["parameters"] == {"ending": ".txt"}
    key = found["source"].removeprefix("upload:")
    names = {path.name for path in (studio.home.uploads / key).iterdir()}
    assert names == {"one.wav", "two.flac", "one (2).wav", "run.sh.mp3"}


def test_an_upload_of_nothing_leaves_nothing(open_studio: Opened):
    studio, client = open_studio
    found = detail(send(client, ("a.txt", b"x"), ("...", b"x")), 400)
    assert "a.txt: not an audio file (.txt)" in found
    assert "'...' is no name for a file" in found
    assert list(studio.home.uploads.iterdir()) == []
    assert client.post("/api/uploads").status_code == 422
    headers = {"Content-Type": "multipart/form-data"}
    assert client.post("/api/uploads", content=b"x", headers=headers).status_code in (400, 422)


def test_uploads_have_limits(open_studio: Opened, monkeypatch: pytest.MonkeyPatch):
    _, client = open_studio
    monkeypatch.setattr(sources, "MOST_FILES", 2)
    monkeypatch.setattr(sources, "LARGEST_FILE", 10)
    monkeypatch.setattr(sources, "LARGEST_UPLOAD", 40)
    found = send(client, ("a.wav", b"x" * 11), *((f"{n}.wav", b"x") for n in range(3))).json()
    assert [file["name"] for file in found["files"]] == ["0.wav", "1.wav"]
    assert [part["place"] for part in found["refused"]] == ["a.wav", "2.wav"]
    assert "at most 2 files" in found["refused"][1]["detail"]
    answer = send(client, *((f"{n}.wav", b"x" * 9) for n in range(5)))
    assert "send fewer files" in detail(answer, 413)


@pytest.mark.slow
@given(st.text(max_size=300))
def test_any_name_becomes_safe(name: str):
    safe = safe_name(name)
    if not safe:
        return
    assert safe == Path(safe).name
    assert not safe.startswith(".")
    assert not set(safe) & set('/\\\0\n\r:*?"<>|')
    assert safe_name(safe) == safe


def test_sources_are_named_rightly(open_studio: Opened, tmp_path: Path):
    _, client = open_studio
    for source, status in (
        ("upload:0123456789abcdef", 404),
        ("upload:../../etc", 404),
        ("~/no such folder", 404),
        ("~nobody-of-that-name/x", 404),
        (str(tmp_path / "nowhere"), 404),
        ("relative/folder", 400),
        ("/" + "a" * 999, 404),
        ("/a\0b", 404),
        ("polka", 400),
        ("", 422),
        ("/" + "a" * 1_000, 422),
    ):
        detail(client.post("/api/surveys", json={"source": source}), status)


def test_folders_are_for_this_computer_alone(tmp_path: Path):
    token = "a-token-of-some-length"
    with opened(tmp_path / "home", access=Access(token=token)) as (_, client):
        headers = {"Authorization": f"Bearer {token}"}
        body = {"source": str(tmp_path), "name": "mine"}
        answer = client.post("/api/surveys", json={"source": str(tmp_path)}, headers=headers)
        assert "upload the recordings" in detail(answer, 403)
        answer = client.post("/api/jobs", json=body, headers=headers)
        assert "upload the recordings" in detail(answer, 403)


@pytest.mark.slow
def test_hundreds_of_damaged_files_are_named_and_harm_nobody(open_studio: Opened):
    """Whole files with some bytes changed, cut or put in, at any place."""
    _, client = open_studio
    random = np.random.default_rng(0)
    files = [("sound.wav", encoded("WAV", seed=1, seconds=13))]
    for kind, ending in (("WAV", "wav"), ("FLAC", "flac"), ("OGG", "ogg")):
        content = encoded(kind)
        for number in range(100):
            damaged = bytearray(content)
            reach = 64 if number % 2 else len(damaged)  # headers suffer more
            for place in random.integers(0, reach, random.integers(1, 20)):
                damaged[place] = random.integers(0, 256)
            if number % 5 == 0:
                del damaged[random.integers(0, len(damaged)) :]
            files.append((f"{number}.{ending}", bytes(damaged) or b"x"))
    source = send(client, *files).json()["source"]
    answer = client.post("/api/surveys", json={"source": source})
    assert answer.status_code == 200, answer.text
    entries = {entry["path"]: entry for entry in answer.json()["entries"]}
    assert len(entries) == len(files)
    assert entries["sound.wav"]["usable"]
    assert all(entry["usable"] or entry["refusal"] for entry in entries.values())
    assert client.get("/healthz").status_code == 200


@pytest.mark.slow
def test_a_survey_has_codes_and_sentences(
    open_studio: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _, client = open_studio
    songs = tmp_path / "songs"
    songs.mkdir()
    whole = encoded("WAV", seconds=13)
    for name, content in (("a.wav", whole), ("b.wav", whole), ("c.txt", b"x")):
        (songs / name).write_bytes(content)
    (songs / "d.wav").write_bytes(encoded("WAV", seed=1, seconds=13)[:-2000])
    (songs / "e.wav").write_bytes(encoded("WAV", seed=2))
    found = client.post("/api/surveys", json={"source": str(songs)}).json()
    assert found["folder"] == "songs"
    assert (found["grade"], found["usable"], found["skipped"]) == ("too_little", 2, 3)
    assert found["too_short_minutes"] == pytest.approx(1 / 60, abs=1e-3)
    entries = {entry["path"]: entry for entry in found["entries"]}
    assert entries["b.wav"]["refusal"] == {
        "code": "duplicate",
        "parameters": {"path": "a.wav"},
        "detail": "same audio as a.wav",
    }
    assert entries["c.txt"]["refusal"]["code"] == "not_audio"
    assert entries["a.wav"]["refusal"] is None
    assert entries["e.wav"]["refusal"]["code"] == "too_short"
    (flaw,) = entries["d.wav"]["flaws"]
    assert flaw["code"] == "cut_off"
    assert flaw["detail"].startswith("truncated: the file is cut off after 12.9 s")
    assert found["credit"] is None
    monkeypatch.setattr(routes, "run_command", lambda *_, **_limits: json.dumps(found))
    demo = client.post("/api/surveys", json={"source": "demo"}).json()
    assert demo == {**found, "credit": DEMO_CREDIT}


@pytest.mark.slow
def test_a_folder_without_audio_has_a_sentence(open_studio: Opened, tmp_path: Path):
    _, client = open_studio
    (tmp_path / "empty").mkdir()
    answer = client.post("/api/surveys", json={"source": str(tmp_path / "empty")})
    assert detail(answer, 400).startswith("'empty' is empty: put recordings into it")


@pytest.mark.slow
def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch):
    child = (
        "import subprocess,sys; subprocess.Popen([sys.executable,'-c','input()'],stdin=-1).wait()"
    )
    monkeypatch.setattr(command, "command_line", lambda *_, **_kind: [sys.executable, "-c", child])
    with pytest.raises(StudioError, match="took longer than"):
        run_command("survey", limit_seconds=0.5)
    monkeypatch.setattr(
        command, "command_line", lambda *_, **_kind: [sys.executable, "-c", "exit(3)"]
    )
    with pytest.raises(StudioError, match="ended without a word"):
        run_command("survey", limit_seconds=30)
