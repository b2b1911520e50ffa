"""Decisions from histories of health checks that are written down by hand."""

from dataclasses import replace
from math import nan

import pytest
from conftest import tiny_settings

from riffsmith.training.monitor.decisions import HealthMonitor
from riffsmith.training.monitor.events import Event
from riffsmith.training.monitor.health import HealthMetrics

MONITOR = HealthMonitor(
    tiny_settings(monitor_every_steps="100", monitor_patience="3", collapse_below="0.2").training,
    "epoch",
)


def check(
    step: int, rollbacks: int = 0, snapshot: int | None = None, **values: float
) -> HealthMetrics:
    return HealthMetrics(step, rollbacks, snapshot, **values)


def row(name: str, *values: float, first: int = 100, rollbacks: int = 0) -> list[HealthMetrics]:
    """Checks a hundred steps apart."""
    return [
        replace(check(first + 100 * number, rollbacks), **{name: value})
        for number, value in enumerate(values)
    ]


def codes(history: list[HealthMetrics]) -> list[str]:
    """Codes of the events of each check in turn."""
    found = [MONITOR.decide(history[: number + 1]) for number in range(len(history))]
    return [event.code for events in found for event in events]


def last(history: list[HealthMetrics]) -> Event:
    (event,) = MONITOR.decide(history)
    return event


def test_collapse_is_noticed_when_it_lasts_an_interval():
    history = row("diversity_relative", 0.9, 0.19, 0.11)
    assert codes(history) == ["collapse"]
    assert last(history).text == (
        "samples have become alike: since step 200 they differ by less than 0.2 of what real "
        "examples do (now 0.11)"
    )


@pytest.mark.parametrize("values", [(0.9, 0.1, 0.9, 0.1), (0.9, 0.2, 0.2), (1.4, 3.0, 5.0)])
def test_a_jolt_is_no_collapse(values: tuple[float, ...]):
    assert codes(row("diversity_relative", *values)) == []


def test_two_checks_close_to_each_other_are_no_interval():
    history = [*row("diversity_relative", 0.9, 0.1), check(210, diversity_relative=0.1)]
    assert codes(history) == []


def test_a_generator_may_start_without_variety_but_not_stay_so():
    start = row("diversity_relative", *[0.05] * 10)
    assert codes(start) == []
    assert codes([*start, check(1100, diversity_relative=0.05)]) == ["collapse"]
    assert codes([*start, check(1100, diversity_relative=0.5)]) == []


def test_what_was_before_a_rollback_is_not_held_against_the_run():
    history = row("diversity_relative", 0.9, 0.1, 0.1)
    history += row("diversity_relative", 0.1, 0.1, first=400, rollbacks=1)
    assert MONITOR.decide(history) == []


@pytest.mark.parametrize(
    "name", ["generator_loss", "discriminator_gradient", "output_mean", "diversity_relative"]
)
def test_what_is_not_finite_is_divergence_at_once(name: str):
    event = last(row(name, 1.0, nan))
    assert event.code == "not_finite"
    assert event.text == f"values are no longer finite at step 200: {name.replace('_', ' ')}"


def test_gradients_that_run_away_are_divergence():
    calm = [1.0, 2.0, 3.0, 2.0, 2.0]
    assert codes(row("generator_gradient", *calm, 2001.0, 1.0)) == []
    assert codes(row("generator_gradient", *calm, 1999.0, 1999.0)) == []
    assert codes(row("generator_gradient", *calm, 2001.0, 5000.0)) == ["runaway"]
    assert codes(row("discriminator_gradient", *calm[:4], 9e9, 9e9)) == []  # too few to compare


def test_output_that_leaves_the_scale_is_divergence():
    assert codes(row("output_deviation_relative", 1.0, 9.9, 9.9)) == []
    assert codes(row("output_deviation_relative", 1.0, 10.1, 10.2)) == ["runaway"]


def test_overfitting_is_said_once_and_again_when_it_comes_back():
    high = [0.7] * 9
    assert codes(row("overfitting", 0.1, *high)) == ["overfitting"]
    assert codes(row("overfitting", *high, 0.5, *high)) == ["overfitting"] * 2
    assert codes(row("overfitting", *[0.7] * 5, 0.5, *[0.7] * 5)) == []
    assert (
        "0.7 of the way to those for generated music" in last(row("overfitting", *[0.7] * 6)).text
    )


def test_the_best_is_the_nearest_to_real():
    distances = [5.0, 3.0, 4.0, 2.9]
    history = [
        check(100 * number, snapshot=number, distance=distance)
        for number, distance in enumerate(distances, 1)
    ]
    assert [[event.code for event in MONITOR.decide(history[:n])] for n in range(1, 5)] == [
        ["nearest"],
        ["nearest"],
        [],
        ["nearest"],
    ]
    assert "epoch 4 is the nearest to real music so far: distance 2.90" in last(history).text


def test_a_collapsed_snapshot_is_never_the_best():
    history = [check(100, snapshot=1, distance=5.0, diversity_relative=0.9)]
    history += [check(110, snapshot=2, distance=1.0, diversity_relative=0.1)]
    assert MONITOR.decide(history) == []
    assert codes([*history, check(120, snapshot=3, distance=4.0, diversity_relative=0.9)]) == [
        "nearest",
        "nearest",
    ]


def test_without_distances_the_last_healthy_snapshot_is_the_best():
    history = [check(10, snapshot=1, diversity_relative=0.9), check(20, diversity_relative=0.9)]
    assert codes(history) == ["healthy"]
    history += [check(30, snapshot=3, diversity_relative=0.8)]
    assert not last(history).is_news
    assert (
        MONITOR.decide([*history, check(40, snapshot=4, diversity_relative=0.39)]) == []
    )  # falling
    assert codes([*history, check(40, snapshot=4)]) == ["healthy"] * 3  # variety unknown
    measured = [*history, check(50, snapshot=5, diversity_relative=0.8, distance=9.0)]
    assert last(measured).is_news
    assert MONITOR.decide([*measured, check(60, snapshot=6, diversity_relative=0.8)]) == []


def test_a_run_that_gains_nothing_is_stopped():
    history = [
        check(100 * number, snapshot=number, distance=distance)
        for number, distance in enumerate([5.0, 3.0, 3.5, 3.0, 3.1], 1)
    ]
    assert codes(history) == ["nearest", "nearest", "plateau"]
    assert last(history).text == (
        "no snapshot has come nearer to real music than epoch 2 (distance 3.00) in the last 3 "
        "measurements"
    )
    fresh = [check(600, 1, 6, distance=4.0), check(700, 1, 7, distance=4.0)]
    assert codes([*history[:4], *fresh]) == [
        "nearest",
        "nearest",
    ]  # patience is new after a rollback
    assert codes([*history[:4], *fresh, check(800, 1, 8, distance=4.0)])[-1] == "plateau"


def test_health_metrics_come_back_from_the_metrics():
    health = check(7, 1, 3, diversity_relative=0.5, overfitting=nan, distance=2.0)
    line = {"event": "check", **health.to_line(), "seconds": 0.1}
    assert line["overfitting"] is None
    assert HealthMetrics.from_line(line) == check(7, 1, 3, diversity_relative=0.5, distance=2.0)
    assert health.not_finite() == ["overfitting"]
