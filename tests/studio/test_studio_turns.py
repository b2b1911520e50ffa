"""Short clips do not wait for long ones, and nobody waits for ever."""

import asyncio
from threading import Event, Thread

import pytest

from riffsmith.studio import turns as turns_module
from riffsmith.studio.errors import BusyError, StudioError
from riffsmith.studio.playback import players
from riffsmith.studio.turns import Turns


def test_a_short_clip_is_made_between_the_pieces_of_a_long_one(monkeypatch: pytest.MonkeyPatch):
    now, done = 0.0, []
    turns = Turns(1, clock=lambda: now)
    monkeypatch.setattr(turns_module, "MOST_WAITING", 2)

    def make(seconds: float) -> Thread:
        def work() -> None:
            with turns.take(seconds):
                done.append(seconds)

        thread, before = Thread(target=work), len(turns._waiting)
        thread.start()
        while len(turns._waiting) == before:
            thread.join(0.001)
        return thread

    with turns.take(600) as give_way:
        give_way()  # nobody waits
        others = [make(30), make(3)]
        with pytest.raises(BusyError, match="2 clips are waiting"), turns.take(1):
            pass
        give_way()
        assert done == [3, 30]
        now = 598.0
        others.append(make(3))
        give_way()  # it has waited long enough: what came later waits for it
        assert done == [3, 30]
    for thread in others:
        thread.join()
    assert done == [3, 30, 3]


def test_all_work_ends_when_the_studio_is_closed():
    turns, refused = Turns(1), Event()

    def wait() -> None:
        with pytest.raises(StudioError, match="is being closed"), turns.take(3):
            pass
        refused.set()

    waiting = Thread(target=wait)
    with pytest.raises(StudioError, match="is being closed"), turns.take(9) as give_way:
        waiting.start()
        turns.close()
        give_way()
    waiting.join()
    assert refused.is_set()


def test_pulls_of_a_piece_are_computed_one_after_the_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(players, "MOST_PULLS", 2)
    running: list[int] = []

    async def pull(line: players.Line) -> int:
        async with line.wait():
            running.append(1)
            await asyncio.sleep(0)
            found = len(running)
            running.pop()
            return found

    async def pull_all() -> list[object]:
        line = players.Line()
        return await asyncio.gather(*(pull(line) for _ in range(3)), return_exceptions=True)

    first, second, third = asyncio.run(pull_all())
    assert (first, second) == (1, 1)
    assert isinstance(third, BusyError)
