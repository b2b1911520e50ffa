"""Who may ask, and how much."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from studios import detail, opened, problem

from riffsmith.studio import Access, is_loopback
from riffsmith.studio.access import Brake
from riffsmith.studio.routes import page

TOKEN = "a-token-that-is-long-enough"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with opened(tmp_path / "home") as (_, found):
        yield found


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[TestClient]:
    """A studio for others, behind a token."""
    with opened(tmp_path / "home", access=Access("0.0.0.0", TOKEN)) as (_, found):
        yield found


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9000", "localhost:8765", "[::1]:8765"])
def test_this_computer_has_several_names(client: TestClient, host: str):
    assert client.get("/api/clips", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example:8765", "localhost.evil.example", ""),
        *("evil@127.0.0.1", "127.0.0.1:x", "127.0.0.1/evil", "[::1", "192.168.0.7:8765"),
    ],
)
def test_foreign_names_are_refused(client: TestClient, host: str):
    found = detail(client.get("/api/clips", headers={"Host": host}), 403)
    assert "is not this studio's" in found


def test_a_bound_name_is_known():
    named = Access("studio.example", TOKEN)
    assert named.is_named("studio.example:8765")
    assert not named.is_named("localhost:8765")
    assert not named.is_named("other.example")
    assert not Access("0.0.0.0").is_named("anything")
    assert Access("0.0.0.0", TOKEN).is_named("anything:8765")
    assert Access("::1").is_named("[::1]:8765")


def test_what_is_this_computer():
    names = ("localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]")
    assert all(map(is_loopback, names))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.0.7", "localhost.example", "")))
    assert Access(token=TOKEN).folders
    assert not Access("192.168.0.7", TOKEN).folders


@pytest.mark.slow
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Origin": "http://127.0.0.1:8765"}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[127"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_other_sites_pages_change_nothing(client: TestClient, headers: dict[str, str], status: int):
    assert client.post("/api/jobs", json={}, headers=headers).status_code == status
    if status == 403:
        answer = client.delete("/api/clips/0123456789abcdef", headers=headers)
        assert "another site's page" in detail(answer, 403)


def test_other_sites_pages_cannot_embed_what_costs(client: TestClient):
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert "another site's" in detail(client.get("/api/models", headers=headers), 403)
    assert client.get("/healthz", headers=headers).status_code == 200


def test_a_token_is_asked_for(guarded: TestClient):
    assert "asks for its token" in detail(guarded.get("/api/models"), 401)
    assert guarded.get("/").status_code == 401
    assert guarded.get("/openapi.json").status_code == 401
    assert guarded.get("/healthz").status_code == 200
    for wrong in ("Bearer x", f"Basic {TOKEN}", "Bearer", "Bearer \u00e9"):
        headers = httpx2.Headers([("Authorization", wrong)], encoding="utf-8")
        answer = guarded.get("/api/clips", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    headers = {"Authorization": f"bearer {TOKEN}"}
    assert guarded.get("/api/clips", headers=headers).status_code == 200
    assert problem(guarded.get("/?token=wrong"), 401)["code"] == "token_wrong"
    assert guarded.get(f"/api/clips?token={TOKEN}").status_code == 401


def test_the_page_brings_its_token(guarded: TestClient):
    answer = guarded.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert guarded.get("/api/clips").status_code == 200
    guarded.cookies.clear()
    assert "; path=/" in cookie
    name = "riffsmith_token_8765"  # of another port it is another one
    assert cookie.startswith(f"{name}={TOKEN}")
    other = f"riffsmith_token_8766={TOKEN}"
    for cookie in (f"{name}={TOKEN}x", other, name, 'a="', "a[]=1; b"):
        assert guarded.get("/api/clips", headers={"Cookie": cookie}).status_code == 401


def test_a_browser_without_the_token_is_told_in_both_languages(guarded: TestClient):
    answer = guarded.get("/", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 401
    assert "Open the address that" in answer.text
    assert "Abra la dirección que" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    led = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}  # it brings no strict cookie
    assert "again=1" in guarded.get("/", headers=led).text
    assert guarded.get("/?&again=1", headers=led).status_code == 401
    assert guarded.get("/?token=wrong", headers=led).status_code == 401


def test_wrong_tokens_are_slowed_down(guarded: TestClient, monkeypatch: pytest.MonkeyPatch):
    now = 0.0
    brake = Brake(clock=lambda: now)
    assert [brake.next_wait("a") for _ in range(3)] == [0.25, 0.5, 0.75]
    assert brake.next_wait("b") == 0.25
    now = 60.0
    assert brake.next_wait("a") == 0.25
    waits: list[str] = []
    monkeypatch.setattr(Brake, "next_wait", lambda _, address: waits.append(address) or 0.0)
    for shown in ("wrong", TOKEN):
        guarded.get("/api/clips", headers={"Authorization": f"Bearer {shown}"})
    guarded.get("/api/clips")
    assert waits == ["testclient"]


def test_large_bodies_are_refused(client: TestClient):
    assert "at most 1 MB" in detail(client.post("/api/jobs", content=b" " * (2**20 + 1)), 413)
    for wrong in ("-1", "x", "9" * 5000):
        headers = {"Content-Length": wrong}
        assert client.get("/api/clips", headers=headers).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 2**16

    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/jobs", content=endless(), headers=headers)
    assert "more was sent than is taken" in detail(answer, 413)


def test_answers_say_how_they_are_to_be_taken(client: TestClient):
    headers = client.get("/api/clips").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/..%2f..%2fpyproject.toml",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/..%5c..%5cetc",
            "//etc/passwd",
        ),
        *("/api/clips/..%2f..%2fetc/audio.wav", "/api/clips/0123456789abcdef/audio.wav%00.png"),
        *("/api/jobs/..%2f..%2fx", "/api/jobs/../../x/previews/1.png", "/api/jobs/%2e%2e/report"),
        *("/__init__.py", "/page", "/.hidden.js", "/index.html%00", "/INDEX.HTML"),
        *("/api/stream/run:..%2fx.wav", "/api/stream/%2e%2e.wav", "/static/../../x.js"),
    ],
)
def test_nothing_leads_outside(client: TestClient, path: str):
    assert client.get(path).status_code in (404, 422)


def test_the_page_is_served_by_name(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "page"
    (folder / "sub.js").mkdir(parents=True)
    for name, text in (("index.html", "<p>"), ("app.js", "1"), ("notes.txt", "x")):
        (folder / name).write_text(text)
    monkeypatch.setattr(page, "files", lambda _: tmp_path)
    answer = client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(
        "default-src 'self'; media-src 'self' blob:; img-src 'self' data: blob:"
    )
    assert client.get("/app.js").headers["content-type"].startswith("text/javascript")
    tag = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/", headers=tag).status_code == 304
    assert "no file 'notes.txt'" in detail(client.get("/notes.txt"), 404)
    assert client.get("/sub.js").status_code == 404
    monkeypatch.setattr(page, "files", lambda _: tmp_path / "nothing")
    assert client.get("/").status_code == 404
