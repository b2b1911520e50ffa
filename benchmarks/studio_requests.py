"""Random requests to a running studio, made by schemathesis from the description of its API.

Half of the requests fit the description and half do not; half of those that name a player, a clip,
a model or a training name one that exists. Requests that would compute for minutes are made
shorter. No answer may be an error of the server, or one that the description does not promise, and
after all of them the studio still has to play. `robustness.py` prints what came of it.
"""

import shutil
from collections import Counter
from contextlib import suppress
from itertools import count as count_up, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import SkipTest

import httpx2
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st
from hypothesis.errors import Unsatisfiable
from requests import RequestException
from row import Row
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from studio_load import BYTES_OF_SAMPLE, studio
from tiny_run import RATE, SETTINGS, write_songs

import riffsmith

load_all_checks()
NAMES: Any = ("not_a_server_error", "status_code_conformance", "content_type_conformance")
PROMISES: list[Any] = CHECKS.get_by_names([*NAMES, "response_schema_conformance"])
"""What every answer has to keep."""
EVERY_CHECK: Any = list(HealthCheck)
WITHOUT_END = "/api/stream/{model}.wav"
STARTS_PROCESS = ("/measurement", "/report", "/resume")
"""Ends of the paths at which an existing training would compute for minutes."""
LONGEST_SECONDS = 3
ANSWER_SECONDS = 60
AT_ONCE = 20
"""Requests of one operation before another one has its turn."""
TRAINING, MODEL = "tiny", "run:tiny"


def send_requests(count: int) -> Row:
    """Sends requests to a studio that has a tiny model and its training, and then listens."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        whole, home, nothing = (folder / part for part in ("whole", "home", "nothing"))
        songs = write_songs(folder / "songs")
        riffsmith.train(songs, whole, settings=SETTINGS, from_scratch=True)
        training = home / "runs" / TRAINING
        nothing.mkdir()
        shutil.copytree(whole, training)
        with studio(home, "--music", str(nothing)) as (address, _):
            sender = Sender(address)
            try:
                operations = sender.read_operations()
                for number in count_up():
                    if sender.row.done >= count:
                        break
                    for operation, mode in product(operations, GenerationMode):
                        if not training.is_dir():  # a request has deleted or renamed it
                            shutil.copytree(whole, training)
                        most = min(AT_ONCE, count - sender.row.done)
                        if most > 0:
                            sender.try_operation(operation, mode, number, most)
                    sender.forget_others()
                sender.listen()
            except httpx2.HTTPError as error:
                sender.row.wrong.append(f"the studio does not play any more: {error!r}")
            return sender.finish()


class Sender:
    """Sends requests, and notes what is wrong with the answers."""

    def __init__(self, address: str) -> None:
        self.row = Row("requests to a studio")
        self._address = address
        self._client = httpx2.Client(base_url=address, timeout=ANSWER_SECONDS)
        self._statuses = Counter[int]()
        self._player = self._clip = "none"

    def read_operations(self) -> list[Any]:
        """What the studio describes."""
        description = self._client.get("/openapi.json").raise_for_status().json()
        api = schemathesis.openapi.from_dict(description).exclude(path=WITHOUT_END)
        return [found.ok() for found in api.get_all_operations() if isinstance(found, Ok)]

    def try_operation(self, operation: Any, mode: GenerationMode, number: int, most: int) -> None:
        """Sends random requests of one operation, at most so many."""
        is_player, opens = "/players/" in operation.path, operation.path == "/api/players"
        key = self._find_player() if is_player else self._find_clip()

        @seed(number)
        @settings(
            max_examples=most,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=EVERY_CHECK,
        )
        @given(operation.as_strategy(generation_mode=mode), st.booleans())
        def send(case: schemathesis.Case, is_there: bool) -> None:
            shape(case, key if is_there else None)
            answer = self._send(case)
            if opens and answer is not None and answer.status_code == 201:
                self._client.delete(f"/api/players/{answer.json()['id']}")

        with suppress(Unsatisfiable, SkipTest):  # nothing is wrong for what takes nothing
            send()

    def _find_player(self) -> str:
        """The player that requests name; a new one where one of them has closed it."""
        place = {"start": 0, "count": 1}
        if self._client.get(f"/api/players/{self._player}/pcm", params=place).is_error:
            self._player = self._post("/api/players", {"model": MODEL, "seed": 1})
        return self._player

    def _find_clip(self) -> str:
        """The clip that requests name; a new one where one of them has deleted it."""
        if self._client.get(f"/api/clips/{self._clip}").is_error:
            path = f"/api/players/{self._find_player()}/clips"
            self._clip = self._post(path, {"end": RATE, "seconds": 1})
        return self._clip

    def forget_others(self) -> None:
        """Deletes the clips and uploads that requests have made."""
        for clip in self._client.get("/api/clips").raise_for_status().json():
            if clip["id"] != self._clip:
                self._client.delete(f"/api/clips/{clip['id']}")
        for upload in self._client.get("/api/uploads").raise_for_status().json():
            self._client.delete(f"/api/uploads/{upload['source'].removeprefix('upload:')}")

    def _send(self, case: schemathesis.Case) -> Any:
        """The answer. `None`: none came."""
        self.row.done += 1
        answer, said = None, f"{case.method} {case.formatted_path}"
        try:
            answer = case.call(base_url=self._address, timeout=ANSWER_SECONDS)
            self._statuses[answer.status_code] += 1
            case.validate_response(answer, checks=PROMISES)
        except RequestException as error:
            self.row.wrong.append(f"{said}: no answer, {error!r:.300}")
        except (Failure, FailureGroup) as error:
            self.row.wrong.append(f"{said}: {error!r:.300}")
        return answer

    def _post(self, path: str, body: dict[str, object]) -> str:
        """The id of what a request makes."""
        return self._client.post(path, json=body).raise_for_status().json()["id"]

    def listen(self) -> None:
        """Pulls a second of a piece."""
        place = {"start": 0, "count": RATE}
        answer = self._client.get(f"/api/players/{self._find_player()}/pcm", params=place)
        if len(answer.raise_for_status().content) != RATE * BYTES_OF_SAMPLE:
            self.row.wrong.append("the studio plays less than it is asked for")

    def finish(self) -> Row:
        """What came of all requests."""
        self._client.close()
        answers = sorted(self._statuses.items())
        self.row.remark = "answers: " + ", ".join(
            f"{number} × {status}" for status, number in answers
        )
        return self.row


def shape(case: schemathesis.Case, key: str | None) -> None:
    """Makes a request short, and names in it what exists.

    Args:
        case: The request.
        key: Key of the player or the clip to name. `None`: it stays as it is.
    """
    if key is not None and case.path_parameters:
        there = {"key": key}
        if not case.path.endswith(STARTS_PROCESS):
            there["name"] = TRAINING
        case.path_parameters |= {name: there[name] for name in there.keys() & case.path_parameters}
    if isinstance(case.body, dict):
        if key is not None and "model" in case.body:
            case.body["model"] = MODEL
        seconds = case.body.get("seconds")
        if isinstance(seconds, float | int):
            case.body["seconds"] = min(seconds, LONGEST_SECONDS)
