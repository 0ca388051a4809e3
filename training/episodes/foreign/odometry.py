# SPDX-License-Identifier: Apache-2.0
"""Motion of `base_link` from recorded poses and velocities."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.episodes.rollout import Driven
from wpt_core.geometry import invert, rotation_from_quaternion
from wpt_core.metrics.trajectory import local_polynomial
from wpt_core.types import InputError

__all__ = [
    'ODOMETRY_TYPES',
    'STEP_S',
    'Odometry',
    'driven',
    'odometry_of',
    'refuse_foreign_twist',
    'row_of',
]

FloatArray = NDArray[np.float64]

ODOMETRY = 'nav_msgs/msg/Odometry'
ODOMETRY_TYPES = (
    ODOMETRY,
    'geometry_msgs/msg/PoseStamped',
    'geometry_msgs/msg/PoseWithCovarianceStamped',
)
STEP_S = 0.05
_SMOOTHING = 11
"""Samples of 50 ms per fit: enough for derivatives of positions with centimetre errors."""
_LEAST_JUDGED_M = 20.0


@dataclass(frozen=True, eq=False, slots=True)
class Odometry:
    """Recorded samples of `base_link`; arrays (N,), not finite where the recording is not."""

    times_s: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    yaw_rad: FloatArray
    """Not unwrapped."""
    speed_mps: FloatArray | None
    """Along the car's axis; None if only poses are used."""
    yaw_rate_radps: FloatArray | None
    tilt: FloatArray | None = None
    """(N, 3): height, roll and pitch of `base_link`; None if unknown."""

    def __len__(self) -> int:
        return len(self.times_s)

    def select(self, which: slice | NDArray[np.bool_] | NDArray[np.int64]) -> 'Odometry':
        """Select samples."""
        speed, rate = self.speed_mps, self.yaw_rate_radps
        return Odometry(
            self.times_s[which],
            self.x_m[which],
            self.y_m[which],
            self.yaw_rad[which],
            None if speed is None else speed[which],
            None if rate is None else rate[which],
            None if self.tilt is None else self.tilt[which],
        )


def row_of(message: Any, type_name: str) -> tuple[float, ...]:
    """Return position, quaternion, linear and angular velocity (13 numbers) of a message."""
    pose = message.pose if type_name == ODOMETRY_TYPES[1] else message.pose.pose
    position, q = pose.position, pose.orientation
    row = (position.x, position.y, position.z, q.x, q.y, q.z, q.w)
    if type_name != ODOMETRY:
        return (*row, *(0.0,) * 6)
    linear, angular = message.twist.twist.linear, message.twist.twist.angular
    return (*row, linear.x, linear.y, linear.z, angular.x, angular.y, angular.z)


def odometry_of(
    times_s: FloatArray, rows: FloatArray, *, base_from_odometry: FloatArray, twist: bool
) -> Odometry:
    """Convert rows (N, 13) of the child frame; use their velocities if `twist`."""
    lengths = np.linalg.norm(rows[:, 3:7], axis=1)
    sound = np.isfinite(rows).all(axis=1) & (lengths > 1e-6)
    rows = np.where(sound[:, None], rows, 0.0)
    quaternions = np.where(sound[:, None], rows[:, 3:7], [0.0, 0.0, 0.0, 1.0])
    turn = rotation_from_quaternion(quaternions)
    child_from_base = invert(base_from_odometry)
    world_from_base = turn @ child_from_base[:3, :3]
    forward, left, up = np.moveaxis(world_from_base, 2, 0)
    places = rows[:, :3] + turn @ child_from_base[:3, 3]
    base_from_child = base_from_odometry[:3, :3].T
    linear, angular = rows[:, 7:10] @ base_from_child, rows[:, 10:] @ base_from_child
    velocity = linear - np.cross(angular, base_from_odometry[:3, 3])
    columns = [places[:, 0], places[:, 1], np.arctan2(forward[:, 1], forward[:, 0])]
    columns += [velocity[:, 0], angular[:, 2]]
    pitch = np.arctan2(-forward[:, 2], np.hypot(forward[:, 0], forward[:, 1]))
    columns += [places[:, 2], np.arctan2(left[:, 2], up[:, 2]), pitch]
    x, y, yaw, speed, rate, *tilt = (np.where(sound, column, np.nan) for column in columns)
    speeds, rates = (speed, rate) if twist else (None, None)
    return Odometry(times_s, x, y, yaw, speeds, rates, np.column_stack(tilt))


def driven(odometry: Odometry) -> Driven:
    """Resample to 20 Hz; samples must be finite, without gaps of more than half a second."""
    span_s = odometry.times_s[-1] - odometry.times_s[0]
    times_s = odometry.times_s[0] + STEP_S * np.arange(int(span_s / STEP_S + 1e-6) + 1)
    yaws = np.unwrap(odometry.yaw_rad)
    x, y, yaw = (
        np.interp(times_s, odometry.times_s, column)
        for column in (odometry.x_m, odometry.y_m, yaws)
    )
    if odometry.speed_mps is None or odometry.yaw_rate_radps is None:
        ahead = _slope(x) * np.cos(yaw) + _slope(y) * np.sin(yaw)
        speed, rate = ahead, _slope(yaw)
    else:
        speed = np.interp(times_s, odometry.times_s, odometry.speed_mps)
        rate = np.interp(times_s, odometry.times_s, odometry.yaw_rate_radps)
    tilt = odometry.tilt
    if tilt is not None:
        columns = [np.interp(times_s, odometry.times_s, column) for column in tilt.T]
        tilt = np.column_stack(columns)
    return Driven(times_s, x, y, yaw, speed, _slope(speed), rate, tilt)


def refuse_foreign_twist(path: str, drives: list[Driven]) -> None:
    """Raise InputError if twist and positions give different distances.

    Many publishers use the map frame or zeros; the standard is the child frame.
    """
    by_twist = sum(float(np.abs(drive.speed_mps).sum()) * STEP_S for drive in drives)
    by_places = 0.0
    for drive in drives:
        # Steps of a second, because noise of positions lengthens short ones.
        each = slice(None, None, round(1.0 / STEP_S))
        steps_m = np.hypot(np.diff(drive.x_m[each]), np.diff(drive.y_m[each]))
        by_places += float(steps_m.sum())
    if by_places > _LEAST_JUDGED_M and not 0.8 < by_twist / by_places < 1.25:
        raise InputError(
            f'{path}: by the twist of the odometry the car drove {by_twist:.0f} m, by its '
            f'positions {by_places:.0f} m; if the twist is not in the frame of the car, set '
            'speed_from: positions in the mapping'
        )


def _slope(values: FloatArray) -> FloatArray:
    return local_polynomial(values, STEP_S, window=_SMOOTHING, order=2, derivative=1)
