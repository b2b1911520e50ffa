"""Pieces that begin with music of one's own."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import make_music
from fastapi.testclient import TestClient
from studios import MODEL, RATE, begin, detail, make_run, opened, pull, samples

from riffsmith.corpus import Corpus
from riffsmith.studio.playback import prompts

pytestmark = pytest.mark.slow

SECONDS = 6


@pytest.fixture(scope="module")
def run(latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("runs") / "tiny", latent_corpus)


@pytest.fixture
def client(run: Path, tmp_path: Path) -> Iterator[TestClient]:
    with opened(tmp_path / "home", run) as (_, client):
        yield client


def send(client: TestClient, name: str = "riff.flac", rate: int = 16_000) -> str:
    """Uploads music; gives its source."""
    file = io.BytesIO()
    soundfile.write(file, make_music(SECONDS, rate, channels=2, seed=1), rate, format="FLAC")
    answer = client.post("/api/uploads", files=[("files", (name, file.getvalue()))])
    assert answer.status_code == 201, answer.text
    return answer.json()["source"]


def start(client: TestClient, **prompt: object):
    body = {"model": MODEL, "seed": 3, "audio_prompt": prompt}
    return client.post("/api/players", json=body)


def test_a_piece_begins_with_a_recording_that_was_sent(client: TestClient):
    source = send(client)
    key = start(client, source=source, noise_level=0.0).json()["id"]
    played = samples(pull(client, key, 0, 5 * RATE))
    plain = samples(pull(client, begin(client, seed=3), 0, 5 * RATE))
    other = start(client, source=source, noise_level=0.0, second=3).json()["id"]
    later = samples(pull(client, other, 0, 2 * RATE))
    assert not np.array_equal(played, plain)
    music = make_music(SECONDS, RATE, channels=2, seed=1).mean(axis=1)
    ours, without = (envelope(audio.mean(axis=1)) for audio in (played, plain))
    theirs = envelope(music[: 5 * RATE])
    assert np.corrcoef(ours, theirs)[0, 1] > np.corrcoef(without, theirs)[0, 1] + 0.1
    assert not np.array_equal(later, played[: 2 * RATE])


def envelope(mono: np.ndarray) -> np.ndarray:
    size = RATE // 20
    parts = np.asarray(mono, float)[: len(mono) // size * size].reshape(-1, size)
    return np.log(parts.std(axis=1) + 1e-3)


def test_a_clip_tells_what_its_piece_began_with_and_can_be_begun_with(client: TestClient):
    key = start(client, source=send(client), noise_level=0.25).json()["id"]
    pull(client, key, 0, 4 * RATE)
    body = {"end": 4 * RATE, "seconds": 4}
    clip = client.post(f"/api/players/{key}/clips", json=body).json()
    assert clip["audio_prompt"] == {
        "name": "riff.flac",
        "seed": None,
        "second": 0.0,
        "seconds": 20.0,
        "noise_level": 0.25,
    }
    wav = client.get(f"/api/clips/{clip['id']}/audio.wav").content
    with soundfile.SoundFile(io.BytesIO(wav)) as file:
        assert json.loads(file.copy_metadata()["comment"])["audio_prompt"]["name"] == "riff.flac"
    source = f"clip:{clip['id']}"
    again = start(client, source=source, noise_level=0.0)
    assert again.status_code == 201
    pull(client, again.json()["id"], 0, RATE)
    client.delete(f"/api/clips/{clip['id']}")
    assert "may have been deleted" in detail(start(client, source=source), 404)


def test_a_file_can_begin_with_it_too(client: TestClient):
    prompt = {"source": send(client), "noise_level": 0.0}
    body = {"model": MODEL, "seconds": 3, "seed": 1}
    one = client.post("/api/generate", json=body).content
    other = client.post("/api/generate", json={**body, "audio_prompt": prompt})
    assert other.status_code == 200
    assert one != other.content
    answer = client.post("/api/generate", json={**body, "audio_prompt": prompt, "loop": True})
    assert "a loop cannot begin with music of one's own" in detail(answer, 422)


def test_what_cannot_be_a_prompt_is_reported(client: TestClient):
    source = send(client)
    answer = start(client, source=source, second=5)
    assert "riff.flac: 1.0 s lie behind second 5, and 2 are the least" in detail(answer, 400)
    answer = start(client, source="upload:0123456789abcdef")
    assert "send the files again" in detail(answer, 404)
    for wrong in (
        {"source": "/etc/passwd"},
        {"source": "demo"},
        {"source": source, "noise_level": 2},
    ):
        assert "audio_prompt" in detail(start(client, **wrong), 422)
    files = [("files", ("noise.wav", b"no audio at all"))]
    noise = client.post("/api/uploads", files=files).json()["source"]
    found = detail(start(client, source=noise), 400)
    assert found.startswith("noise.wav: ")
    assert "/" not in found.split(":")[0]


def test_decoding_has_a_limit(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prompts, "_LIMIT_SECONDS", 0.01)
    assert "took longer" in detail(start(client, source=send(client)), 400)
