import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from threading import Event, Thread

import pytest
import torch

from riffsmith import parallel
from riffsmith.parallel import (
    SharedResults,
    build_pool,
    count_cores,
    count_workers,
    map_ordered,
    single_threaded,
    use_threads,
)


def threads_of_a_new_thread() -> int:
    found: list[int] = []
    thread = Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


@pytest.fixture
def two_threads() -> None:
    torch.set_num_threads(2)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_order_from_threads_that_compute_alone(two_threads: None, workers: int):
    def work(number: int) -> tuple[int, int, bool]:
        is_main = threading.current_thread() is threading.main_thread()
        return number**2, torch.get_num_threads(), is_main

    found = list(map_ordered(work, range(9), workers=workers))
    assert found == [(number**2, 1, workers == 1) for number in range(9)]
    assert torch.get_num_threads() == threads_of_a_new_thread() == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_the_caller_has_its_threads_while_it_has_a_result(two_threads: None, workers: int):
    for _ in map_ordered(abs, range(5), workers=workers):
        assert torch.get_num_threads() == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_is_raised_in_its_place(two_threads: None, workers: int):
    inverses = map_ordered(lambda number: 1 / number, [1, 2, 0, 4], workers=workers)
    assert [next(inverses), next(inverses)] == [1, 0.5]
    with pytest.raises(ZeroDivisionError):
        next(inverses)
    assert torch.get_num_threads() == threads_of_a_new_thread() == 2
    assert not [each for each in threading.enumerate() if each.name.startswith("worker")]


def test_items_are_read_only_so_far_ahead():
    read: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    found = map_ordered(abs, items(), workers=2, look_ahead=3)
    assert not read  # nothing begins before the first result is asked for
    assert [next(found), next(found)] == [0, 1]
    assert len(read) == 5
    found.close()


def test_work_that_was_not_begun_is_dropped_when_the_results_are():
    begun: list[int] = []
    go_on = Event()

    def work(number: int) -> int:
        begun.append(number)
        if number:
            go_on.wait()
        return number

    found = map_ordered(work, range(10), workers=2, look_ahead=8)
    assert next(found) == 0
    Thread(target=go_on.set).start()
    found.close()
    assert not [each for each in threading.enumerate() if each.name.startswith("worker")]


def test_workers_start_no_others(two_threads: None):
    assert set(map_ordered(lambda _: count_workers(), range(4), workers=2)) == {1}


def test_there_are_as_many_workers_as_torch_has_threads_and_the_process_has_cores():
    assert count_workers() == 1  # as the tests have set it
    torch.set_num_threads(1_000)
    assert count_workers() == count_cores()


def test_threads_are_set_for_the_caller_alone_and_restored(two_threads: None):
    with single_threaded():
        assert torch.get_num_threads() == 1
        assert threads_of_a_new_thread() == 2
    with pytest.raises(KeyError), use_threads(3):
        assert torch.get_num_threads() == 3
        raise KeyError
    assert torch.get_num_threads() == threads_of_a_new_thread() == 2


def test_a_pool_computes_with_one_thread_each(two_threads: None):
    with build_pool(2) as pool:
        assert pool.submit(torch.get_num_threads).result() == 1
        assert threads_of_a_new_thread() == 2
    assert torch.get_num_threads() == 2


def test_a_result_is_computed_once_for_all_threads():
    shared, asked = SharedResults[int](4), Event()
    computed: list[int] = []

    def compute(number: int) -> int:
        computed.append(number)
        asked.wait()
        return number * 10

    with build_pool(3) as pool:
        found = [pool.submit(shared.get, 7, compute) for _ in range(3)]
        asked.set()
        assert [each.result() for each in found] == [70, 70, 70]
    assert computed == [7]


def test_the_newest_results_are_kept():
    shared = SharedResults[int](2)
    computed: list[int] = []

    def compute(number: int) -> int:
        computed.append(number)
        return number

    for number in (1, 2, 3, 2, 1):
        shared.get(number, compute)
    assert computed == [1, 2, 3, 1]
    part = shared.only(range(1))
    assert (len(shared), len(part)) == (2, 0)
    assert len(shared.only(range(1, 2))) == 1


def test_a_result_that_failed_is_computed_again():
    shared = SharedResults[float](2)
    with pytest.raises(ZeroDivisionError):
        shared.get(0, lambda number: 1 / number)
    assert shared.get(0, float) == 0.0


PROGRAM = """
import os
from riffsmith.parallel import count_split_threads, count_workers
print(os.environ.get("OMP_WAIT_POLICY"), count_split_threads() == count_workers())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "environment", "expected"),
    [
        ("import riffsmith", {}, "PASSIVE True"),
        ("import riffsmith", {"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE True"),
        ("import riffsmith", {"GOMP_SPINCOUNT": "9"}, "None True"),
        ("import torch; torch.set_num_threads(2)", {}, "None " + str(count_cores() == 1)),
        ("import torch", {"OMP_WAIT_POLICY": "PASSIVE"}, "PASSIVE True"),
    ],
)
def test_waiting_threads_sleep_unless_the_user_or_the_import_order_forbids(
    first: str, environment: dict[str, str], expected: str
):
    ours = {
        name: value for name, value in os.environ.items() if name not in parallel._USER_SETTINGS
    }
    found = subprocess.run(
        [sys.executable, "-c", first + PROGRAM],
        env=ours | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == expected
