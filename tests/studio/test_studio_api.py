"""Models, players, clips and generated files over HTTP."""

import io
import json
import logging
import shutil
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
import pytest
import soundfile
from conftest import tiny_settings
from fastapi.testclient import TestClient
from studios import MODEL, RATE, begin, detail, listening, make_run, opened, problem, pull, samples

from riffsmith import __version__
from riffsmith.audio import measure_loudness
from riffsmith.bundle import ORIGINALITY_NAME, write_bundle
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError, ModelError, RiffsmithError, UnknownKeyError
from riffsmith.evaluation import (
    Comparison,
    CopyKind,
    Originality,
    Remark,
    RemarkCode,
    WindowOrigin,
)
from riffsmith.networks import Generator
from riffsmith.studio import Studio, open_studio
from riffsmith.studio.clips.schemas import Clip
from riffsmith.studio.errors import StudioError, describe_problem
from riffsmith.studio.home import default_home
from riffsmith.studio.routes import players as player_routes
from riffsmith.synthesis import Stream

Opened = tuple[Studio, TestClient]


@pytest.fixture(scope="module")
def run(latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "tiny", latent_corpus)


@pytest.fixture
def studio_client(run: Path, tmp_path: Path) -> Iterator[Opened]:
    with opened(tmp_path / "home", run) as found:
        yield found


@pytest.fixture
def client(studio_client: Opened) -> TestClient:
    return studio_client[1]


def write_picture_bundle(folder: Path) -> Path:
    from riffsmith.bundle import Card, PictureBundle

    settings = tiny_settings()
    card = Card(
        **dict.fromkeys(("riffsmith", "torch", "created", "genre", "corpus_hash"), "x"),
        preset="report",
        settings=settings,
        recordings=(),
        metrics={},
        **dict.fromkeys(("low_db", "high_db"), 0.0),
        **dict.fromkeys(("seed", "snapshot", "step", "samples_seen"), 0),
    )
    generator = Generator(settings.generator, settings.corpus.channel_count)
    write_bundle(folder, PictureBundle(card, settings, generator))
    return folder


