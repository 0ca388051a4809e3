# SPDX-License-Identifier: Apache-2.0
"""Laplace likelihood and coverage against closed forms and random samples."""

import math

import numpy as np
import pytest

from wpt_core.metrics import (
    COVERAGE_LEVELS,
    laplace_coverage,
    laplace_mixture_nll,
    laplace_nll,
)
from wpt_core.types import InputError


def test_likelihood_is_the_closed_form() -> None:
    got = laplace_nll([0.0, 1.0, -3.0], [0.5, 2.0, 1.0])
    assert got == pytest.approx([0.0, 0.5 + math.log(4.0), 3.0 + math.log(2.0)])


def test_mean_likelihood_of_its_own_samples_is_the_entropy() -> None:
    scale = 0.7
    drawn = np.random.default_rng(1).laplace(0.0, scale, 200_000)
    entropy = 1.0 + math.log(2.0 * scale)
    assert laplace_nll(drawn, np.full(drawn.shape, scale)).mean() == pytest.approx(
        entropy, abs=0.01
    )


def test_one_sure_hypothesis_is_the_sum_of_its_numbers() -> None:
    errors, scales = np.array([[0.3, -0.2], [9.0, 9.0]]), np.array([[0.5, 0.5], [0.1, 0.1]])
    got = laplace_mixture_nll(errors, scales, [1.0, 0.0])
    assert got == pytest.approx(laplace_nll(errors[0], scales[0]).sum())


def test_mixture_weighs_stories_and_not_numbers() -> None:
    # Each hypothesis is right about one value only, so the mixture is no better.
    errors, scales = np.array([[0.0, 5.0], [5.0, 0.0]]), np.ones((2, 2))
    one = 5.0 + 2.0 * math.log(2.0)
    assert laplace_mixture_nll(errors, scales, [0.5, 0.5]) == pytest.approx(one)


def test_far_hypotheses_do_not_underflow() -> None:
    errors = np.array([[2000.0], [3000.0]])
    got = laplace_mixture_nll(errors, np.ones((2, 1)), [0.25, 0.75])
    assert got == pytest.approx(2000.0 + math.log(2.0) - math.log(0.25))


@pytest.mark.parametrize(('factor', 'sign'), [(1.0, 0.0), (2.0, 1.0), (0.5, -1.0)])
def test_coverage_tells_honest_timid_and_bold_scales_apart(factor: float, sign: float) -> None:
    drawn = np.random.default_rng(2).laplace(0.0, 0.4, 100_000)
    table = laplace_coverage(drawn, np.full(drawn.shape, factor * 0.4))
    away = np.subtract(table.observed, COVERAGE_LEVELS)
    # With scales f times too large the interval of level q holds 1 - (1 - q)^f.
    expected = 1.0 - (1.0 - np.array(COVERAGE_LEVELS)) ** factor
    assert table.observed == pytest.approx(expected, abs=0.006)
    assert table.gap == pytest.approx(np.abs(away).mean())
    assert table.count == 100_000
    assert sign == 0.0 or (np.sign(away) == sign).all()


def test_median_error_covers_half() -> None:
    table = laplace_coverage(
        [math.log(2.0) - 1e-9, math.log(2.0) + 1e-9], [1.0, 1.0], levels=[0.5]
    )
    assert table.observed == (0.5,)


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(InputError, match='scales must be above 0'):
        laplace_nll([1.0], [0.0])
    with pytest.raises(InputError, match='at least one'):
        laplace_coverage([], [])
    with pytest.raises(InputError, match='sum to 1'):
        laplace_mixture_nll(np.zeros((2, 1)), np.ones((2, 1)), [0.5, 0.6])
    with pytest.raises(InputError, match='inside'):
        laplace_coverage([1.0], [1.0], levels=[1.0])
