# SPDX-License-Identifier: Apache-2.0
"""Intervals for means and pass rates."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from scipy.stats import t as student

from wpt_core.metrics import bootstrap_interval, mean_interval, wilson_interval
from wpt_core.metrics.intervals import student_quantile
from wpt_core.types import InputError


@pytest.mark.parametrize('degrees', [1, 2, 3, 4, 5, 9, 10, 30, 199])
@pytest.mark.parametrize('probability', [0.005, 0.3, 0.5, 0.9, 0.975, 0.9995])
def test_student_quantiles_are_those_of_scipy(degrees: int, probability: float) -> None:
    expected = student.ppf(probability, degrees)
    assert student_quantile(probability, degrees) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_mean_of_two_seeds_worked_out_by_hand() -> None:
    interval = mean_interval([1.0, 3.0])
    # s = sqrt(2), s / sqrt(2) = 1, t(0.975, 1) = tan(0.475 pi) = 12.7062
    assert interval.estimate == 2.0
    assert interval.high == pytest.approx(2.0 + math.tan(0.475 * math.pi))
    assert interval.low == pytest.approx(2.0 - math.tan(0.475 * math.pi))
    assert str(mean_interval([5.0, 5.0])) == '5 [5, 5] (95 %, n = 2)'


def test_a_mean_interval_holds_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(0)
    held = [
        (found := mean_interval(generator.normal(7.0, 2.0, 4).tolist(), 0.9)).low
        <= 7.0
        <= found.high
        for _ in range(1000)
    ]
    assert 0.87 < np.mean(held) < 0.93


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy_and_holds_the_rate(counts: tuple[int, int]) -> None:
    passes, trials = counts
    interval = wilson_interval(passes, trials)
    expected = binomtest(passes, trials).proportion_ci(method='wilson')
    assert interval.low == pytest.approx(expected.low, abs=1e-12)
    assert interval.high == pytest.approx(expected.high, abs=1e-12)
    assert 0.0 <= interval.low <= interval.estimate <= interval.high <= 1.0


def test_twenty_four_of_twenty_four_is_not_certainty() -> None:
    # Wilson at the end: low = n / (n + z^2).
    assert wilson_interval(24, 24).low == pytest.approx(24.0 / (24.0 + 1.959964**2), rel=1e-6)
    assert wilson_interval(24, 24).high == 1.0


def test_the_bootstrap_repeats_with_its_seed_and_narrows_with_more_values() -> None:
    values = np.random.default_rng(1).normal(50.0, 10.0, 400).tolist()

    def found(count: int, seed: int = 0, level: float = 0.95) -> tuple[float, float, float]:
        interval = bootstrap_interval(values[:count], np.random.default_rng(seed), level=level)
        return interval.estimate, interval.low, interval.high

    assert found(400) == found(400)
    assert found(400) != found(400, 1)
    mean, low, high = found(400)
    assert low < mean < high
    assert mean == pytest.approx(np.mean(values))
    # For many values it is the normal interval, 2 * 1.96 s / sqrt(n) wide.
    assert high - low == pytest.approx(3.92 * np.std(values) / 20.0, rel=0.1)
    assert found(100)[2] - found(100)[1] > 1.5 * (high - low)
    assert found(400, level=0.5)[2] - found(400, level=0.5)[1] < high - low


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=10), st.floats(0.5, 0.9))
def test_a_higher_level_is_never_narrower(values: list[float], level: float) -> None:
    narrow, wide = mean_interval(values, level), mean_interval(values, level + 0.09)
    assert wide.low <= narrow.low <= narrow.estimate <= narrow.high <= wide.high


def test_what_gives_no_interval_is_refused() -> None:
    generator = np.random.default_rng(0)
    with pytest.raises(InputError, match='at least 2 values, not 1'):
        mean_interval([1.0])
    with pytest.raises(InputError, match='values must be finite'):
        bootstrap_interval([1.0, math.nan], generator)
    with pytest.raises(InputError, match='resamples'):
        bootstrap_interval([1.0, 2.0], generator, resamples=10)
    with pytest.raises(InputError, match='level must lie'):
        mean_interval([1.0, 2.0], 95.0)
    for passes, trials in ((1, 0), (-1, 3), (4, 3)):
        with pytest.raises(InputError, match='passes must lie'):
            wilson_interval(passes, trials)
    with pytest.raises(InputError, match='t quantile'):
        student_quantile(1.0, 3)
