"""Uploads and surveys."""

import asyncio
import io
import json
import logging
import os
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import soundfile
from conftest import make_music
from fastapi.testclient import TestClient
from hypothesis import given, strategies as st
from studios import detail, opened

from riffsmith.corpus import DEMO_CREDIT
from riffsmith.studio import Access, Studio, build_app, command
from riffsmith.studio.command import run_command
from riffsmith.studio.errors import StudioError, TooLargeError
from riffsmith.studio.home import safe_name
from riffsmith.studio.jobs.folder import JobFolder, JobRecord
from riffsmith.studio.recordings import receiving, sources, surveys

Opened = tuple[Studio, TestClient]
FORM = b"multipart/form-data; boundary=a"
FIRST_PIECE = b'--a\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'


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


def test_a_recording_is_given_to_be_heard(open_studio: Opened, tmp_path: Path):
    """Other files, and what lies beside the source, are not."""
    _, client = open_studio
    flac = encoded("flac")
    source = send(client, ("one.flac", flac)).json()["source"]

    def ask(source: str, path: str):
        return client.get("/api/recordings", params={"source": source, "path": path})

    answer = ask(source, "one.flac")
    assert (answer.content, answer.headers["content-type"]) == (flac, "audio/flac")
    folder = tmp_path / "songs"
    folder.mkdir()
    (tmp_path / "beside.flac").write_bytes(flac)
    (folder / "link.flac").symlink_to(tmp_path / "beside.flac")
    (folder / "diary.txt").write_text("Dear diary")
    beside = str(tmp_path / "beside.flac")
    for path in ("none.flac", "../beside.flac", beside, "link.flac", "diary.txt", "\0"):
        assert "there is no recording" in detail(ask(str(folder), path), 404), path
    assert ask(str(tmp_path), "beside.flac").content == flac
    assert "no upload" in detail(ask("upload:../songs", "one.flac"), 404)


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
        ("Con.flac", b"device"),
        ("._one.wav", b"attributes"),
        ("__MACOSX/one.wav", b"attributes"),
    )
    assert answer.status_code == 201
    found = answer.json()
    assert found["files"] == [
        {"name": "one.wav", "bytes": 4},
        {"name": "two.flac", "bytes": 4},
        {"name": "one (2).wav", "bytes": 5},
        {"name": "run.sh.mp3", "bytes": 1},
        {"name": "_Con.flac", "bytes": 6},
    ]
    refused = [(part["place"], part["code"], part["detail"]) for part in found["refused"]]
    assert refused == [
        ("notes.txt", "not_audio", "not an audio file (.txt)"),
        ("empty.ogg", "empty", "empty"),
        ("._one.wav", "of_system", "a file manager's own file, without music"),
        ("__MACOSX/one.wav", "of_system", "a file manager's own file, without music"),
    ]
    assert found["refused"][0]["parameters"] == {"ending": ".txt"}
    key = found["source"].removeprefix("upload:")
    names = {path.name for path in (studio.home.uploads / key).iterdir()}
    assert names == {"one.wav", "two.flac", "one (2).wav", "run.sh.mp3", "_Con.flac"}


def test_an_upload_of_nothing_leaves_nothing(open_studio: Opened):
    studio, client = open_studio
    found = detail(send(client, ("a.txt", b"x"), ("...", b"x")), 400)
    assert "a.txt: not an audio file (.txt)" in found
    assert "'...' is no name for a file" in found
    assert list(studio.home.uploads.iterdir()) == []
    assert "no form with files" in detail(client.post("/api/uploads"), 400)
    for end, body in (("", b"x"), ("; boundary=a", b"x"), ("; boundary=a", b"--a--\r\n")):
        headers = {"Content-Type": f"multipart/form-data{end}"}
        detail(client.post("/api/uploads", content=body, headers=headers), 400)
    assert list(studio.home.scratch.iterdir()) == []


def test_uploads_have_limits(open_studio: Opened, monkeypatch: pytest.MonkeyPatch):
    _, client = open_studio
    monkeypatch.setattr(receiving, "MOST_FILES", 2)
    monkeypatch.setattr(receiving, "LARGEST_FILE", 10)
    monkeypatch.setattr(receiving, "LARGEST_UPLOAD", 40)
    found = send(client, ("a.wav", b"x" * 11), *((f"{n}.wav", b"x") for n in range(3))).json()
    assert [file["name"] for file in found["files"]] == ["0.wav", "1.wav"]
    assert [part["place"] for part in found["refused"]] == ["a.wav", "2.wav"]
    assert "at most 2 files" in found["refused"][1]["detail"]
    answer = send(client, *((f"{n}.wav", b"x" * 9) for n in range(5)))
    assert "send fewer files" in detail(answer, 413)


