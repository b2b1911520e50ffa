import numpy as np
import pytest

from riffsmith.evaluation.metrics.bootstrap import Interval, bootstrap_interval, distance_ratio
from riffsmith.evaluation.metrics.kad import kernel_distance


def recordings(seed: int, count: int, mean: float = 0.0, spread: float = 0.0) -> list[np.ndarray]:
    """Recordings of 10 windows each, whose means differ by `spread`."""
    random = np.random.default_rng(seed)
    centres = mean + spread * random.standard_normal((count, 1, 2))
    return list(centres + random.standard_normal((count, 10, 2)))


def mean_of_all(windows: np.ndarray) -> float:
    return float(windows.mean())


def distance_of_means(first: np.ndarray, second: np.ndarray) -> float:
    return abs(mean_of_all(first) - mean_of_all(second))


def test_two_recordings_by_hand():
    # the means of two draws from {0, 1} are 0, ½ and 1 with probabilities ¼, ½ and ¼
    groups = [np.zeros((3, 1)), np.ones((3, 1))]
    drawn = []

    def statistic(windows: np.ndarray) -> float:
        drawn.append(mean_of_all(windows))
        return drawn[-1]

    assert bootstrap_interval(statistic, groups, resamples=400) == Interval(0.5, 0.0, 1.0)
    values, counts = np.unique(drawn[1:], return_counts=True)
    assert values.tolist() == [0, 0.5, 1]  # whole recordings, never single windows
    assert counts / 400 == pytest.approx([0.25, 0.5, 0.25], abs=0.07)


@pytest.mark.slow
def test_the_interval_of_a_mean_has_the_width_that_theory_gives():
    groups = [np.full((5, 1), value) for value in np.random.default_rng(0).standard_normal(40)]
    found = bootstrap_interval(mean_of_all, groups, resamples=2000)
    values = np.array([group[0, 0] for group in groups])
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / np.sqrt(40), rel=0.08)
    assert found.low < found.value < found.high


def test_the_same_seed_gives_the_same_interval():
    groups = recordings(0, 6, spread=1)
    first = bootstrap_interval(mean_of_all, groups, seed=1)
    assert bootstrap_interval(mean_of_all, groups, seed=1) == first
    assert bootstrap_interval(mean_of_all, groups, seed=2) != first


def test_a_smaller_level_gives_a_narrower_interval():
    groups = recordings(0, 8, spread=1)
    wide = bootstrap_interval(mean_of_all, groups)
    narrow = bootstrap_interval(mean_of_all, groups, level=0.5)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_ratio_by_hand():
    constant = [[np.full((4, 1), value)] for value in (7.0, 3.0, 1.0)]
    found = distance_ratio(distance_of_means, *constant)
    assert found.ratio == Interval(3.0, 3.0, 3.0)  # (7 − 1) / (3 − 1); one recording each
    assert (found.generated, found.training) == (6.0, 2.0)
    assert found.floor < 1e-30
    assert not found.is_floored
    assert found.floored_share == 0


def test_a_worse_set_has_a_ratio_above_one_and_a_real_set_an_interval_around_one():
    training, held_out = recordings(0, 12, spread=0.5), recordings(1, 12, spread=0.5)
    alike = distance_ratio(distance_of_means, recordings(2, 12, spread=0.5), training, held_out)
    far = distance_ratio(distance_of_means, recordings(3, 12, mean=9), training, held_out)
    assert alike.ratio.low < 1 < alike.ratio.high
    assert far.ratio.low > 1


@pytest.mark.slow
def test_a_denominator_that_is_only_noise_is_floored_and_the_result_says_so():
    training, held_out = recordings(0, 6), recordings(4, 6)
    assert kernel_distance(np.concatenate(training), np.concatenate(held_out)) < 0
    found = distance_ratio(
        kernel_distance, recordings(5, 6, mean=2), training, held_out, resamples=50
    )
    assert found.is_floored
    assert 0 < found.floored_share <= 1
    assert found.training < found.floor
    assert found.ratio.value == pytest.approx(found.generated / found.floor)
    assert 0 < found.ratio.low <= found.ratio.high < np.inf


def test_no_recordings():
    with pytest.raises(ValueError, match="A collection has no recordings"):
        bootstrap_interval(mean_of_all, [])
    with pytest.raises(ValueError, match="A collection has no recordings"):
        distance_ratio(distance_of_means, [np.ones((4, 1))], [], [np.ones((4, 1))])