@pytest.mark.slow
def test_models_are_listed_and_broken_ones_left_out(
    run: Path,
    latent_corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr("riffsmith.studio.library.shipped_models", lambda: ["polka"])

    def fail(name: str) -> None:
        raise ModelError(f"{name} is damaged")

    monkeypatch.setattr("riffsmith.studio.library.find_shipped", fail)
    pictures = write_picture_bundle(tmp_path / "old pictures")
    make_run(tmp_path / "home" / "runs" / "mine", latent_corpus, snapshots=(0, 8))
    (tmp_path / "home" / "runs" / "empty").mkdir()
    with caplog.at_level(logging.WARNING), opened(tmp_path / "home", run, pictures) as (_, client):
        listed = client.get("/api/models").json()
        client.get("/api/models")
        assert [model["id"] for model in listed] == [MODEL, "bundle:old-pictures", "run:mine"]
        assert [model["kind"] for model in listed] == ["run", "bundle", "run"]
        assert [model["streams"] for model in listed] == [True, False, True]
        assert listed[0]["title"] == "Tiny"
        assert listed[0]["sample_rate"] == RATE
        answer = client.post("/api/players", json={"model": "bundle:old-pictures"})
        assert "plays clips alone" in detail(answer, 400)
        answer = client.post("/api/generate", json={"model": "polka"})
        assert detail(answer, 400) == "polka is damaged"
        body = {"model": "bundle:old-pictures", "seconds": 1, "seed": 4}
        assert client.post("/api/generate", json=body).status_code == 200
        wrong = client.post("/api/generate", json={**body, "snapshot": 0})
        assert "old-pictures has no snapshot 0: the list of models" in detail(wrong, 404)
        names = ("snapshots", "snapshot", "unit")
        assert [listed[-1][name] for name in names] == [[0, 8], 8, "step"]
        assert [listed[1][name] for name in names] == [[], 0, "epoch"]
        body = {"model": "run:mine", "seconds": 1, "seed": 4}
        bodies = [{**body, "snapshot": number} for number in (None, 8, 0)]
        played, newest, first = (client.post("/api/generate", json=one).content for one in bodies)
        assert played == newest != first
        gone = client.post("/api/generate", json={**body, "snapshot": 4})
        assert "run:mine has no snapshot 4" in detail(gone, 404)
    assert caplog.text.count("model polka is left out: polka is damaged") == 1


def test_what_is_no_model_cannot_be_offered(tmp_path: Path):
    wrong = open_studio(tmp_path / "home", models=[tmp_path])
    with pytest.raises(ModelError, match="neither a run folder nor a bundle"), wrong:
        pass


@pytest.mark.slow
def test_models_of_one_name_are_distinguished(run: Path, latent_corpus: Corpus, tmp_path: Path):
    other = make_run(tmp_path / "tiny", latent_corpus)
    with opened(tmp_path / "home", run, other) as (_, client):
        listed = [model["id"] for model in client.get("/api/models").json()]
        assert listed[:2] == [MODEL, "run:tiny-2"]


@pytest.mark.slow
def test_a_listener_pulls_changes_and_leaves(client: TestClient):
    key = begin(client, seed=5)
    first = pull(client, key, 0, RATE)
    assert np.abs(samples(first)).max() > 0
    answer = client.patch(f"/api/players/{key}", json={"controls": {"tempo": 200}, "at": RATE})
    at = answer.json()["at"]
    assert at >= RATE
    assert pull(client, key, 0, RATE) == first
    other = begin(client, seed=5)
    assert pull(client, other, at, RATE) != pull(client, key, at, RATE)
    assert client.delete(f"/api/players/{key}").status_code == 204
    assert client.delete(f"/api/players/{key}").status_code == 204
    answer = client.get(f"/api/players/{key}/pcm", params={"start": 0, "count": 1})
    assert "open a new one" in detail(answer, 404)


@pytest.mark.slow
def test_form_key_and_transposition_change_what_is_pulled(client: TestClient):
    heard = [
        pull(client, begin(client, seed=5, **controls), 0, RATE)
        for controls in (
            {},
            {"form": 1.0},
            {"key": "F# minor"},
            {"key": "F# minor", "transpose": 2},
        )
    ]
    assert len(set(heard)) == 4


@pytest.mark.slow
def test_wrong_requests_have_sentences(client: TestClient):
    key = begin(client)
    for body, words in (
        ({"model": "run:none"}, (404, "no model 'run:none'")),
        ({"model": "../etc"}, (422, "model: not of the right form")),
        ({"model": MODEL, "controls": {"tempo": 7}}, (422, "controls.tempo: Input should be")),
        ({"model": MODEL, "sed": 1}, (422, "sed: Extra inputs are not permitted")),
        ({"model": MODEL, "controls": {"key": "H"}}, (422, "controls.key: not of the right form")),
        ({"model": MODEL, "controls": {"transpose": 13}}, (422, "controls.transpose: Input")),
    ):
        assert words[1] in detail(client.post("/api/players", json=body), words[0])
    place = {"start": 0, "count": 11 * RATE}
    answer = client.get(f"/api/players/{key}/pcm", params=place)
    assert "ask for 80000 at most" in detail(answer, 400)
    headers = {"Content-Type": "application/json"}
    answer = client.post(
        "/api/players", content='{"model": "x", "controls": {"tempo": NaN}}', headers=headers
    )
    assert "controls.tempo" in detail(answer, 422)
    assert "JSON decode error" in detail(
        client.post("/api/players", content="{", headers=headers), 422
    )
    answer = client.post("/api/players", content='{"\\ud800": 1}', headers=headers)
    assert "a valid string" in detail(answer, 422)
    assert "see /openapi.json" in detail(client.get("/api/nothing"), 404)
    assert "is not possible here" in detail(client.put("/api/clips"), 405)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "place", "code", "parameters"),
    [
        ({}, "model", "missing", {}),
        ({"model": "../etc"}, "model", "pattern", {}),
        ({"model": MODEL, "sed": 1}, "sed", "unknown", {}),
        ({"model": MODEL, "seed": -1}, "seed", "from", {"limit": 0}),
        ({"model": MODEL, "seconds": 601}, "seconds", "up_to", {"limit": 600}),
        (
            {"model": MODEL, "format": "mid"},
            "format",
            "choice",
            {"choices": "'wav', 'flac', 'mp3' or 'ogg'"},
        ),
        (
            {"model": MODEL, "loop": "maybe"},
            "loop",
            "invalid",
            {"reason": "Input should be a valid boolean, unable to interpret input"},
        ),
    ],
)
def test_what_is_wrong_with_a_field_has_a_code(
    client: TestClient, body: dict, place: str, code: str, parameters: dict
):
    found = problem(client.post("/api/generate", json=body), 422)
    assert found["code"] == "invalid_request"
    (part,) = found["parts"]
    assert (part["place"], part["code"], part["parameters"]) == (place, code, parameters)
    assert found["detail"] == f"{place}: {part['detail']}"


