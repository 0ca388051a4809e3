# SPDX-License-Identifier: Apache-2.0
"""Rotations in 3D: matrices, roll-pitch-yaw and quaternions, as in REP-103."""

from math import atan2, cos, hypot, sin

import numpy as np
from numpy.typing import ArrayLike

from wpt_core.geometry.transforms import FloatArray
from wpt_core.types import InputError

__all__ = [
    'BASE_FROM_OPTICAL_AXES',
    'quaternion_from_rotation',
    'rotation_from_quaternion',
    'rotation_from_rpy',
    'rpy_from_rotation',
]

BASE_FROM_OPTICAL_AXES: FloatArray = np.array(
    [[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]
)
"""Optical axes (x right, y down, z forward) in a frame with x forward and y left."""
BASE_FROM_OPTICAL_AXES.setflags(write=False)

_GIMBAL_LOCK = 1e-9
"""Below this cosine of the pitch, roll and yaw are not distinguishable."""


def rotation_from_rpy(roll_rad: float, pitch_rad: float, yaw_rad: float) -> FloatArray:
    """(3, 3) Rz(yaw) Ry(pitch) Rx(roll): turns about the fixed axes x, then y, then z."""
    cr, sr = cos(roll_rad), sin(roll_rad)
    cp, sp = cos(pitch_rad), sin(pitch_rad)
    cy, sy = cos(yaw_rad), sin(yaw_rad)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def rpy_from_rotation(rotation: FloatArray) -> tuple[float, float, float]:
    """Return roll, pitch in [-pi/2, pi/2] and yaw; in gimbal lock roll is 0."""
    r = rotation.tolist()
    cos_pitch = hypot(r[0][0], r[1][0])
    pitch = atan2(-r[2][0], cos_pitch)
    if cos_pitch < _GIMBAL_LOCK:
        return 0.0, pitch, atan2(-r[0][1], r[1][1])
    return atan2(r[2][1], r[2][2]), pitch, atan2(r[1][0], r[0][0])


def rotation_from_quaternion(quaternions: ArrayLike) -> FloatArray:
    """(..., 3, 3) of quaternions (..., 4) in the order x, y, z, w; any length but zero."""
    q = np.asarray(quaternions, dtype=np.float64)
    norm = np.linalg.norm(q, axis=-1, keepdims=True)
    if not np.all(np.isfinite(norm) & (norm > 0.0)):
        raise InputError(
            f'A quaternion (x, y, z, w) must be finite and not zero, but got {q.tolist()}; '
            'the identity is (0, 0, 0, 1).'
        )
    x, y, z, w = np.moveaxis(q / norm, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def quaternion_from_rotation(rotations: FloatArray) -> FloatArray:
    """Unit quaternions (..., 4) in the order x, y, z, w, with w >= 0, of rotations (..., 3, 3)."""
    r = np.moveaxis(np.asarray(rotations, dtype=np.float64), (-2, -1), (0, 1))
    # Four times the outer product of the quaternion with itself; each row is a multiple of it,
    # and the row with the largest diagonal entry is the best conditioned.
    xy, xz, yz = r[1, 0] + r[0, 1], r[2, 0] + r[0, 2], r[2, 1] + r[1, 2]
    xw, yw, zw = r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]
    xx, yy, zz = r[0, 0], r[1, 1], r[2, 2]
    outer = np.stack(
        [
            np.stack([1 + xx - yy - zz, xy, xz, xw], axis=-1),
            np.stack([xy, 1 - xx + yy - zz, yz, yw], axis=-1),
            np.stack([xz, yz, 1 - xx - yy + zz, zw], axis=-1),
            np.stack([xw, yw, zw, 1 + xx + yy + zz], axis=-1),
        ],
        axis=-2,
    )
    best = np.argmax(np.diagonal(outer, axis1=-2, axis2=-1), axis=-1)
    q = np.take_along_axis(outer, best[..., None, None], axis=-2)[..., 0, :]
    q = np.where(q[..., 3:] < 0, -q, q)
    unit: FloatArray = q / np.linalg.norm(q, axis=-1, keepdims=True)
    return unit