def send_in_pieces(studio: Studio, pieces: Iterator[bytes]) -> tuple[int, str]:
    """The status and the code of the answer to a form in pieces, whose client leaves then."""
    answers: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        piece = next(pieces, None)
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: MutableMapping[str, Any]) -> None:
        answers.append(message)

    scope = {
        **{"type": "http", "method": "POST", "path": "/api/uploads", "query_string": b""},
        **{"headers": [(b"host", b"127.0.0.1"), (b"content-type", FORM)], "http_version": "1.1"},
    }
    asyncio.run(build_app(studio)(scope, receive, send))
    return answers[0]["status"], json.loads(answers[1]["body"])["code"]


def test_what_is_too_large_is_refused_while_it_is_sent(
    open_studio: Opened, monkeypatch: pytest.MonkeyPatch
):
    """Little is stored meanwhile, and nothing of it stays."""
    studio, _ = open_studio
    monkeypatch.setattr(receiving, "LARGEST_FILE", 1_000)
    monkeypatch.setattr(receiving, "LARGEST_UPLOAD", 20_000)
    stored: list[int] = []

    def endless() -> Iterator[bytes]:
        yield FIRST_PIECE
        while True:
            yield b"x" * 1_000
            files = studio.home.scratch.rglob("*.wav")
            stored.append(sum(path.stat().st_size for path in files))

    assert send_in_pieces(studio, endless()) == (413, "upload_too_large")
    assert max(stored) <= 1_000
    assert len(stored) == 20
    assert list(studio.home.scratch.iterdir()) == list(studio.home.uploads.iterdir()) == []


def test_nothing_stays_of_an_upload_whose_client_leaves(
    open_studio: Opened, caplog: pytest.LogCaptureFixture
):
    studio, _ = open_studio

    def broken() -> Iterator[bytes]:
        yield FIRST_PIECE + b"x"
        assert list(studio.home.scratch.rglob("*.wav"))

    assert send_in_pieces(studio, broken()) == (400, "http")
    assert list(studio.home.scratch.iterdir()) == list(studio.home.uploads.iterdir()) == []
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_only_so_many_uploads_are_received_at_once(open_studio: Opened):
    studio, client = open_studio
    with ExitStack() as stack:
        for _ in range(sources.MOST_AT_ONCE):
            stack.enter_context(studio.sources.receive("multipart/form-data; boundary=a"))
        answer = send(client, ("a.wav", b"x"))
        assert "try again in a minute" in detail(answer, 429)
        assert int(answer.headers["retry-after"]) > 0
    assert send(client, ("a.wav", b"x")).status_code == 201


def test_uploads_are_listed_deleted_and_forgotten(open_studio: Opened):
    studio, client = open_studio
    keys = [
        send(client, ("a.wav", b"abc"), ("b.wav", b"d")).json()["source"].removeprefix("upload:")
        for _ in range(4)
    ]
    for name, key in (("mine", keys[0]), ("yours", keys[3])):
        (studio.home.runs / name).mkdir()
        record = JobRecord(source=f"upload:{key}", minutes=1, preset="latent", created="2026")
        JobFolder(studio.home.runs / name).write_record(record)
    listed = {one["source"]: one for one in client.get("/api/uploads").json()}
    assert len(listed) == 4
    mine = listed[f"upload:{keys[0]}"]
    assert (mine["files"], mine["bytes"], mine["trainings"]) == (2, 4, ["mine"])
    assert "mine" in detail(client.delete(f"/api/uploads/{keys[0]}"), 409)
    assert client.delete(f"/api/uploads/{keys[1]}").status_code == 204
    assert "send the files again" in detail(client.delete(f"/api/uploads/{keys[1]}"), 404)
    for key in keys[2:]:
        os.utime(studio.home.uploads / key, (0, 0))
    studio.delete_unused_uploads()
    left = {one["source"] for one in client.get("/api/uploads").json()}
    assert left == {f"upload:{keys[0]}", f"upload:{keys[3]}"}


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
    with opened(tmp_path / "home", access=Access("0.0.0.0", token)) as (_, client):
        headers = {"Authorization": f"Bearer {token}"}
        body = {"source": str(tmp_path), "name": "mine"}
        answer = client.post("/api/surveys", json={"source": str(tmp_path)}, headers=headers)
        assert "upload the recordings" in detail(answer, 403)
        answer = client.post("/api/jobs", json=body, headers=headers)
        assert "upload the recordings" in detail(answer, 403)


