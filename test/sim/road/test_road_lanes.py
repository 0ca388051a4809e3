# SPDX-License-Identifier: Apache-2.0
"""Lanes of a road: where they are, which way they run, and where the paved width ends."""

from math import pi

import numpy as np
import pytest

from wpt_core.geometry import wrap_angle
from wpt_core.types import InputError
from wpt_sim.road import (
    Arc,
    Clothoid,
    CrossSection,
    Road,
    Straight,
    city,
    country,
    motorway,
    reference_line,
)

STRAIGHT = reference_line([Straight(200.0)])
LEFT_BEND = reference_line([Arc(50.0, 100.0)])


def bent_road() -> Road:
    line = reference_line([Straight(30.0), Clothoid(40.0, 0.0, 1 / 60), Arc(60.0, 50.0)])
    return Road(line, country(lane_m=3.5), 20.0)


def test_right_hand_traffic_on_a_straight_country_road() -> None:
    road = Road(STRAIGHT, country(lane_m=3.5), 20.0)
    with_us, against_us = road.lane_pose(0, 10.0), road.lane_pose(1, 10.0)
    assert (with_us.x_m, with_us.y_m, with_us.yaw_rad) == pytest.approx((10.0, -1.75, 0.0))
    assert (against_us.x_m, against_us.y_m) == pytest.approx((10.0, 1.75))
    assert abs(against_us.yaw_rad) == pytest.approx(pi)
    np.testing.assert_allclose(road.lane_path(0).points_m[[0, -1]], [[0, -1.75], [200, -1.75]])
    np.testing.assert_allclose(road.lane_path(1).points_m[[0, -1]], [[200, 1.75], [0, 1.75]])


def test_a_lane_in_a_bend_is_a_circle_of_its_own_radius() -> None:
    road = Road(LEFT_BEND, country(lane_m=3.0), 15.0)
    for index, radius_m in ((0, 51.5), (1, 48.5)):
        lane = road.lane_path(index)
        assert lane.length_m == pytest.approx(2.0 * radius_m)
        np.testing.assert_allclose(np.hypot(*(lane.points_m - [0.0, 50.0]).T), radius_m)
        hand = 1 if index == 0 else -1
        np.testing.assert_allclose(lane.curvatures_1pm, hand / radius_m)


def test_poses_and_paths_of_a_lane_agree_all_along_a_road() -> None:
    road = bent_road()
    for index in (0, 1):
        lane = road.lane_path(index)
        for s_m in np.linspace(1.0, road.length_m - 1.0, 23).tolist():
            pose = road.lane_pose(index, s_m)
            on_lane_m, offset_m = lane.to_frenet([pose.x_m, pose.y_m])
            assert offset_m == pytest.approx(0.0, abs=1e-5)
            beside = lane.pose_at(float(on_lane_m))
            assert wrap_angle(beside.yaw_rad - pose.yaw_rad) == pytest.approx(0.0, abs=1e-4)


def test_offsets_of_lanes() -> None:
    road = Road(STRAIGHT, motorway(3, lane_m=3.6), 36.0)
    assert [road.lane_offset(i) for i in range(3)] == pytest.approx([-3.6, 0.0, 3.6])


@pytest.mark.parametrize(
    ('section', 'index', 'left', 'expected'),
    [
        (motorway(3), 0, True, 1),
        (motorway(3), 2, True, None),
        (motorway(3), 0, False, None),
        (motorway(3), 2, False, 1),
        (country(), 0, True, None),
        (country(), 1, True, None),
        (city(2), 1, True, None),
        (city(2), 1, False, 0),
        (city(2), 0, True, 1),
        (city(2), 3, True, 2),
        (city(2), 2, False, 3),
        (city(2), 2, True, None),
    ],
)
def test_neighbours_are_counted_from_the_drivers_seat(
    section: CrossSection, index: int, left: bool, expected: int | None
) -> None:
    road = Road(STRAIGHT, section, 20.0)
    assert road.neighbour(index, left=left) == expected


def test_a_bend_inside_the_paved_width_is_refused_on_the_inner_side_only() -> None:
    section = motorway(2, lane_m=3.75, edge_line_m=0.3, shoulder_m=2.5)
    assert (section.right_edge_m, section.left_edge_m) == pytest.approx((-6.55, 4.55))
    assert Road(reference_line([Arc(5.0, 5.0)]), section, 10.0).length_m == pytest.approx(5.0)
    with pytest.raises(InputError, match=r'reaches 6.55 m .* bend of radius 5 m'):
        Road(reference_line([Arc(50.0, 5.0), Arc(-5.0, 5.0)]), section, 10.0)
    with pytest.raises(InputError, match=r'reaches 4.55 m .* bend of radius 4 m'):
        Road(reference_line([Arc(4.0, 5.0)]), section, 10.0)


@pytest.mark.parametrize('index', [-1, 2])
def test_a_lane_that_does_not_exist_is_named(index: int) -> None:
    road = bent_road()
    for ask in (road.lane_offset, road.lane_path):
        with pytest.raises(InputError, match=rf'lane {index} does not exist; .* 0 .* to 1'):
            ask(index)


@pytest.mark.parametrize('speed', [0.0, -3.0, float('nan')])
def test_a_speed_limit_is_a_speed(speed: float) -> None:
    with pytest.raises(InputError, match='speed_limit_mps'):
        Road(STRAIGHT, country(), speed)
