"""What the OpenAPI description promises, tried with requests of any kind."""

import sys
from collections.abc import Iterator
from typing import Any
from unittest import SkipTest

import pytest
import schemathesis
from conftest import write_music
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok
from studios import RATE, begin, listening, make_run, opened
from test_studio_jobs import starting

from riffsmith.corpus import Corpus
from riffsmith.studio import command

load_all_checks()
EXAMPLES = 6
EVERY_CHECK: Any = list(HealthCheck)
_NAMES = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    "response_schema_conformance",
)
PROMISES: list[Any] = CHECKS.get_by_names(_NAMES)
"""What every answer has to keep."""


@pytest.fixture(scope="module")
def place(
    latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, TestClient]]:
    """Address of a server, and a client of the same studio."""
    folder = tmp_path_factory.mktemp("fuzzed")
    run = make_run(folder / "tiny", latent_corpus)
    write_music(folder / "songs" / "a.wav", 7.0)
    with pytest.MonkeyPatch.context() as patch:
        failing = [sys.executable, "-S", "-c", "print('riffsmith: no'); exit(1)"]
        patch.setattr(command, "command_line", lambda *_, **_kind: failing)
        jobs = starting("print('riffsmith: no audio')")
        home = folder / "home"
        with opened(home, run, jobs=jobs) as (studio, client), listening(studio) as address:
            yield address, client


@pytest.fixture(scope="module")
def client(place: tuple[str, TestClient]) -> TestClient:
    return place[1]


@pytest.fixture(scope="module")
def api(client: TestClient) -> schemathesis.BaseSchema:
    found = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    return found.exclude(path="/api/stream/{model}.wav")  # without end


@pytest.fixture(scope="module")
def clip(client: TestClient) -> str:
    answer = client.post(f"/api/players/{begin(client)}/clips", json={"end": 8 * RATE})
    return answer.json()["id"]


def strive(operation: Any, mode: GenerationMode, key: str, address: str) -> bool:
    """Tries requests; half of those about something are about what exists."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=EVERY_CHECK,
    )
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def holds(case: schemathesis.Case, is_there: bool) -> None:
        if is_there and case.path_parameters and "key" in case.path_parameters:
            case.path_parameters["key"] = key
        if isinstance(case.body, dict):
            seconds = case.body.get("seconds")
            if isinstance(seconds, float | int):
                case.body["seconds"] = min(seconds, 3)  # ten minutes are not worth it
        answer = case.call(base_url=address, timeout=60)
        case.validate_response(answer, checks=PROMISES)

    try:
        holds()
    except (Unsatisfiable, SkipTest):  # nothing is wrong for what takes nothing
        return False
    return True


# The tests' shape checker takes random numbers in the server's threads, and Hypothesis says that a
# strategy took them.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_nothing_breaks_the_server(
    api: schemathesis.BaseSchema, place: tuple[str, TestClient], clip: str, mode: GenerationMode
):
    """By requests that fit the description, and by others that do not."""
    address, client = place
    tried = 0
    for found in api.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        player = begin(client)
        key = player if "/players/" in operation.path else clip
        tried += strive(operation, mode, key, address)
        client.delete(f"/api/players/{player}")
    assert tried >= 15


@pytest.mark.slow
def test_everything_is_described(client: TestClient):
    described = client.get("/openapi.json").json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], (method, path)
            assert operation["tags"], (method, path)
            good = [code for code in operation["responses"] if code.startswith("2")]
            assert len(good) == 1, (method, path)
    answers = described["components"]["schemas"]
    assert "HTTPValidationError" not in answers
    assert all(answer.get("description") for name, answer in answers.items() if "_" not in name)


def test_any_seed_plays(client: TestClient):
    assert len(begin(client, seed=2**53 - 1)) == 16