def test_a_setting_says_which_folders_may_be_named(tmp_path: Path):
    """Where they really lie; what lies elsewhere is not even said to exist."""
    music, other = tmp_path / "music", tmp_path / "other"
    for folder in (music / "songs", other):
        folder.mkdir(parents=True)
    (music / "link").symlink_to(other)
    with opened(tmp_path / "home", music=[music]) as (studio, client):
        for named in (other, music / "link", music / ".." / "other", "/nowhere", "~", "/proc/self"):
            for path, more in (("surveys", {}), ("jobs", {"name": "mine"})):
                answer = client.post(f"/api/{path}", json={"source": str(named), **more})
                assert "--music FOLDER" in detail(answer, 403), named
        for named in (music, music / "songs", other / ".." / "music"):
            with studio.sources.open(str(named)) as folder:
                assert folder.samefile(named)
        mode = studio.home.path.stat().st_mode & 0o777
        assert mode == 0o700 or sys.platform == "win32"


def test_without_a_setting_it_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    with opened(tmp_path / "home", music=None) as (studio, client):
        detail(client.post("/api/surveys", json={"source": str(tmp_path.parent)}), 403)
        with studio.sources.open(str(tmp_path)) as folder:
            assert folder == tmp_path


def test_a_folder_without_recordings_is_refused_by_a_code(open_studio: Opened, tmp_path: Path):
    """The page translates it; the words of a command it could not."""
    _, client = open_studio
    for file in ("texts/words.txt", "genres/metal/a.wav", "genres/jazz/b.wav"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (tmp_path / "none").mkdir()
    for folder, code in (
        ("none", "folder_empty"),
        ("texts", "folder_without_audio"),
        ("genres", "folder_of_genres"),
    ):
        answer = client.post("/api/surveys", json={"source": str(tmp_path / folder)})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert repr(folder) in answer.json()["detail"]


def test_a_survey_has_limits(open_studio: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """They are found before any file is opened, and before a process is started."""
    _, client = open_studio
    monkeypatch.setattr(surveys, "run_command", lambda *_, **_limits: pytest.fail("it was started"))
    songs = tmp_path / "songs"
    deepest = songs / "a" / "b" / "c"
    deepest.mkdir(parents=True)
    for name in ("one.wav", "two.wav"):
        (deepest / name).write_bytes(b"x" * 600)
    os.mkfifo(songs / "pipe.wav")  # its size is not asked for, and nobody waits for its writer
    (songs / "again").symlink_to(songs)
    for limit, value, said in (
        ("MOST_ENTRIES", 6, "files and folders"),
        ("MOST_DEPTH", 2, "within each other"),
        ("MOST_BYTES", 1_000, "of recordings"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(surveys, limit, value)
            answer = client.post("/api/surveys", json={"source": str(songs)})
            assert said in detail(answer, 413)
            patch.setattr(surveys, limit, 1_200 if limit == "MOST_BYTES" else value + 1)
            surveys.refuse_too_much(songs, Event())
    with monkeypatch.context() as patch:
        patch.setattr(surveys, "MOST_AT_ONCE", 0)
        answer = client.post("/api/surveys", json={"source": str(songs)})
        assert "try again in a minute" in detail(answer, 429)


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
    monkeypatch.setattr(surveys, "run_command", lambda *_, **_limits: json.dumps(found))
    demo = client.post("/api/surveys", json={"source": "demo"}).json()
    assert demo == {**found, "credit": DEMO_CREDIT}


@pytest.mark.slow
def test_a_folder_without_audio_has_a_sentence(open_studio: Opened, tmp_path: Path):
    _, client = open_studio
    (tmp_path / "empty").mkdir()
    answer = client.post("/api/surveys", json={"source": str(tmp_path / "empty")})
    assert detail(answer, 400).startswith("folder 'empty' is empty: put recordings into it")


@pytest.mark.slow
def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch):
    child = (
        "import subprocess,sys; subprocess.Popen([sys.executable,'-c','input()'],stdin=-1).wait()"
    )
    monkeypatch.setattr(command, "command_line", lambda *_, **_kind: [sys.executable, "-c", child])
    with pytest.raises(StudioError, match="took longer than"):
        run_command("survey", limit_seconds=0.5)
    left = Event()
    left.set()
    with pytest.raises(StudioError, match="the listener left"):
        run_command("survey", limit_seconds=30, left=left)
    monkeypatch.setattr(command, "MOST_OUTPUT", 2**20)
    child = "while True: print('x' * 10_000)"
    with pytest.raises(TooLargeError, match="larger than 1 MB"):
        run_command("survey", limit_seconds=30)
    monkeypatch.setattr(
        command, "command_line", lambda *_, **_kind: [sys.executable, "-c", "exit(3)"]
    )
    with pytest.raises(StudioError, match="ended without a word"):
        run_command("survey", limit_seconds=30)