def test_a_problem_has_a_code_and_its_parameters(client: TestClient):
    found = problem(client.post("/api/players", json={"model": "run:none"}), 404)
    assert (found["code"], found["parameters"]) == ("no_model", {"model": "run:none"})
    headers = {"Content-Type": "application/json"}
    found = problem(client.post("/api/players", content="{", headers=headers), 422)
    assert found["parts"][0]["code"] == "not_json"
    found = problem(client.get("/api/nothing"), 404)
    assert (found["code"], found["parameters"]) == ("no_route", {"path": "/api/nothing"})


def test_errors_of_other_parts_have_codes_too_and_name_no_folders(tmp_path: Path):
    for error, code in (
        (ModelError("/home/nobody/x is damaged"), "model_unusable"),
        (UnknownKeyError("x is damaged"), "unknown_key"),
        (CorpusError("x is damaged"), "corpus_unusable"),
        (RiffsmithError("x is\ndamaged"), "other"),
        (StudioError(f"{tmp_path / 'x'} is damaged"), "other"),
    ):
        found = describe_problem(error)
        assert (found.code, found.parameters) == (code, {"reason": "x is damaged"})
        assert found.detail == "x is damaged"


def test_a_fault_is_answered_without_its_trace(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret")

    key = begin(client)
    monkeypatch.setattr(Stream, "read", fail)
    answer = client.get(f"/api/players/{key}/pcm", params={"start": 10**6, "count": 1})
    assert detail(answer, 500) == "unexpected ZeroDivisionError: the studio's own log says more"
    assert "secret" in caplog.text


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "ogg"])
def test_a_clip_is_made_at_once(studio_client: Opened, kind: str):
    studio, client = studio_client
    body = {"model": MODEL, "seconds": 2, "seed": 7, "format": kind, "controls": {"tempo": 90}}
    answer = client.post("/api/generate", json=body)
    assert answer.status_code == 200
    assert answer.headers["x-riffsmith-seed"] == "7"
    assert f"riff-7.{kind}" in answer.headers["content-disposition"]
    audio, rate = soundfile.read(io.BytesIO(answer.content))
    assert (rate, len(audio)) == (RATE, 2 * RATE)
    loudness = measure_loudness(audio.astype(np.float32), RATE)
    assert float(answer.headers["x-riffsmith-lufs"]) == pytest.approx(loudness, abs=0.3)
    assert list(studio.home.scratch.iterdir()) == []


def test_a_loop_has_its_points(client: TestClient):
    body = {"model": MODEL, "seconds": 4, "seed": 1, "loop": True}
    content = client.post("/api/generate", json=body).content
    at = content.index(b"smpl")
    assert struct.unpack("<I", content[at + 36 : at + 40])[0] == 1
    answer = client.post("/api/generate", json={**body, "seconds": 300})
    assert "a loop must be from 1 to 120 s long" in detail(answer, 400)
    answer = client.post("/api/generate", json={**body, "controls": {"tempo": 240}, "bars": 3})
    assert "riff-1-240bpm-3bars.wav" in answer.headers["content-disposition"]
    assert len(soundfile.read(io.BytesIO(answer.content))[0]) == 3 * RATE
    answer = client.post("/api/generate", json={**body, "loop": False, "bars": 3})
    assert "only a loop is counted in bars" in detail(answer, 422)


def test_work_for_someone_who_left_is_given_up(studio_client: Opened):
    studio, _ = studio_client
    model, left = studio.library.open(MODEL), threading.Event()
    body = player_routes.GenerateRequest(model=MODEL, seconds=5)
    left.set()
    with pytest.raises(StudioError, match="the listener left before this was done"):
        player_routes._render(model, body, None, 0, left, lambda: None)


