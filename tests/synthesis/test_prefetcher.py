import threading
from collections.abc import Iterator

import pytest

from riffsmith.synthesis import Prefetcher


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "prefetcher"]


def test_order_is_kept_to_the_end():
    with Prefetcher(range(100), 3) as prefetcher:
        assert list(prefetcher) == list(range(100))
        assert list(prefetcher) == []
    assert threads() == []


@pytest.mark.slow
def test_no_more_items_are_computed_than_may_be_ready():
    computed, moved = 0, threading.Semaphore(0)

    def items() -> Iterator[int]:
        nonlocal computed
        while True:
            computed += 1
            moved.release()
            yield computed

    with Prefetcher(items(), 4) as prefetcher:
        for _ in range(5):  # four and the one that finds no room
            assert moved.acquire(timeout=10)
        assert not moved.acquire(timeout=0.2)
        assert (computed, prefetcher.ready) == (5, 4)
        assert next(prefetcher) == 1
        assert moved.acquire(timeout=10)
        assert not moved.acquire(timeout=0.2)
        assert computed == 6


def test_an_error_comes_after_the_items_before_it():
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("no third")

    with Prefetcher(items(), 5) as prefetcher:
        assert [next(prefetcher), next(prefetcher)] == [1, 2]
        with pytest.raises(ValueError, match="no third"):
            next(prefetcher)
        with pytest.raises(StopIteration):
            next(prefetcher)
    assert threads() == []


def test_closing_ends_the_thread_and_the_reader():
    prefetcher = Prefetcher(iter(int, 1), 2)
    assert next(prefetcher) == 0
    prefetcher.close()
    assert threads() == []
    assert prefetcher.ready == 0
    with pytest.raises(StopIteration):
        next(prefetcher)


def test_leaving_by_an_error_ends_the_thread():
    with pytest.raises(RuntimeError, match="the reader's own"), Prefetcher(iter(int, 1), 2):
        raise RuntimeError("the reader's own")
    assert threads() == []


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError, match="at least one item must be allowed to be ready, found 0"):
        Prefetcher([], 0)
