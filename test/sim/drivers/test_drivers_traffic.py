# SPDX-License-Identifier: Apache-2.0
"""What the expert decides about others, with everybody placed by hand."""

import pytest

from wpt_core.types import InputError
from wpt_sim.drivers import DRIVERS, PrivilegedKind, find_driver
from wpt_sim.drivers.acceleration import EXPERT_STYLE, approach_speed, choose_acceleration
from wpt_sim.drivers.passing import is_clear, plan_pass
from wpt_sim.road import Road, Straight, country, reference_line
from wpt_sim.scene import Kind
from wpt_sim.traffic import Body, LanePosition, LateralShift, TargetLine

ROAD = Road(reference_line([Straight(1000.0)]), country(lane_m=3.25, edge_strip_m=0.5), 20.0)
LANE_M = ROAD.lane_offset(0)
OTHER_M = ROAD.lane_offset(1)


def line() -> TargetLine:
    return TargetLine(LANE_M, LanePosition(ROAD.reference))


def body(
    s_m: float,
    offset_m: float,
    *,
    along_mps: float = 0.0,
    across_mps: float = 0.0,
    kind: Kind = Kind.CAR,
    instance: int = 1,
) -> Body:
    small = kind is Kind.PEDESTRIAN
    length_m, width_m = (0.25, 0.25) if small else (2.3, 0.925)
    return Body(instance, kind, s_m, offset_m, along_mps, across_mps, length_m, width_m)


ME = body(100.0, LANE_M, along_mps=12.0, instance=0)


def clear(*others: Body, me: Body = ME) -> bool:
    plan = plan_pass(me, others, line(), road=ROAD)
    assert plan is not None
    return is_clear(plan, me, others, line(), style=EXPERT_STYLE)


def test_swerves_just_far_enough_to_the_side_with_room() -> None:
    parked = body(160.0, LANE_M - 1.2)
    plan = plan_pass(ME, (parked,), line(), road=ROAD)
    assert plan is not None
    assert plan.by_m == pytest.approx(-1.2 + 0.925 + 0.75 + 0.925)
    assert plan.from_m < 160.0 - 2.3
    assert plan.to_m > 160.0 + 2.3
    out, back = plan.shifts(100.0, 9.0)
    assert out.end_m == plan.from_m
    assert back.start_m == plan.to_m
    assert out.by_m == -back.by_m == plan.by_m


def test_waits_behind_whoever_fills_the_lane() -> None:
    assert plan_pass(ME, (body(160.0, LANE_M),), line(), road=ROAD) is None


def test_leaves_alone_who_stands_clear_of_the_lane_or_drives() -> None:
    assert plan_pass(ME, (body(160.0, LANE_M - 2.6),), line(), road=ROAD) is None
    driving = body(160.0, LANE_M - 1.2, along_mps=5.0)
    assert plan_pass(ME, (driving,), line(), road=ROAD) is None


def test_neighbouring_obstacles_are_passed_in_one_go() -> None:
    cones = tuple(
        body(s, LANE_M - 1.2, instance=i) for i, s in enumerate((160.0, 175.0, 190.0), 1)
    )
    plan = plan_pass(ME, cones, line(), road=ROAD)
    assert plan is not None
    assert plan.to_m > 192.3


@pytest.mark.parametrize(
    ('oncoming_s_m', 'free'),
    [(190.0, False), (260.0, False), (600.0, True), (90.0, True)],
)
def test_oncoming_traffic_decides_when(oncoming_s_m: float, free: bool) -> None:
    parked = body(160.0, LANE_M - 1.2)
    oncoming = body(oncoming_s_m, OTHER_M, along_mps=-12.0, instance=2)
    assert clear(parked, oncoming) is free


def test_somebody_walking_in_the_lane_is_passed_where_he_will_be() -> None:
    walker = body(160.0, LANE_M - 0.9, along_mps=1.4, kind=Kind.PEDESTRIAN)
    plan = plan_pass(ME, (walker,), line(), road=ROAD)
    assert plan is not None
    meets_s = 60.0 / 12.0
    assert plan.from_m < 160.0
    assert plan.to_m > 160.0 + 1.4 * meets_s


def push(*others: Body, line_: TargetLine | None = None, set_mps: float = 12.0) -> float:
    return choose_acceleration(ME, others, line_ or line(), set_mps=set_mps, standoff=None)


def test_nobody_on_the_line_nobody_to_brake_for() -> None:
    assert push() == pytest.approx(0.0)
    assert push(body(150.0, OTHER_M, along_mps=-12.0)) == pytest.approx(0.0)
    assert push(body(60.0, LANE_M)) == pytest.approx(0.0)


def test_a_planned_swerve_takes_the_obstacle_off_the_line() -> None:
    parked = body(135.0, LANE_M - 1.2)
    swerve = line()
    swerve.add(LateralShift(100.0, 28.0, 1.5))
    assert push(parked) < -1.5
    assert push(parked, line_=swerve) == pytest.approx(0.0)


def test_brakes_for_who_is_about_to_cut_in() -> None:
    beside = body(115.0, OTHER_M, along_mps=9.0)
    cutting = body(115.0, OTHER_M, along_mps=9.0, across_mps=-1.2)
    assert push(beside) == pytest.approx(0.0)
    assert push(cutting) < -0.8


@pytest.mark.parametrize(
    ('offset_m', 'across_mps', 'yields'),
    [
        (LANE_M - 4.0, 1.4, True),  # walks towards the lane
        (LANE_M, 1.4, True),  # is on it
        (LANE_M + 2.5, 1.4, False),  # has left it
        (LANE_M + 6.0, 0.0, False),  # stands far away
    ],
)
def test_yields_to_who_will_be_in_the_way(
    offset_m: float, across_mps: float, yields: bool
) -> None:
    person = body(130.0, offset_m, across_mps=across_mps, kind=Kind.PEDESTRIAN)
    assert (push(person) < -1.0) is yields


def test_slows_past_somebody_beside_the_lane() -> None:
    waiting = body(120.0, LANE_M - 2.8, kind=Kind.PEDESTRIAN)
    assert -3.0 < push(waiting) < -0.1


def test_gentle_braking_by_hand() -> None:
    assert approach_speed(24.0, 0.0) == pytest.approx((2 * 1.5 * 24.0) ** 0.5)
    assert approach_speed(-5.0, 7.0) == 7.0


def test_drivers_by_name() -> None:
    for kind in DRIVERS:
        assert find_driver(kind.name) is kind
    assert [kind.name for kind in DRIVERS if isinstance(kind, PrivilegedKind)] == ['expert']
    expected = "driver: unknown name 'x'; expected one of expert, straight, constant_velocity"
    with pytest.raises(InputError, match=expected):
        find_driver('x')
