# SPDX-License-Identifier: Apache-2.0
"""Rigid transforms in 2D and 3D, with one convention for both.

`target_from_source` maps the coordinates of a point in `source` to its coordinates in `target`.
The pose of a body in a parent frame is the transform `parent_from_body`.
"""

from math import ceil, cos, pi, sin
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wpt_core.types import Pose2

__all__ = [
    'FloatArray',
    'apply',
    'compose',
    'inverse',
    'invert',
    'lift',
    'pose_matrix',
    'transform',
    'transform_points',
    'wrap_angle',
]

FloatArray: TypeAlias = NDArray[np.float64]


@overload
def wrap_angle(rad: float) -> float: ...
@overload
def wrap_angle(rad: FloatArray) -> FloatArray: ...
def wrap_angle(rad: float | FloatArray) -> float | FloatArray:
    """Wrap an angle to (-pi, pi]; values in the range are returned unchanged."""
    if isinstance(rad, np.ndarray):
        turned = rad - 2 * pi * np.ceil((rad - pi) / (2 * pi))
        # Rounding can leave a large angle just outside the half-open range.
        turned = np.where(turned <= -pi, pi, np.minimum(turned, pi))
        return np.where((rad > -pi) & (rad <= pi), rad, turned)
    if -pi < rad <= pi:
        return rad
    value = rad - 2 * pi * ceil((rad - pi) / (2 * pi))
    return pi if value <= -pi else min(value, pi)


def compose(parent_from_a: Pose2, a_from_b: Pose2) -> Pose2:
    """Return `parent_from_b`: first `a_from_b`, then `parent_from_a`."""
    c, s = cos(parent_from_a.yaw_rad), sin(parent_from_a.yaw_rad)
    return Pose2(
        parent_from_a.x_m + c * a_from_b.x_m - s * a_from_b.y_m,
        parent_from_a.y_m + s * a_from_b.x_m + c * a_from_b.y_m,
        wrap_angle(parent_from_a.yaw_rad + a_from_b.yaw_rad),
    )


def inverse(pose: Pose2) -> Pose2:
    """Return `body_from_parent`."""
    c, s = cos(pose.yaw_rad), sin(pose.yaw_rad)
    return Pose2(
        -c * pose.x_m - s * pose.y_m,
        s * pose.x_m - c * pose.y_m,
        wrap_angle(-pose.yaw_rad),
    )


def pose_matrix(pose: Pose2) -> FloatArray:
    """Return the homogeneous (3, 3) `parent_from_body`."""
    c, s = cos(pose.yaw_rad), sin(pose.yaw_rad)
    return np.array([[c, -s, pose.x_m], [s, c, pose.y_m], [0.0, 0.0, 1.0]])


def transform_points(parent_from_body: Pose2, points_in_body: ArrayLike) -> FloatArray:
    """Transform points (..., 2) from the body to the parent frame."""
    points = np.asarray(points_in_body, dtype=np.float64)
    c, s = cos(parent_from_body.yaw_rad), sin(parent_from_body.yaw_rad)
    x, y = points[..., 0], points[..., 1]
    return np.stack(
        [parent_from_body.x_m + c * x - s * y, parent_from_body.y_m + s * x + c * y], axis=-1
    )


def transform(rotation: ArrayLike, translation: ArrayLike) -> FloatArray:
    """Return (4, 4) `target_from_source` that rotates by (3, 3), then translates."""
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = translation
    return matrix


def invert(target_from_source: FloatArray) -> FloatArray:
    """Return `source_from_target` of rigid transforms (..., 4, 4)."""
    turned = np.swapaxes(target_from_source[..., :3, :3], -1, -2)
    result = np.zeros_like(target_from_source, dtype=np.float64)
    result[..., :3, :3] = turned
    result[..., :3, 3] = -(turned @ target_from_source[..., :3, 3:])[..., 0]
    result[..., 3, 3] = 1.0
    return result


def apply(target_from_source: FloatArray, points_in_source: ArrayLike) -> FloatArray:
    """Transform points (..., 3) from the source to the target frame."""
    points = np.asarray(points_in_source, dtype=np.float64)
    moved: FloatArray = points @ target_from_source[:3, :3].T + target_from_source[:3, 3]
    return moved


def lift(pose: Pose2, z_m: float = 0.0) -> FloatArray:
    """Return the (4, 4) transform of a planar pose at height `z_m`."""
    c, s = cos(pose.yaw_rad), sin(pose.yaw_rad)
    return transform([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]], [pose.x_m, pose.y_m, z_m])
