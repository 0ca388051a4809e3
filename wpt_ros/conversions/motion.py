# SPDX-License-Identifier: Apache-2.0
"""`nav_msgs/Odometry` to and from the motion of `base_link`."""

import math

import numpy as np
from geometry_msgs.msg import Point, Quaternion, Vector3
from nav_msgs.msg import Odometry

from wpt_core.safety import Motion
from wpt_core.types import Bounds, EgoState, InputError, Pose2
from wpt_ros.conversions.stamps import seconds, stamp_of
from wpt_ros.facades.tf_transformations import quaternion_from_yaw, yaw_from

__all__ = ['ego_of', 'motion_of', 'odometry_message']

_ROLLING_MPS = 0.5
"""Below this speed the curvature is 0, as yaw rate over speed would be noise."""
_SPEED_MPS = Bounds(-100.0, 100.0)
_YAW_RATE_RADPS = Bounds(-20.0, 20.0)
_CURVATURE_1PM = Bounds(-1.0, 1.0)
_PLACE_M = Bounds(-1e8, 1e8)
"""Farther than around the earth, so that map coordinates are valid."""
_POSE_VARIANCES = (1e-2, 1e-2, 1e-2, 1e-4, 1e-4, 1e-4)
"""m² of x, y, z and rad² about them."""
_TWIST_VARIANCES = (1e-3, 1e-3, 1e-3, 1e-5, 1e-5, 1e-5)
"""(m/s)² along x, y, z and (rad/s)² about them."""


def motion_of(message: Odometry) -> Motion:
    """Return the motion unchecked; the gate checks it."""
    pose, twist = message.pose.pose, message.twist.twist
    q, where = pose.orientation, pose.position
    return Motion(
        stamp_s=seconds(message.header.stamp),
        speed_mps=twist.linear.x,
        yaw_rate_radps=twist.angular.z,
        x_m=where.x,
        y_m=where.y,
        yaw_rad=_yaw_rad(q.x, q.y, q.z, q.w),
    )


def _yaw_rad(x: float, y: float, z: float, w: float) -> float:
    """Return the yaw of a quaternion of any length; NaN for zeros, which are no rotation."""
    if x == y == z == w == 0.0:
        return math.nan
    return math.atan2(2.0 * (w * z + x * y), w * w + x * x - y * y - z * z)


def ego_of(message: Odometry) -> EgoState:
    """Return the motion; raise InputError for an implausible value or an invalid quaternion.

    The message holds no acceleration, so it is 0.
    """
    motion = motion_of(message)
    if not motion.finite:
        raise InputError('odometry holds a number that is not finite; repair its source')
    rolls = abs(motion.speed_mps) > _ROLLING_MPS
    curvature_1pm = motion.yaw_rate_radps / motion.speed_mps if rolls else 0.0
    _SPEED_MPS.check('twist.linear.x of odometry', motion.speed_mps)
    _YAW_RATE_RADPS.check('twist.angular.z of odometry', motion.yaw_rate_radps)
    _CURVATURE_1PM.check('twist.angular.z / twist.linear.x of odometry', curvature_1pm)
    _PLACE_M.check('pose.position.x of odometry', motion.x_m)
    _PLACE_M.check('pose.position.y of odometry', motion.y_m)
    q = message.pose.pose.orientation
    return EgoState(
        stamp_s=motion.stamp_s,
        pose=Pose2(motion.x_m, motion.y_m, yaw_from((q.x, q.y, q.z, q.w))),
        speed_mps=motion.speed_mps,
        acceleration_mps2=0.0,
        yaw_rate_radps=motion.yaw_rate_radps,
        curvature_1pm=curvature_1pm,
    )


def odometry_message(ego: EgoState, *, frame_id: str = 'odom') -> Odometry:
    """Return pose in `frame_id` and twist of `base_link`, with covariances of good odometry."""
    message = Odometry(child_frame_id='base_link')
    message.header.stamp, message.header.frame_id = stamp_of(ego.stamp_s), frame_id
    pose = ego.pose
    x, y, z, w = quaternion_from_yaw(pose.yaw_rad)
    message.pose.pose.position = Point(x=pose.x_m, y=pose.y_m)
    message.pose.pose.orientation = Quaternion(x=x, y=y, z=z, w=w)
    message.pose.covariance = np.diag(_POSE_VARIANCES).ravel()
    message.twist.covariance = np.diag(_TWIST_VARIANCES).ravel()
    message.twist.twist.linear = Vector3(x=ego.speed_mps)
    message.twist.twist.angular = Vector3(z=ego.yaw_rate_radps)
    return message
