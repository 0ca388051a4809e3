# SPDX-License-Identifier: Apache-2.0
"""No false alarm in a minute of a real car and with a real INS of a parked one."""

import math
from pathlib import Path

import numpy as np

from wpt_core.bags import Bag
from wpt_core.safety import Motion, OdometryCheck, OdometrySettings
from wpt_core.vehicle import Chassis

SEGMENT = Path('comma2k19_example1/Example_1/b0c9d2329ad1606b_2018-08-02--08-34-47/40')


def check() -> OdometryCheck:
    return OdometryCheck(OdometrySettings(), Chassis())


def test_speed_of_the_wheels_with_poses_of_the_satellites(recordings: Path) -> None:
    poses, speeds = recordings / SEGMENT / 'global_pose', 'processed_log/CAN/speed'
    time_s, place_m, velocity_mps = (
        np.load(poses / f'frame_{name}') for name in ('times', 'positions', 'velocities')
    )
    up = place_m[0] / np.linalg.norm(place_m[0])
    east = np.cross((0.0, 0.0, 1.0), up)
    east /= np.linalg.norm(east)
    plane = np.stack([east, np.cross(up, east)])
    place_m, velocity_mps = (place_m - place_m[0]) @ plane.T, velocity_mps @ plane.T
    yaw_rad = np.unwrap(np.arctan2(velocity_mps[:, 1], velocity_mps[:, 0]))
    yaw_rate_radps = np.convolve(np.gradient(yaw_rad, time_s), np.ones(5) / 5, 'same')
    can_s, can_mps = (np.load(recordings / SEGMENT / speeds / name) for name in ('t', 'value'))
    speed_mps = np.interp(time_s, can_s, can_mps.ravel())
    checked = check()
    rows = np.column_stack([time_s, speed_mps, yaw_rate_radps, place_m, yaw_rad])
    assert [checked.take(Motion(*row)) for row in rows.tolist()] == [None] * len(rows)


def test_an_ins_of_a_parked_car(recordings: Path) -> None:
    checked, found = check(), []
    with Bag.open(recordings / 'rosbag2_mcity_ins' / 'start_position_A') as bag:
        for message in bag.messages(['/ins/odometry']):
            told = message.message
            pose, twist, stamp = told.pose.pose, told.twist.twist, told.header.stamp
            yaw_rad = 2.0 * math.atan2(pose.orientation.z, pose.orientation.w)
            place = pose.position.x, pose.position.y
            stamp_s = stamp.sec + 1e-9 * stamp.nanosec
            moved = Motion(stamp_s, twist.linear.x, twist.angular.z, *place, yaw_rad)
            found.append(checked.take(moved))
    assert found == [None] * 1263