@pytest.mark.slow
def test_a_clip_is_kept_with_where_it_comes_from(client: TestClient):
    key = begin(client, seed=11)
    played = pull(client, key, 0, 2 * RATE)
    at = client.patch(
        f"/api/players/{key}", json={"controls": {"brightness": 1}, "at": 2 * RATE}
    ).json()["at"]
    played += pull(client, key, at, 2 * RATE)
    end = at + 2 * RATE
    answer = client.post(f"/api/players/{key}/clips", json={"end": end, "seconds": 3})
    assert answer.status_code == 201
    clip = answer.json()
    assert (clip["model"], clip["seed"], clip["seconds"]) == (MODEL, 11, 3.0)
    assert clip["title"] == "Tiny, seed 11"
    assert [moment["at"] for moment in clip["controls"]] == [0.0, 1.0]
    assert clip["controls"][1]["controls"]["brightness"] == 1
    assert (
        client.get("/api/clips").json() == [clip] == [client.get(f"/api/clips/{clip['id']}").json()]
    )
    place = f"/api/clips/{clip['id']}"
    for kind in ("wav", "flac", "mp3"):
        with soundfile.SoundFile(io.BytesIO(client.get(f"{place}/audio.{kind}").content)) as file:
            tags = file.copy_metadata()
            assert tags["title"] == "Tiny, seed 11"
            found = json.loads(tags["comment"])
            assert (found["seed"], found["begin"]) == (11, end - 3 * RATE)
            assert found["riffsmith"] == __version__
            if kind == "flac":
                audio = file.read(dtype="int16")
                expected = samples(played)[-3 * RATE :].astype(float)
                gain = np.abs(audio).max() / np.abs(expected).max()
                assert np.abs(audio - gain * expected).max() <= 2
    assert client.get(f"{place}/spectrogram.png").content.startswith(b"\x89PNG")
    assert "no match 0" in detail(client.get(f"{place}/matches/0.wav"), 404)
    assert client.delete(place).status_code == 204
    assert "no clip" in detail(client.get(f"{place}/audio.wav"), 404)
    assert client.get("/api/clips").json() == []


def test_a_clip_of_nothing_is_refused(client: TestClient):
    key = begin(client)
    answer = client.post(f"/api/players/{key}/clips", json={"end": 100, "seconds": 30})
    assert "only 0.01 s lie before sample 100" in detail(answer, 400)


class CannedCheck:
    """Finds the beginning of the first training recording everywhere."""

    def __init__(self, corpus: Corpus) -> None:
        if not corpus.manifest.recordings:
            raise CorpusError("no recordings")
        self._recording = corpus.manifest.of_split("train")[0].source.path

    def check(self, audio: np.ndarray, sample_rate: int) -> Originality:
        window = WindowOrigin(
            start_seconds=0.0,
            recording=self._recording,
            recording_seconds=0.5,
            semitones=-1.0,
            speed=1.0,
            similarity=0.2,
            score=1.0,
            percentile=50.0,
        )
        windows = (window, window.model_copy(update={"start_seconds": 1.0}))
        short = Remark.of(RemarkCode.SHORT_CLIP, seconds=6.0, needed=10.0)
        sound = Comparison(
            kind=CopyKind.SOUND, windows=windows, held_out_windows=10, held_out_highest=2.0
        )
        update = {"kind": CopyKind.MELODY, "windows": (), "obstacle": short}
        return Originality(
            seconds=len(audio) / sample_rate,
            corpus_hash="x",
            sound=sound,
            melody=sound.model_copy(update=update),
        )


def keep(client: TestClient, seconds: float) -> dict:
    key = begin(client)
    pull(client, key, 0, 10)
    body = {"end": 10 * RATE, "seconds": seconds}
    return client.post(f"/api/players/{key}/clips", json=body).json()


