# SPDX-License-Identifier: Apache-2.0
"""Plans against a driven path whose distance from each other is known in closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from drive_samples import circles
from driven_samples import driven_circle

from wpt_core.types import Action, Command, Plan
from wpt_ros.replays.comparison import (
    PlanSample,
    PublishedPlan,
    agreement,
    agreements,
    compare_plans,
    worst,
)

SPEED_MPS = 10.0
TIMES_S = np.arange(1, 7) * 0.5


def published(plan: Plan, asked_1pm: float = 0.0, delay_s: float = 0.3) -> PublishedPlan:
    return PublishedPlan(round(plan.stamp_s * 1e9), plan, Action(asked_1pm, 0.0), delay_s)


def samples(*plans: Plan, curvature_1pm: float = 0.0, seconds: float = 10.0) -> list[PlanSample]:
    driven = driven_circle(curvature_1pm, seconds=seconds)
    return compare_plans([published(plan) for plan in plans], driven, [Command.KEEP] * len(plans))


def shifted(plan: Plan, left_m: float) -> Plan:
    return replace(plan, positions_m=plan.positions_m + np.array([0.0, left_m]))


def test_a_straight_plan_where_a_circle_was_driven() -> None:
    radius_m = 50.0
    found = agreement(samples(circles(0.0, stamp_s=101.0), curvature_1pm=1 / radius_m))
    assert found is not None
    turn = SPEED_MPS * TIMES_S / radius_m
    away_m = np.column_stack(
        [SPEED_MPS * TIMES_S - radius_m * np.sin(turn), radius_m * (np.cos(turn) - 1.0)]
    )
    plan_error_m = np.hypot(*away_m.T)
    np.testing.assert_allclose(found.displacement.at, plan_error_m[[1, 3, 5]], atol=1e-3)
    means_m = [plan_error_m[:2].mean(), plan_error_m[:4].mean(), plan_error_m.mean()]
    np.testing.assert_allclose(found.displacement.mean_up_to, means_m, atol=1e-3)
    assert found.mae_m == pytest.approx(np.abs(away_m).mean(), abs=1e-3)
    assert found.samples == 1


def test_a_plan_that_is_driven_is_not_apart() -> None:
    found = agreement(samples(circles(0.02, stamp_s=101.03), curvature_1pm=0.02))
    assert found is not None
    assert max(*found.displacement.at, found.mae_m) < 2e-3


def test_only_the_likeliest_hypothesis_counts() -> None:
    plan = circles(0.0, 0.05, odds=(0.4, 0.6), stamp_s=101.0)
    found = agreement(samples(plan, curvature_1pm=0.05))
    assert found is not None
    assert found.displacement.at[-1] < 2e-3


@pytest.mark.parametrize('left_m', [0.7, -0.4])
def test_a_plan_beside_the_path_is_so_far_to_that_side(left_m: float) -> None:
    (sample,) = samples(shifted(circles(0.0, stamp_s=101.0), left_m))
    for at_s in (0.5, 1.3, 3.0):
        plan_error_m, across_m = sample.plan_error_m(at_s)
        assert across_m == pytest.approx(left_m, abs=1e-6)
        assert plan_error_m == pytest.approx(abs(left_m), abs=1e-6)
    found = agreement([sample])
    assert found is not None
    assert found.mae_m == pytest.approx(abs(left_m) / 2, abs=1e-6)


def test_being_late_on_the_path_is_no_error_across_it() -> None:
    slow = circles(0.02, speed_mps=8.0, stamp_s=101.0)
    (sample,) = samples(slow, curvature_1pm=0.02)
    plan_error_m, across_m = sample.plan_error_m(1.0)
    chord_m = 2 * 50.0 * math.sin(0.5 * 2.0 / 50.0)
    assert plan_error_m == pytest.approx(chord_m, abs=1e-3)
    assert across_m == pytest.approx(50.0 * (1.0 - math.cos(2.0 / 50.0)), abs=1e-3)


def test_horizons_are_as_long_as_the_recording_knows() -> None:
    some = samples(*(circles(0.0, stamp_s=100.0 + k * 0.1) for k in range(30)), seconds=2.5)
    found = agreement(some)
    assert found is not None
    assert found.displacement.horizons_s == (1.0, 2.0)
    assert found.samples == 6  # up to 0.5 s
    assert [one.known_s for one in some[:16]] == 6 * [2.0] + 10 * [1.0]
    assert [one.truth for one in some[16:]] == 14 * [None]
    assert math.isnan(some[6].plan_error_m(2.0)[0])


def test_without_a_future_there_is_nothing_to_say() -> None:
    late = samples(circles(0.0, stamp_s=109.5))
    assert agreement(late) is None
    assert agreements(late) == {}
    assert worst(late, 2.0, count=3, apart_s=1.0) == []
    assert agreement([]) is None


def test_each_command_has_a_row_of_its_own() -> None:
    plans = [shifted(circles(0.0, stamp_s=101.0 + k), 0.1 * k) for k in range(4)]
    said = [Command.KEEP, Command.CHANGE_LEFT, Command.KEEP, Command.CHANGE_LEFT]
    rows = agreements(
        compare_plans([published(plan) for plan in plans], driven_circle(0.0, seconds=10.0), said)
    )
    assert list(rows) == ['all', 'keep', 'change_left']
    at_3_s = {name: row.displacement.at[-1] for name, row in rows.items()}
    assert at_3_s == pytest.approx({'all': 0.15, 'keep': 0.1, 'change_left': 0.2}, abs=1e-6)


def test_what_is_asked_stands_beside_what_was_driven_one_delay_later() -> None:
    bend = driven_circle(0.02, seconds=5.0)
    later = replace(bend, yaw_rates_radps=np.where(bend.times_s < 102.99, 0.0, 0.2))
    plan = circles(0.0, stamp_s=102.5)
    for delay_s, driven_1pm in ((0.3, 0.0), (0.6, 0.02)):
        (sample,) = compare_plans([published(plan, 0.017, delay_s)], later, [Command.KEEP])
        assert sample.planned_curvature_1pm == 0.017
        assert sample.driven_curvature_1pm == pytest.approx(driven_1pm)


def test_the_worst_are_apart_in_time_and_come_from_all_recordings() -> None:
    offs_m = [0.1, 0.9, 0.8, 0.2, 0.5]
    some = samples(
        *(shifted(circles(0.0, stamp_s=101.0 + 0.4 * k), off) for k, off in enumerate(offs_m))
    )
    others = [replace(one, source=1) for one in some]
    found = worst([*some, *others], 2.0, count=3, apart_s=1.0)
    assert [one.plan_error_m(2.0)[1] for one in found] == pytest.approx([0.9, 0.9, 0.5], abs=1e-6)
    assert [one.source for one in found] == [0, 1, 0]
