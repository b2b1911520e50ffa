"""A studio with a tiny model, for all of its tests."""

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import uvicorn
from conftest import give_codec, make_card, make_piano_roll_model, tiny_latents
from fastapi.testclient import TestClient

from riffsmith.bundle import LatentBundle, build_latent_generator, write_bundle
from riffsmith.corpus import Corpus
from riffsmith.runs import RunFolder, create_run
from riffsmith.studio import Access, Studio, build_app, build_server_config, open_studio
from riffsmith.studio.library import Playable

RATE = 8_000
MODEL = "run:tiny"


def make_run(path: Path, corpus: Corpus, snapshots: Sequence[int] = (0,)) -> Path:
    """A run of a tiny latent model with snapshots at these steps, as if it had been trained."""
    settings, run = tiny_latents(), RunFolder(path)
    create_run(run, corpus, settings, "latent", seed=0)
    codec = give_codec(run, settings).eval()
    codec.style_embedding.passages.normal_()
    codec.style_embedding.descriptors[:, -1] = 120.0
    torch.manual_seed(1)
    generator = build_latent_generator(settings)
    corpus_hash = corpus.manifest.corpus_hash()
    notes = None
    for number in snapshots:
        for weight in generator.parameters():
            torch.nn.init.normal_(weight, std=0.2)
        place = {"snapshot": number, "step": number, "samples_seen": 8 * number}
        card = make_card(settings, "latent", corpus_hash=corpus_hash, **place)
        notes = notes or make_piano_roll_model(settings)
        write_bundle(run.snapshot(number), LatentBundle(card, settings, generator, codec, notes))
        run.append_metrics({"event": "preview", "snapshot": number, "step": number})
    return path


@contextmanager
def opened(
    home: Path, *models: Path, access: Access | None = None, **options
) -> Iterator[tuple[Studio, TestClient]]:
    """A studio and a client on this computer; any folder may be named."""
    options = {"music": [Path("/")], **options}
    with open_studio(home, access=access, models=models, **options) as studio:
        app, address = build_app(studio), "http://127.0.0.1:8765"
        with TestClient(app, address, raise_server_exceptions=False) as client:
            yield studio, client


@contextmanager
def listening(studio: Studio) -> Iterator[str]:
    """The address of a server that really listens, beside the client's."""
    door = socket.create_server(("127.0.0.1", 0))
    options = {"lifespan": "off", "log_level": "critical"}
    config = build_server_config(build_app(studio), "127.0.0.1", 0, **options)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def playable(run: Path) -> Playable:
    """The model of a run."""
    from riffsmith.pipeline.models import open_model

    return Playable(MODEL, "run", open_model(str(run)), None)


def begin(client: TestClient, seed: int = 3, **controls: float | str) -> str:
    """Opens a player."""
    answer = client.post("/api/players", json={"model": MODEL, "seed": seed, "controls": controls})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def pull(client: TestClient, key: str, start: int, count: int) -> bytes:
    """Samples as PCM."""
    place = {"start": start, "count": count}
    answer = client.get(f"/api/players/{key}/pcm", params=place)
    assert answer.status_code == 200, answer.text
    assert len(answer.content) == 4 * count
    return answer.content


def samples(pcm: bytes) -> np.ndarray:
    """(time, 2), 16 bit."""
    return np.frombuffer(pcm, "<i2").reshape(-1, 2)


def problem(answer, status: int) -> dict[str, Any]:
    """The problem that a request was answered with."""
    assert answer.status_code == status, answer.text
    found = json.loads(answer.text)
    assert list(found) == ["code", "parameters", "detail", "parts"]
    assert "Traceback" not in found["detail"]
    return found


def detail(answer, status: int) -> str:
    """The English sentence of a problem."""
    return problem(answer, status)["detail"]
