"""A local hub with the part of the interface that publishing and fetching use."""

import json
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

SHA = "0123456789abcdef0123456789abcdef01234567"
CARD = {"license": "mit"}
"""Metadata of every model's page."""


class FakeHub:
    """Models by name, each a dictionary of contents by file name."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.models: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}
        self.fetched: list[str] = []
        self.sizes: dict[str, int] = {}
        """Sizes that the hub names by file name, where they are not the true ones."""
        self.piece_bytes: int | None = None
        """Bytes that are sent at once, with a pause after each. `None`: all of a file."""


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(self.path.split("?")[0])
        if path.startswith("/api/models/"):
            name, _, revision = path.removeprefix("/api/models/").partition("/revision/")
            if revision not in ("", "main", SHA) or name not in self.hub.models:
                code = "RevisionNotFound" if name in self.hub.models else "RepoNotFound"
                return self._send(404, b"{}", {"X-Error-Code": code})
            contents = self.hub.models[name]
            files = [
                {"rfilename": file, "size": self.hub.sizes.get(file, len(contents[file]))}
                for file in contents
            ]
            return self._send_json({"id": name, "sha": SHA, "siblings": files, "cardData": CARD})
        name, _, file = path[1:].partition(f"/resolve/{SHA}/")
        content = self.hub.models.get(name, {}).get(file)
        if content is None:
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
        if self.command == "GET":
            self.hub.fetched.append(file)
        return self._send(200, content, {"ETag": f'"{hash(content)}"', "X-Repo-Commit": SHA})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b"".join(self._read_chunks())
        if "Bearer" not in (self.headers.get("Authorization") or ""):
            return self._send(401, b'{"error": "who are you?"}')
        path = unquote(self.path.split("?")[0])
        if path == "/api/repos/create":
            request = json.loads(body)
            name = f"{request.get('organization') or 'someone'}/{request['name']}"
            self.hub.models.setdefault(name, {})
            self.hub.private[name] = request.get("visibility") == "private" or bool(
                request.get("private")
            )
            return self._send_json({"url": f"{self.hub.address}/{name}", "id": name})
        if path == "/api/validate-yaml":
            return self._send_json({"errors": [], "warnings": []})
        name, _, action = path.removeprefix("/api/models/").rpartition("/main")[0].rpartition("/")
        if action == "preupload":
            files = [
                {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False}
                for file in json.loads(body)["files"]
            ]
            return self._send_json({"files": files})
        for line in body.decode().splitlines():
            entry = json.loads(line)
            if entry["key"] == "file":
                value = entry["value"]
                self.hub.models[name][value["path"]] = b64decode(value["content"])
        return self._send_json(
            {"success": True, "commitOid": SHA, "commitUrl": f"/{name}/commit/{SHA}"}
        )

    def _read_chunks(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _send_json(self, answer: dict[str, object]) -> None:
        self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def _send(self, code: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        step = self.hub.piece_bytes if "/resolve/" in self.path else None
        for start in range(0, len(content), step or len(content) or 1):
            try:
                self.wfile.write(content[start : start + (step or len(content))])
            except ConnectionError:  # the client has given up
                return
            if step:
                time.sleep(0.01)


@contextmanager
def serve_hub() -> Iterator[FakeHub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    hub = FakeHub(f"http://127.0.0.1:{server.server_port}")
    _Handler.hub = hub
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
