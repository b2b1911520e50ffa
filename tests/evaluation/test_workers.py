import threading

import pytest
import torch

from riffsmith.evaluation.embedders.workers import map_on_cores


def test_results_come_in_order_from_threads_that_work_alone():
    torch.set_num_threads(2)

    def work(number: int) -> tuple[int, int, bool]:
        is_main = threading.current_thread() is threading.main_thread()
        return number**2, torch.get_num_threads(), is_main

    assert map_on_cores(work, range(9)) == [(number**2, 1, False) for number in range(9)]
    assert torch.get_num_threads() == 2


def test_an_error_comes_through_and_threads_are_as_before():
    torch.set_num_threads(2)

    def fail(number: int) -> float:
        return 1 / number

    with pytest.raises(ZeroDivisionError):
        map_on_cores(fail, [1, 0])
    assert torch.get_num_threads() == 2
