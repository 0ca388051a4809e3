# SPDX-License-Identifier: Apache-2.0
"""One drive: what it records, when it ends, and that it is the same every time."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from wpt_core.types import Action, Command, InputError
from wpt_sim.drive import STEP_S, DriveLog, IncidentKind, Longitudinal, World
from wpt_sim.randomness import Span, exactly
from wpt_sim.render.look import Weather
from wpt_sim.road import RoadKind
from wpt_sim.scenario import (
    START_S_M,
    Ability,
    Conditions,
    Layout,
    Leg,
    Rule,
    Scenario,
    Split,
    Start,
    TimedCommand,
)
from wpt_sim.scene import Kind
from wpt_sim.traffic import Follow, Role, Stand

HANDS_OFF = Action(0.0, 0.0)


def scenario(**changes: object) -> Scenario:
    """A straight motorway of two lanes at 20 m/s for five seconds."""
    base = Scenario(
        name='plain',
        suite='test',
        ability=Ability.KEEPING,
        rule=Rule.ROUTE,
        summary='a straight motorway',
        layout=Layout(RoadKind.MOTORWAY, (Leg(exactly(100.0)),), lanes=2),
        speed_mps=exactly(20.0),
        duration_s=5.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # each test names real fields


def drive(world: World, action: Action = HANDS_OFF) -> DriveLog:
    while not world.done:
        world.step(action)
    return world.log


def keep_lane(world: World) -> Action:
    """Steer to the centre of the lane to be in, at constant speed."""
    error_m = world.road_position.offset_m - world.road.lane_offset(world.lane)
    return Action(-0.002 * error_m - 0.06 * world.road_position.heading_error_rad, 0.0)


def standing(ahead_m: float, kind: Kind = Kind.CAR) -> Role:
    return Role(kind, exactly(ahead_m), behaviour=Stand())


def same(one: DriveLog, two: DriveLog) -> bool:
    columns = [field.name for field in fields(DriveLog)][:19]
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in columns)


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    busy = scenario(roles=(Role(Kind.VAN, Span(30.0, 60.0), speed_mps=Span(15.0, 20.0)),))
    one, two, other = (drive(World(busy, seed)) for seed in (3, 3, 4))
    assert same(one, two)
    np.testing.assert_array_equal(one.tracks.poses, two.tracks.poses)
    assert not np.array_equal(one.y_m, other.y_m)
    assert not np.array_equal(one.tracks.poses, other.tracks.poses)


def test_training_never_sees_an_evaluation_world() -> None:
    worlds = [World(scenario(), 3, split=split) for split in Split]
    assert worlds[0].parameters != worlds[1].parameters
    assert worlds[0].look != worlds[1].look


def test_time_runs_in_steps_and_ends_the_drive() -> None:
    log = drive(World(scenario(), 0))
    np.testing.assert_allclose(log.time_s, np.arange(101) * STEP_S, atol=1e-12)
    assert [incident.kind for incident in log.incidents] == [IncidentKind.TIMEOUT]


def test_a_route_ends_at_its_finish() -> None:
    log = drive(World(scenario(route_m=60.0), 0))
    assert [incident.kind for incident in log.incidents] == [IncidentKind.FINISHED]
    assert log.s_m[-2] < 60.0 <= log.s_m[-1]
    assert log.completion == 1.0
    late = drive(World(scenario(route_m=400.0), 0))
    assert late.completion == pytest.approx(late.s_m[-1] / 400.0)


@pytest.mark.parametrize('kind', [Kind.CAR, Kind.BARRIER, Kind.PEDESTRIAN])
def test_a_collision_is_noticed_when_the_boxes_meet_and_ends_the_drive(kind: Kind) -> None:
    world = World(scenario(roles=(standing(60.0, kind),)), 0)
    log = drive(world)
    (hit,) = log.incidents
    assert (hit.kind, hit.instance, hit.body) == (IncidentKind.COLLISION, 1, kind)
    gaps = log.gap_m
    assert gaps[-1] == 0.0
    assert 0.0 < gaps[-2] < 1.1
    length_m = log.tracks.sizes_m[0, 0]
    front_m = world.parameters.length_m - world.parameters.rear_overhang_m
    assert gaps[0] == pytest.approx(60.0 - length_m / 2 - front_m, abs=0.01)


def test_no_step_after_the_end() -> None:
    world = World(scenario(duration_s=0.1), 0)
    drive(world)
    with pytest.raises(InputError, match=r'test/plain ended at 0.10 s \(time over\)'):
        world.step(HANDS_OFF)


def test_leaving_the_road_is_noticed_at_the_first_wheel_and_at_the_last() -> None:
    log = drive(World(scenario(), 0), Action(-0.01, 0.0))
    kinds = [incident.kind for incident in log.incidents]
    assert kinds == [IncidentKind.WHEEL_OFF_ROAD, IncidentKind.LEFT_ROAD]
    world = World(scenario(), 0)
    edge_m = world.road.section.right_edge_m
    first = round(log.incidents[0].time_s / STEP_S)
    assert log.right_wheel_m[first] < edge_m <= log.right_wheel_m[first - 1]
    assert log.left_wheel_m[-1] < edge_m <= log.left_wheel_m[-2]


def test_wheels_are_where_the_pose_says() -> None:
    world = World(scenario(), 5)
    log = drive(world, Action(0.004, 0.0))
    half_m = world.parameters.track_m / 2 + 0.11
    base_m = world.parameters.wheelbase_m
    corners = [(0, half_m), (0, -half_m), (base_m, half_m), (base_m, -half_m)]
    cos, sin = np.cos(log.yaw_rad), np.sin(log.yaw_rad)
    offsets = []
    for x_m, y_m in corners:
        points = np.column_stack(
            [log.x_m + cos * x_m - sin * y_m, log.y_m + sin * x_m + cos * y_m]
        )
        offsets.append(world.road.reference.to_frenet(points)[1])
    np.testing.assert_allclose(log.left_wheel_m, np.max(offsets, axis=0), atol=1e-3)
    np.testing.assert_allclose(log.right_wheel_m, np.min(offsets, axis=0), atol=1e-3)


def test_starts_where_the_scenario_says() -> None:
    start = Start(lane=1, offset_m=exactly(-0.4), heading_rad=exactly(0.03))
    world = World(scenario(start=start), 2)
    log = world.log
    assert log.offset_m[0] == pytest.approx(world.road.lane_offset(1) - 0.4)
    assert log.heading_error_rad[0] == pytest.approx(0.03)
    assert log.s_m[0] == pytest.approx(0.0, abs=1e-9)
    assert world.road_position.s_m == pytest.approx(START_S_M)
    assert log.speed_mps[0] == 20.0


def test_a_command_moves_the_target_lane_and_goes_out_on_arrival() -> None:
    changing = scenario(commands=(TimedCommand(1.0, Command.CHANGE_LEFT),), duration_s=9.0)
    world = World(changing, 0)
    while not world.done:
        world.step(keep_lane(world))
    log = world.log
    assert set(log.lane[:20]) == {0.0}
    assert set(log.lane[20:]) == {1.0}
    left = int(Command.CHANGE_LEFT)
    asked = np.flatnonzero(log.command == left)
    there = np.flatnonzero(np.abs(log.offset_m - log.lane_centre_m) < 0.5)
    assert asked[0] == 20
    assert asked[-1] + 1 == there[there >= 20][0]


def test_a_command_into_no_lane_is_refused() -> None:
    wrong = scenario(commands=(TimedCommand(0.0, Command.CHANGE_RIGHT),))
    with pytest.raises(
        InputError, match='change to the right, but lane 0 has no lane on that side'
    ):
        World(wrong, 0)


def test_the_cruise_control_follows_where_the_driver_would_not_brake() -> None:
    slow = Role(Kind.CAR, exactly(50.0), speed_mps=exactly(10.0), behaviour=Follow())
    follow = scenario(roles=(slow,), duration_s=30.0, layout=Layout(RoadKind.MOTORWAY, ()))
    hit = World(follow, 1)
    kept = World(follow, 1, longitudinal=Longitudinal.ACC)
    for world in (hit, kept):
        while not world.done and world.time_s < 12.0:
            world.step(keep_lane(world))
    assert hit.log.incidents[-1].kind is IncidentKind.COLLISION
    assert kept.log.speed_mps[-1] == pytest.approx(10.0, abs=1.0)
    assert kept.log.gap_m.min() > 8.0


def test_the_log_agrees_with_itself() -> None:
    log = drive(World(scenario(), 7), Action(0.001, -0.5))
    way = np.hypot(np.diff(log.x_m), np.diff(log.y_m))
    np.testing.assert_allclose(
        way, 0.5 * (log.speed_mps[1:] + log.speed_mps[:-1]) * STEP_S, rtol=2e-3
    )
    np.testing.assert_allclose(
        np.diff(log.s_m), way * np.cos(log.heading_error_rad[1:]), rtol=5e-3
    )
    assert np.all(log.commanded_curvature_1pm[:-1] == 0.001)
    assert not log.x_m.flags.writeable


def test_rain_makes_the_road_slippery() -> None:
    dry, wet = (
        World(scenario(conditions=Conditions(weather=weather)), 0)
        for weather in (Weather.CLEAR, Weather.RAIN)
    )
    assert wet.parameters.friction == pytest.approx(0.75 * dry.parameters.friction)
    assert wet.look.weather is Weather.RAIN


def test_glare_has_the_sun_ahead_and_low() -> None:
    for seed in range(8):
        world = World(scenario(conditions=Conditions(glare=Span(0.6, 1.0))), seed)
        ahead = world.ego.pose.yaw_rad
        assert abs(math.remainder(world.look.sun_azimuth_rad - ahead, 2 * math.pi)) < 0.2
        assert world.look.sun_elevation_rad < 0.25
        assert 0.6 <= world.look.glare <= 1.0
