# SPDX-License-Identifier: Apache-2.0
"""Faults in recordings, and the motion between them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.episodes.foreign.cuts import (
    Limits,
    backward_steps,
    gaps,
    odometry_faults,
    overlaps,
    rising,
    split,
)
from training.episodes.foreign.odometry import Odometry, driven, odometry_of, refuse_foreign_twist
from wpt_core.geometry import quaternion_from_rotation, rotation_from_rpy, transform
from wpt_core.types import InputError

LIMITS = Limits()


def straight(*, speed_mps: float = 10.0, count: int = 200, twist: bool = True) -> Odometry:
    """At 20 Hz along x."""
    times_s = 0.05 * np.arange(count)
    zeros = np.zeros(count)
    speeds = np.full(count, speed_mps)
    rates = (speeds, zeros.copy()) if twist else (None, None)
    return Odometry(times_s, speed_mps * times_s, zeros.copy(), zeros.copy(), *rates)


def test_a_sound_drive_has_no_fault() -> None:
    for twist in (True, False):
        for speed_mps in (0.0, 10.0, 45.0, -3.0):
            assert odometry_faults(straight(speed_mps=speed_mps, twist=twist), LIMITS) == ({}, {})


@pytest.mark.parametrize('twist', [True, False])
@pytest.mark.parametrize(('jump_m', 'cut'), [(2.9, False), (3.1, True), (-4.2, True)])
def test_a_jump_is_what_the_speed_does_not_explain(twist: bool, jump_m: float, cut: bool) -> None:
    odometry = straight(twist=twist)
    odometry.x_m[80:] += jump_m
    bad, breaks = odometry_faults(odometry, LIMITS)
    assert not bad
    assert set(breaks) == ({80} if cut else set())
    # At the very ends as well.
    odometry = straight(twist=twist)
    odometry.y_m[-1] += 10.0
    odometry.y_m[0] += 10.0
    assert set(odometry_faults(odometry, LIMITS)[1]) == {1, 199}


def test_a_fast_car_with_slow_odometry_does_not_jump() -> None:
    times_s = 0.2 * np.arange(100)
    zeros = np.zeros(100)
    odometry = Odometry(times_s, 40.0 * times_s, zeros, zeros, zeros + 40.0, zeros)
    assert odometry_faults(odometry, LIMITS) == ({}, {})


def test_a_heading_that_flips_is_a_fault_and_passing_pi_is_none() -> None:
    odometry = straight()
    odometry.yaw_rad[50:] = 1.0
    assert set(odometry_faults(odometry, LIMITS)[1]) == {50}
    odometry.yaw_rad[:50], odometry.yaw_rad[50:] = 3.14, -3.14
    assert odometry_faults(odometry, LIMITS) == ({}, {})


def test_what_is_not_finite_or_too_fast_is_bad_and_hides_no_jump() -> None:
    odometry = straight()
    odometry.x_m[60] = np.nan
    assert odometry.speed_mps is not None
    odometry.speed_mps[120:122] = 400.0
    odometry.x_m[122:] += 9.0
    bad, breaks = odometry_faults(odometry, LIMITS)
    assert set(bad) == {60, 120, 121}
    assert 'not finite' in bad[60]
    assert '400 m/s' in bad[120]
    assert set(breaks) == {122}


def test_gaps_are_longer_than_allowed() -> None:
    times_s = np.array([0.0, 0.3, 0.6, 0.91, 1.0])
    assert gaps(times_s, 0.3001, 'odometry') == {3: 'no odometry for 0.31 s'}


def test_clocks_that_go_back_and_messages_that_come_late() -> None:
    times_s = np.array([0.0, 0.1, 0.2, 0.15, 0.3, -5.0, -4.9, -4.9])
    assert backward_steps(times_s, LIMITS) == [5]
    assert rising(times_s[:5]).tolist() == [True, True, True, False, True]
    assert rising(times_s[5:]).tolist() == [True, True, False]
    assert rising(np.zeros(0)).tolist() == []


@given(
    st.integers(0, 40),
    st.sets(st.integers(0, 39)),
    st.sets(st.integers(1, 39)),
)
def test_runs_are_whole_and_as_long_as_can_be(count: int, bad: set[int], breaks: set[int]) -> None:
    reasons = {i: 'bad' for i in bad if i < count}
    broken = {i: 'break' for i in breaks if i < count}
    runs = split(count, bad=reasons, breaks=broken)
    inside = [i for first, last in runs for i in range(first, last)]
    assert len(set(inside)) == len(inside)
    assert not set(inside) & set(reasons)
    for first, last in runs:
        assert last - first >= 2
        assert not any(first < i < last for i in broken)
    # Two neighbours are in one run unless something stands between them.
    for i in range(count - 1):
        split_episodes = i in reasons or i + 1 in reasons or i + 1 in broken
        assert split_episodes != any(first <= i and i + 1 < last for first, last in runs)


def test_overlaps_of_spans() -> None:
    first, second = [(0.0, 4.0), (5.0, 9.0)], [(1.0, 2.0), (3.0, 6.0), (9.0, 11.0)]
    assert overlaps(first, second) == [(0, 1.0, 2.0), (0, 3.0, 4.0), (1, 5.0, 6.0)]


def test_velocity_of_a_sensor_upside_down_becomes_that_of_the_axle() -> None:
    """A sensor 2 m ahead and 1 m to the left, axes forward-right-down, on a circle to the left."""
    mounted = transform(rotation_from_rpy(np.pi, 0.0, 0.0), [2.0, 1.0, 0.7])
    yaw, rate, speed = 0.4, 0.5, 8.0
    map_from_base = transform(rotation_from_rpy(0.0, 0.0, yaw), [30.0, -20.0, 0.0])
    sensor = map_from_base @ mounted
    # In axes of the car: v + omega x r; then y and z are turned over.
    linear = [speed - rate * 1.0, -(rate * 2.0), 0.0]
    quaternion = quaternion_from_rotation(sensor[:3, :3])
    row = np.concatenate([sensor[:3, 3], quaternion, linear, [0.0, 0.0, -rate]])
    odometry = odometry_of(np.zeros(1), row[None], base_from_odometry=mounted, twist=True)
    assert odometry.speed_mps is not None
    assert odometry.yaw_rate_radps is not None
    found = [odometry.x_m, odometry.y_m, odometry.yaw_rad]
    found += [odometry.speed_mps, odometry.yaw_rate_radps]
    np.testing.assert_allclose(np.concatenate(found), [30.0, -20.0, yaw, speed, rate], atol=1e-9)


def test_height_and_tilt_of_the_axle_are_kept() -> None:
    mounted = transform(rotation_from_rpy(np.pi, 0.0, 0.0), [2.0, 1.0, 0.7])
    map_from_base = transform(rotation_from_rpy(0.05, -0.1, 0.4), [30.0, -20.0, 5.0])
    sensor = map_from_base @ mounted
    row = np.concatenate([sensor[:3, 3], quaternion_from_rotation(sensor[:3, :3]), np.zeros(6)])
    times_s, rows = 0.1 * np.arange(20), np.tile(row, (20, 1))
    found = driven(odometry_of(times_s, rows, base_from_odometry=mounted, twist=True))
    assert found.tilt is not None
    np.testing.assert_allclose(found.tilt, np.tile([5.0, 0.05, -0.1], (len(found.tilt), 1)))
    np.testing.assert_allclose(found.yaw_rad, 0.4)


def test_rows_that_are_no_pose_are_not_finite() -> None:
    rows = np.zeros((3, 13))
    rows[1:, 6] = 1.0
    rows[1, 0] = np.inf
    odometry = odometry_of(np.arange(3.0), rows, base_from_odometry=np.eye(4), twist=True)
    assert np.isnan(odometry.x_m).tolist() == [True, True, False]


def test_motion_is_sampled_evenly_and_differentiated() -> None:
    times_s = np.sort(np.random.default_rng(3).uniform(0.0, 8.0, 400))
    angle = 0.8 * times_s + 3.0
    wrapped = np.arctan2(np.sin(angle), np.cos(angle))
    circle = Odometry(times_s, 9.0 * np.sin(angle), -9.0 * np.cos(angle), wrapped, None, None)
    found = driven(circle)
    np.testing.assert_allclose(np.diff(found.times_s), 0.05)
    assert times_s[-1] - found.times_s[-1] < 0.05
    np.testing.assert_allclose(found.yaw_rad, 0.8 * found.times_s + 3.0, atol=1e-6)
    np.testing.assert_allclose(found.speed_mps, 7.2, rtol=0.02)
    np.testing.assert_allclose(found.yaw_rate_radps, 0.8, rtol=1e-6)


def test_acceleration_is_the_slope_of_the_speed() -> None:
    times_s = 0.02 * np.arange(300)
    zeros = np.zeros(300)
    speeds = 4.0 + 1.2 * times_s
    found = driven(Odometry(times_s, zeros, zeros, zeros, speeds, zeros))
    np.testing.assert_allclose(found.acceleration_mps2, 1.2, atol=1e-9)


def test_a_twist_in_the_frame_of_the_map_is_refused() -> None:
    """It drives north, so its speed along x is 0 in the map."""
    times_s = 0.05 * np.arange(200)
    zeros = np.zeros(200)
    north = Odometry(times_s, zeros, 10.0 * times_s, zeros + np.pi / 2, zeros, zeros)
    with pytest.raises(InputError, match='speed_from: positions'):
        refuse_foreign_twist('bag', [driven(north)])
    refuse_foreign_twist('bag', [driven(straight())])
