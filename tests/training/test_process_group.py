"""What the environment says about other processes."""

import socket

import pytest

from riffsmith.errors import SettingsError
from riffsmith.training import open_process_group


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"WORLD_SIZE": "2"}, "WORLD_SIZE is 2, but RANK, MASTER_ADDR, MASTER_PORT are not set"),
        (
            {"WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": "1"},
            "RANK is not set: unset WORLD_SIZE to train with one process",
        ),
        ({"WORLD_SIZE": "two"}, "a number of processes from 1 on, found 'two': unset WORLD_SIZE"),
        (
            {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "far", "MASTER_PORT": "1"},
            r"'far', is unknown \(Name or service not known\): add --local-addr 127.0.0.1",
        ),
    ],
)
def test_a_group_that_cannot_be_joined_is_refused(
    environment: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
):
    def resolve(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=message), open_process_group():
        pass


def test_a_world_of_one_process_needs_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WORLD_SIZE", "1")
    with open_process_group() as group:
        assert group.is_main