@pytest.mark.slow
def test_originality_is_checked_in_the_background(
    studio_client: Opened, monkeypatch: pytest.MonkeyPatch
):
    studio, client = studio_client
    monkeypatch.setattr("riffsmith.studio.clips.shelf.OriginalityCheck", CannedCheck)
    clip = keep(client, 6)
    assert clip["originality"]["state"] == "waiting"
    studio.pools.checking.submit(int).result()  # after what was there before
    found = client.get(f"/api/clips/{clip['id']}").json()["originality"]
    assert (found["state"], found["grade"]) == ("done", "original")
    assert found["verdict"] == {
        "code": "original",
        "parameters": {"windows": 2},
        "detail": "No copy found: all 2 windows are as far from the training music as held-out "
        "music is.",
    }
    assert [(m["second"], m["semitones"]) for m in found["matches"]] == [(0.5, -1)]
    match = client.get(f"/api/clips/{clip['id']}/matches/0.wav").content
    assert len(soundfile.read(io.BytesIO(match))[0]) == 5 * RATE
    assert "10 s" not in keep(client, 2)["originality"]["verdict"]["detail"]
    assert keep(client, 2)["originality"]["state"] == "failed"


@pytest.mark.slow
def test_a_deleted_clip_stays_deleted(studio_client: Opened, monkeypatch: pytest.MonkeyPatch):
    studio, client = studio_client
    begun, go_on = threading.Event(), threading.Event()

    class SlowCheck(CannedCheck):
        def check(self, audio: np.ndarray, sample_rate: int) -> Originality:
            begun.set()
            assert go_on.wait(30)
            return super().check(audio, sample_rate)

    monkeypatch.setattr("riffsmith.studio.clips.shelf.OriginalityCheck", SlowCheck)
    clips = [keep(client, 6) for _ in range(2)]
    assert begun.wait(30)
    for clip in clips:
        assert client.delete(f"/api/clips/{clip['id']}").status_code == 204
    go_on.set()
    assert studio.pools.checking.submit(int).result() == 0
    assert list(studio.home.clips.iterdir()) == []


@pytest.mark.slow
def test_a_comparison_that_fails_says_why(studio_client: Opened):
    studio, client = studio_client
    clip = keep(client, 6)
    studio.pools.checking.submit(int).result()
    found = client.get(f"/api/clips/{clip['id']}").json()["originality"]
    assert found["state"] == "failed"
    assert found["verdict"]["code"] == "failed"
    assert found["verdict"]["detail"].startswith("Not compared: ")


@pytest.mark.slow
def test_a_model_without_its_recordings_says_so(run: Path, tmp_path: Path):
    bundle = run / "snapshots" / "step-000000"
    with opened(tmp_path / "home", bundle) as (_, client):
        body = {"model": "bundle:step-000000", "seed": 1}
        key = client.post("/api/players", json=body).json()["id"]
        clip = client.post(f"/api/players/{key}/clips", json={"end": 6 * RATE}).json()
        assert clip["originality"]["state"] == "failed"
        assert "not at hand" in clip["originality"]["verdict"]["detail"]
        assert clip["originality"]["verdict"]["code"] == "no_recordings"


@pytest.mark.slow
def test_a_model_with_an_index_is_compared_without_its_recordings(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, latent_corpus: Corpus
):
    bundle = tmp_path / "given"
    shutil.copytree(run / "snapshots" / "step-000000", bundle)
    (bundle / ORIGINALITY_NAME).write_bytes(b"prints")
    monkeypatch.setattr("riffsmith.studio.clips.shelf.OriginalityCheck", CannedCheck)
    monkeypatch.setattr(
        "riffsmith.studio.clips.shelf.read_index",
        lambda folder: {bundle: latent_corpus}[folder],  # CannedCheck takes a corpus
    )
    with opened(tmp_path / "home", bundle) as (studio, client):
        key = client.post("/api/players", json={"model": "bundle:given", "seed": 1}).json()["id"]
        clip = client.post(f"/api/players/{key}/clips", json={"end": 6 * RATE}).json()
        studio.pools.checking.submit(int).result()
        found = client.get(f"/api/clips/{clip['id']}").json()["originality"]
        assert (found["state"], found["grade"]) == ("done", "original")
        assert [match["has_audio"] for match in found["matches"]] == [False]
        assert "no match 0" in detail(client.get(f"/api/clips/{clip['id']}/matches/0.wav"), 404)


