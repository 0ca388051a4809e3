# SPDX-License-Identifier: Apache-2.0
"""The way driven lies behind the car, however it has turned."""

import math

import numpy as np
import pytest

pytest.importorskip('wpt_msgs', reason='wpt_msgs cannot be imported; ./wpt test brings it')

from wpt_core.types import EgoState, Pose2
from wpt_ros.parts.snapshot import SnapshotBuffer, Trail


def at(stamp_s: float, x_m: float, y_m: float, yaw_rad: float) -> EgoState:
    return EgoState(stamp_s, Pose2(x_m, y_m, yaw_rad), 10.0, 0.0, 0.0, 0.0)


def circled(radius_m: float, turned_rad: float) -> Trail:
    """A car that has driven on a circle to the left, from the origin on."""
    trail = Trail()
    for step, angle in enumerate(np.linspace(0.0, turned_rad, 200)):
        where_m = radius_m * math.sin(angle), radius_m * (1.0 - math.cos(angle))
        trail.take(at(0.05 * step, *where_m, angle))
    return trail


@pytest.mark.parametrize('turned_rad', [0.6, 1.5, 1.9])
def test_a_circle_to_the_left_lies_to_the_left_behind(turned_rad: float) -> None:
    in_base_link_m = circled(30.0, turned_rad).in_base_link_m()
    assert in_base_link_m is not None
    np.testing.assert_allclose(
        np.hypot(in_base_link_m[:, 0], in_base_link_m[:, 1] - 30.0), 30.0, atol=1e-6
    )
    np.testing.assert_allclose(in_base_link_m[-1], 0.0, atol=1e-9)
    begun = [-30.0 * math.sin(turned_rad), 30.0 * (1.0 - math.cos(turned_rad))]
    np.testing.assert_allclose(in_base_link_m[0], begun, atol=1e-6)


def test_only_the_last_of_it_is_kept() -> None:
    in_base_link_m = circled(500.0, 1.0).in_base_link_m()
    assert in_base_link_m is not None
    # Each of the 200 moments is 2.5 m further.
    assert np.hypot(*np.diff(in_base_link_m, axis=0).T).sum() == pytest.approx(119 * 2.5, rel=0.01)


@pytest.mark.parametrize('jump', [at(11.0, 500.0, 0.0, 0.0), at(0.0, 9.9, 0.0, 0.0)])
def test_a_jump_in_place_or_time_begins_anew(jump: EgoState) -> None:
    trail = Trail()
    for step in range(20):
        trail.take(at(10.0 + 0.05 * step, 0.5 * step, 0.0, 0.0))
    assert trail.in_base_link_m() is not None
    trail.take(jump)
    assert trail.in_base_link_m() is None


def test_who_stands_has_no_trail_and_old_odometry_none_either() -> None:
    buffer = SnapshotBuffer()
    for step in range(20):
        buffer.trail.take(at(0.05 * step, 0.0, 0.0, 0.0))
        buffer.speed_mps.take(0.0, 0.05 * step)
    assert buffer.at(1.0).driven_m is None
    for step in range(20, 40):
        buffer.trail.take(at(0.05 * step, 0.5 * step - 9.5, 0.0, 0.0))
        buffer.speed_mps.take(10.0, 0.05 * step)
    assert buffer.at(2.0).driven_m is not None
    assert buffer.at(9.0).driven_m is None
