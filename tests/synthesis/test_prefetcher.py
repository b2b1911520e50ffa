import threading
from collections.abc import Iterator

import pytest

from riffsmith.synthesis import Prefetcher


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "ahead"]


def test_order_is_kept_to_the_end():
    with Prefetcher(range(100), 3) as ahead:
        assert list(ahead) == list(range(100))
        assert list(ahead) == []
    assert threads() == []


def test_no_more_is_made_than_may_be_ready():
    made, moved = 0, threading.Semaphore(0)

    def items() -> Iterator[int]:
        nonlocal made
        while True:
            made += 1
            moved.release()
            yield made

    with Prefetcher(items(), 4) as ahead:
        for _ in range(5):  # four and the one that finds no room
            assert moved.acquire(timeout=10)
        assert not moved.acquire(timeout=0.2)
        assert (made, ahead.ready) == (5, 4)
        assert next(ahead) == 1
        assert moved.acquire(timeout=10)
        assert not moved.acquire(timeout=0.2)
        assert made == 6


def test_an_error_comes_after_what_was_made_before_it():
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("no third")

    with Prefetcher(items(), 5) as ahead:
        assert [next(ahead), next(ahead)] == [1, 2]
        with pytest.raises(ValueError, match="no third"):
            next(ahead)
        with pytest.raises(StopIteration):
            next(ahead)
    assert threads() == []


def test_closing_ends_the_thread_and_the_reader():
    ahead = Prefetcher(iter(int, 1), 2)
    assert next(ahead) == 0
    ahead.close()
    assert threads() == []
    assert ahead.ready == 0
    with pytest.raises(StopIteration):
        next(ahead)


def test_leaving_by_an_error_ends_the_thread():
    with pytest.raises(RuntimeError, match="the reader's own"), Prefetcher(iter(int, 1), 2):
        raise RuntimeError("the reader's own")
    assert threads() == []


def test_something_must_be_allowed_to_be_ready():
    with pytest.raises(ValueError, match="at least one item must be allowed to be ready, found 0"):
        Prefetcher([], 0)