@pytest.mark.slow
def test_a_waiting_comparison_is_taken_up_after_a_restart(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("riffsmith.studio.clips.shelf.Shelf._compare", lambda *_: None)
    with opened(tmp_path / "home", run) as (_, client):
        clip = keep(client, 6)
    monkeypatch.undo()
    monkeypatch.setattr("riffsmith.studio.clips.shelf.OriginalityCheck", CannedCheck)
    damaged = tmp_path / "home" / "clips" / "0123456789abcdef"
    damaged.mkdir()
    (damaged / "clip.json").write_text("{")
    (damaged / "audio.wav").write_bytes(b"RIFF")
    with opened(tmp_path / "home", run) as (studio, client):
        studio.pools.checking.submit(int).result()
        assert client.get(f"/api/clips/{clip['id']}").json()["originality"]["state"] == "done"
        assert len(client.get("/api/clips").json()) == 1
        assert "cannot be read: delete the clip" in detail(
            client.get(f"/api/clips/{damaged.name}"), 400
        )
    assert "a clip is left out" in caplog.text


def test_clips_of_the_first_version_open_and_are_compared_again():
    values = {
        "id": "0123456789abcdef",
        "title": "Tiny, seed 3",
        "model": "run:tiny-one",
        "seed": 3,
        "sample_rate": RATE,
        "begin": 0,
        "controls": [{"at": 0.0, "controls": {"tempo": 90}}],
        "like": {"name": "riff.wav", "second": 1.0, "seconds": 20.0, "vary": 0.25},
        "seconds": 6.0,
        "created": "2026-01-01T00:00:00.000+00:00",
        "originality": {"state": "done", "verdict": "No copy found.", "matches": []},
    }
    clip = Clip.model_validate_json(json.dumps(values))
    assert clip.model_title == "Tiny one"
    assert clip.audio_prompt is not None
    assert (clip.audio_prompt.name, clip.audio_prompt.noise_level) == ("riff.wav", 0.25)
    assert clip.originality is not None
    assert (clip.originality.state, clip.originality.grade) == ("waiting", None)
    assert Clip.model_validate_json(clip.model_dump_json()) == clip


def test_two_studios_do_not_share_a_home(run: Path, tmp_path: Path):
    first, second = (opened(tmp_path / "home", run) for _ in range(2))
    with first, pytest.raises(StudioError, match="in use by another"), second:
        pass


@pytest.fixture
def address(studio_client: Opened) -> Iterator[str]:
    with listening(studio_client[0]) as found:
        yield found


@pytest.mark.slow
def test_a_stream_ends_when_its_place_is_given_to_another(studio_client: Opened, address: str):
    studio, _ = studio_client
    with httpx2.stream("GET", f"{address}/api/stream/{MODEL}.wav") as answer:
        for _ in answer.iter_bytes():
            for key in list(studio.players._players):
                studio.players.remove(key)


@pytest.mark.slow
def test_a_stream_is_made_as_it_is_taken(
    studio_client: Opened, address: str, monkeypatch: pytest.MonkeyPatch
):
    studio, client = studio_client
    closed, original = threading.Event(), studio.players.remove

    def removed(key: str) -> None:
        original(key)
        closed.set()

    monkeypatch.setattr(studio.players, "remove", removed)
    content, served = b"", 0
    url = f"{address}/api/stream/{MODEL}.wav"
    with httpx2.stream("GET", url, params={"seed": 3, "tempo": 100}) as answer:
        assert answer.headers["content-type"] == "audio/wav"
        for part in answer.iter_bytes():
            (player,) = studio.players._players.values()
            served = player._served
            content += part
            if len(content) > 4 * 3 * RATE:
                break
    assert closed.wait(10)
    assert len(studio.players) == 0
    assert content[:4] == b"RIFF"
    header, _, samples = content.partition(b"data")
    assert b'"seed": 3' in header
    assert struct.unpack("<I", samples[:4])[0] == 0xFFFFFFFF
    key = begin(client, seed=3, tempo=100)
    assert samples[4 : 4 + 4 * RATE] == pull(client, key, 0, RATE)
    assert 0 < served < 3600 * RATE


def test_the_usual_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_home() == tmp_path / "riffsmith"
    monkeypatch.setattr("sys.platform", "darwin")
    assert default_home().parts[-3:] == ("Library", "Application Support", "riffsmith")
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert default_home() == tmp_path / "riffsmith"
