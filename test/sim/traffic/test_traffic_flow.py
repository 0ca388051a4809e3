# SPDX-License-Identifier: Apache-2.0
"""What others do on the road, seen from a stand-in for the ego."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from wpt_core.types import InputError
from wpt_sim.randomness import exactly
from wpt_sim.road import Arc, Clothoid, Road, Straight, country, motorway, reference_line
from wpt_sim.scene import Actor, Kind
from wpt_sim.traffic import (
    Behaviour,
    Body,
    BrakeHard,
    ChangeLane,
    Cross,
    CutIn,
    Follow,
    Role,
    Stand,
    Traffic,
    Walk,
)

DT_S = 0.05
START_M = 100.0
MOTORWAY = Road(reference_line([Straight(2000.0)]), motorway(2, lane_m=3.75), 30.0)
COUNTRY = Road(reference_line([Straight(2000.0)]), country(lane_m=3.25), 20.0)
BEND = Road(
    reference_line(
        [
            Straight(150.0),
            Clothoid(30.0, 0.0, 1 / 80),
            Arc(80.0, 90.0),
            Clothoid(30.0, 1 / 80, 0.0),
            Straight(400.0),
        ]
    ),
    country(),
    20.0,
)


def ego(s_m: float, offset_m: float, speed_mps: float) -> Body:
    return Body(0, Kind.CAR, s_m, offset_m, speed_mps, 0.0, 2.3, 0.925)


def cast(road: Road, *roles: Role) -> Traffic:
    generator = np.random.default_rng(7)
    return Traffic(road, roles, start_s_m=START_M, generator=generator)


def role(
    ahead_m: float,
    behaviour: Behaviour,
    *,
    speed_mps: float = 0.0,
    lane: int = 0,
    offset_m: float = 0.0,
    kind: Kind = Kind.CAR,
) -> Role:
    return Role(kind, exactly(ahead_m), lane, exactly(offset_m), exactly(speed_mps), behaviour)


def drive(
    traffic: Traffic, ego_at: Callable[[float], Body], until_s: float
) -> list[tuple[float, tuple[Body, ...], tuple[Actor, ...]]]:
    """Step on; the ego is where `ego_at` says."""
    history = []
    for tick in range(round(until_s / DT_S)):
        time_s = tick * DT_S
        history.append((time_s, traffic.bodies(), traffic.actors()))
        traffic.step(ego_at(time_s), DT_S, time_s=time_s)
    return history


def far(_time_s: float) -> Body:
    return ego(20.0, -40.0, 0.0)


def test_nobody_runs_into_an_ego_that_stops() -> None:
    lane_m = COUNTRY.lane_offset(0)

    def stopping(time_s: float) -> Body:
        braking_s = min(time_s, 15.0 / 7.0)
        return ego(
            START_M + 15.0 * braking_s - 3.5 * braking_s**2,
            lane_m,
            max(15.0 - 7.0 * time_s, 0.0),
        )

    history = drive(cast(COUNTRY, role(-30.0, Follow(), speed_mps=15.0)), stopping, 20.0)
    body = history[-1][1][0]
    gap_m = stopping(20.0).s_m - 2.3 - body.s_m - body.half_length_m
    assert body.along_mps == pytest.approx(0.0, abs=0.05)
    assert 1.5 < gap_m < 4.0


@pytest.mark.parametrize('lane', [0, 1])
def test_poses_move_as_velocities_and_yaw_rates_say(lane: int) -> None:
    """In a bend, in both directions."""
    ahead_m = 20.0 if lane == 0 else 220.0
    history = drive(cast(BEND, role(ahead_m, Follow(), speed_mps=10.0, lane=lane)), far, 20.0)
    turned = 0.0
    for (_, _, before), (_, _, after) in pairwise(history):
        old, new = before[0], after[0]
        step = np.subtract((new.pose.x_m, new.pose.y_m), (old.pose.x_m, old.pose.y_m)) / DT_S
        mean = np.add(old.velocity_mps, new.velocity_mps) / 2
        assert np.hypot(*(step - mean)) < 0.03
        change = math.remainder(new.pose.yaw_rad - old.pose.yaw_rad, 2 * math.pi)
        turned += change
        rate = (old.yaw_rate_radps + new.yaw_rate_radps) / 2
        assert change / DT_S == pytest.approx(rate, abs=0.02)
    direction = 1.0 if lane == 0 else -1.0
    assert turned == pytest.approx(direction * 120.0 / 80.0, abs=0.01)


def test_slows_for_a_bend() -> None:
    history = drive(cast(BEND, role(10.0, Follow(), speed_mps=20.0)), far, 15.0)
    speeds = [abs(b[0].along_mps) for _, b, _ in history if b and 180.0 < b[0].s_m < 270.0]
    assert min(speeds) > 9.0
    assert max(speeds) < math.sqrt(2.2 * 80.0)


def test_brake_lamps_burn_while_braking_hard_only() -> None:
    def following(time_s: float) -> Body:
        return ego(START_M - 20.0 + 12.0 * time_s, COUNTRY.lane_offset(0), 12.0)

    traffic = cast(COUNTRY, role(10.0, BrakeHard(after_s=3.0, braking_mps2=6.0), speed_mps=12.0))
    history = drive(traffic, following, 5.0)
    lamps = {round(t, 2): actors[0].lights.brake for t, _, actors in history}
    speeds = {round(t, 2): bodies[0].along_mps for t, bodies, _ in history}
    assert not lamps[2.9]
    assert lamps[3.5]
    assert speeds[4.05] == pytest.approx(12.0 - 6.0, abs=0.4)


def test_drives_on_after_a_hard_stop() -> None:
    def waiting(_time_s: float) -> Body:
        return ego(START_M - 10.0, COUNTRY.lane_offset(0), 0.0)

    behaviour = BrakeHard(after_s=1.0, braking_mps2=5.0, stand_s=2.0)
    history = drive(cast(COUNTRY, role(8.0, behaviour, speed_mps=10.0)), waiting, 12.0)
    speeds = {round(t, 2): bodies[0].along_mps for t, bodies, _ in history}
    assert speeds[3.5] == 0.0
    assert speeds[4.9] == 0.0
    assert speeds[8.0] > 2.0


def test_cut_in_waits_for_its_gap_and_ends_in_the_lane_ahead() -> None:
    def cruising(time_s: float) -> Body:
        return ego(START_M + 20.0 * time_s, MOTORWAY.lane_offset(0), 20.0)

    behaviour = CutIn(to_lane=0, after_s=3.0, lead_m=12.0, slower_by_mps=2.0)
    history = drive(cast(MOTORWAY, role(18.0, behaviour, speed_mps=20.0, lane=1)), cruising, 7.5)
    offsets = np.array([bodies[0].offset_m for _, bodies, _ in history])
    times = np.array([t for t, _, _ in history])
    old_m, new_m = MOTORWAY.lane_offset(1), MOTORWAY.lane_offset(0)
    assert np.all(offsets[times < 3.0] == old_m)
    assert offsets[-1] == pytest.approx(new_m, abs=1e-9)
    assert np.all(np.diff(offsets) <= 1e-12)
    moving = int(np.argmax(offsets < old_m - 0.05))
    body = history[moving][1][0]
    gap_m = body.s_m - cruising(times[moving]).s_m - body.half_length_m - 2.3
    assert 8.0 < gap_m < 16.0
    signals = [actors[0].lights for _, _, actors in history]
    assert any(light.right_indicator for light in signals)
    assert not any(light.left_indicator for light in signals)
    assert history[-1][1][0].along_mps < 18.5


def test_changes_lane_only_when_nobody_is_beside() -> None:
    def beside(time_s: float) -> Body:
        gone_m = 0.0 if time_s < 6.0 else -80.0
        return ego(START_M + 20.0 * time_s + gone_m, MOTORWAY.lane_offset(1), 20.0)

    traffic = cast(MOTORWAY, role(0.0, ChangeLane(to_lane=1, after_s=1.0), speed_mps=20.0))
    history = drive(traffic, beside, 14.0)
    offsets = {round(t, 2): bodies[0].offset_m for t, bodies, _ in history}
    assert offsets[6.0] == MOTORWAY.lane_offset(0)
    assert offsets[13.9] == pytest.approx(MOTORWAY.lane_offset(1))


def test_who_stands_stands_until_the_ego_has_waited() -> None:
    def arriving(time_s: float) -> Body:
        waits = time_s >= 2.0
        return ego(START_M + 20.0 if waits else START_M, -1.6, 0.0 if waits else 10.0)

    parked = role(30.0, Stand(), speed_mps=10.0)
    queued = role(30.0, Stand(patience_s=3.0), speed_mps=10.0)
    assert drive(cast(COUNTRY, parked), arriving, 20.0)[-1][1][0].s_m == START_M + 30.0
    history = drive(cast(COUNTRY, queued), arriving, 8.0)
    places = {round(t, 2): bodies[0].s_m for t, bodies, _ in history}
    assert places[4.9] == START_M + 30.0
    assert places[7.9] > START_M + 33.0


def crossing(left: bool) -> Role:
    return role(
        60.0,
        Cross(when_s=4.0),
        speed_mps=1.4,
        lane=1 if left else 0,
        offset_m=2.7 if left else -2.7,
        kind=Kind.PEDESTRIAN,
    )


@pytest.mark.parametrize('left', [False, True])
def test_sets_out_across_when_the_ego_is_near_and_reaches_the_far_side(left: bool) -> None:
    def coming(time_s: float) -> Body:
        return ego(START_M + 10.0 * min(time_s, 4.5), COUNTRY.lane_offset(0), 10.0)

    history = drive(cast(COUNTRY, crossing(left)), coming, 16.0)
    offsets = {round(t, 2): bodies[0].offset_m for t, bodies, _ in history}
    away = 1.0 if left else -1.0
    # Bumper to person: 60 - 2.3 - 10 t, which is 4 s of 10 m/s at t = 1.77 s.
    assert offsets[1.7] == pytest.approx(away * (3.25 / 2 + 2.7))
    assert abs(offsets[2.0]) < 3.25 / 2 + 2.7
    far_edge_m = COUNTRY.section.left_edge_m + 1.0
    assert offsets[15.9] == pytest.approx(-away * far_edge_m, abs=0.2)


def test_nobody_walks_into_the_side_of_a_car() -> None:
    def blocking(_time_s: float) -> Body:
        return ego(START_M + 60.0, COUNTRY.lane_offset(0), 0.0)

    history = drive(cast(COUNTRY, crossing(False)), blocking, 10.0)
    person = history[-1][1][0]
    right_side_m = COUNTRY.lane_offset(0) - 0.925
    assert right_side_m - 0.75 < person.offset_m < right_side_m - 0.3


def test_walks_along_at_its_pace_and_swings_its_legs() -> None:
    walker = role(50.0, Walk(), speed_mps=1.4, offset_m=-2.6, kind=Kind.PEDESTRIAN)
    history = drive(cast(COUNTRY, walker), far, 1.05)
    assert history[-1][1][0].s_m == pytest.approx(START_M + 50.0 + 1.4, abs=1e-6)
    assert history[10][2][0].phase_rad == pytest.approx(math.pi, abs=1e-6)


def test_leaves_at_the_end_of_the_road() -> None:
    traffic = cast(COUNTRY, role(60.0, Follow(), speed_mps=15.0, lane=1))
    assert len(drive(traffic, far, 15.0)[-1][2]) == 0


def test_a_place_beside_the_road_is_refused() -> None:
    with pytest.raises(InputError, match='ahead_m puts a car at 3100 m of a road of 2000 m'):
        cast(COUNTRY, role(3000.0, Follow()))
