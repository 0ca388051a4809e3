# SPDX-License-Identifier: Apache-2.0
"""Driving score of routes, suites and seeds."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.metrics import Infraction, RouteOutcome, over_seeds, suite_score
from wpt_core.types import InputError

INFRACTIONS = st.lists(st.sampled_from(Infraction), max_size=4).map(tuple)


@pytest.mark.parametrize(
    ('infraction', 'score'),
    [
        (Infraction.PEDESTRIAN, 50.0),
        (Infraction.VEHICLE, 60.0),
        (Infraction.STATIC, 65.0),
        (Infraction.RED_LIGHT, 70.0),
        (Infraction.STOP_SIGN, 80.0),
        (Infraction.SCENARIO_TIMEOUT, 70.0),
        (Infraction.EMERGENCY_VEHICLE, 70.0),
    ],
)
def test_each_infraction_costs_what_is_published(infraction: Infraction, score: float) -> None:
    outcome = RouteOutcome('a', 1.0, (infraction,))
    assert outcome.score == pytest.approx(score)
    assert not outcome.success


def test_penalties_multiply_and_repeat() -> None:
    costs = (Infraction.VEHICLE, Infraction.VEHICLE, Infraction.SCENARIO_TIMEOUT)
    outcome = RouteOutcome('a', 0.5, costs)
    assert outcome.score == pytest.approx(50.0 * 0.6 * 0.6 * 0.7)


@pytest.mark.parametrize(('completion', 'success'), [(1.0, True), (0.999, False), (0.0, False)])
def test_success_needs_the_whole_route(completion: float, success: bool) -> None:
    assert RouteOutcome('a', completion).success is success
    assert RouteOutcome('a', completion).score == pytest.approx(100.0 * completion)


def test_a_suite_counts_missing_routes_as_zero_and_names_them() -> None:
    outcomes = [RouteOutcome('a', 1.0), RouteOutcome('c', 1.0, (Infraction.VEHICLE,))]
    score = suite_score(outcomes, ['a', 'b', 'c', 'd'])
    assert score.driving_score == pytest.approx((100.0 + 60.0) / 4.0)
    assert score.successes.estimate == 0.25
    assert score.successes.count == 4
    assert score.missing == ('b', 'd')
    assert score.infractions == ((Infraction.VEHICLE, 1),)


def test_seeds_give_a_mean_and_an_interval_worked_out_by_hand() -> None:
    runs = [suite_score([RouteOutcome('a', share)], ['a']) for share in (0.7, 0.8, 0.9)]
    summary = over_seeds(runs)
    # t(0.975, 2) = 4.3027; the standard error is 10 / sqrt(3).
    half = 4.302653 * 10.0 / math.sqrt(3.0)
    assert summary.driving_score.estimate == pytest.approx(80.0)
    assert summary.driving_score.low == pytest.approx(80.0 - half, rel=1e-6)
    assert summary.driving_score.high == pytest.approx(80.0 + half, rel=1e-6)
    assert summary.success_rate.high == 0.0


@settings(max_examples=50, deadline=None)
@given(st.floats(0.0, 1.0), INFRACTIONS, st.sampled_from(Infraction))
def test_an_infraction_more_never_helps(
    completion: float, infractions: tuple[Infraction, ...], another: Infraction
) -> None:
    before = RouteOutcome('a', completion, infractions)
    after = RouteOutcome('a', completion, (*infractions, another))
    assert 0.0 <= after.score <= before.score <= 100.0
    assert not after.success


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), INFRACTIONS), min_size=1, max_size=8))
def test_a_suite_lies_between_its_worst_and_its_best_route(
    drives: list[tuple[float, tuple[Infraction, ...]]],
) -> None:
    outcomes = [RouteOutcome(str(i), *drive) for i, drive in enumerate(drives)]
    names = [outcome.route for outcome in outcomes]
    score = suite_score(outcomes, names).driving_score
    values = [outcome.score for outcome in outcomes]
    assert min(values) - 1e-9 <= score <= max(values) + 1e-9
    assert suite_score(outcomes[1:], names).driving_score <= score + 1e-9


@pytest.mark.parametrize('completion', [-0.1, 1.01, math.nan])
def test_impossible_completions_are_refused(completion: float) -> None:
    with pytest.raises(InputError, match="completion of route 'left turn' must lie"):
        RouteOutcome('left turn', completion)


def test_routes_that_do_not_match_are_refused() -> None:
    a, b = RouteOutcome('a', 1.0), RouteOutcome('b', 1.0)
    with pytest.raises(
        InputError, match="outcomes must name each route once, 'a' comes more often"
    ):
        suite_score([a, a], ['a', 'b'])
    with pytest.raises(InputError, match="routes must name each route once, 'a' comes more often"):
        suite_score([a], ['a', 'a'])
    with pytest.raises(InputError, match="'b' is not"):
        suite_score([a, b], ['a'])
    with pytest.raises(InputError, match='at least one route'):
        suite_score([], [])
