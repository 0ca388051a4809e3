# SPDX-License-Identifier: Apache-2.0
"""Quaternions as tf_transformations has them, by that package or by our own geometry.

Angles are roll, pitch, yaw about fixed axes (its `sxyz`); quaternions are x, y, z, w, and may come
with either sign, as both mean the same.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from wpt_core.geometry import (
    FloatArray,
    motion_from,
    quaternion_from_rotation,
    rotation_from_quaternion,
    rotation_from_rpy,
    rpy_from_rotation,
)

__all__ = [
    'euler_from_quaternion',
    'own_euler_from_quaternion',
    'own_quaternion_from_euler',
    'own_quaternion_matrix',
    'quaternion_from_euler',
    'quaternion_matrix',
]

_AT_ZERO = (0.0, 0.0, 0.0)


def own_quaternion_from_euler(roll_rad: float, pitch_rad: float, yaw_rad: float) -> FloatArray:
    """(4,)."""
    return quaternion_from_rotation(rotation_from_rpy(roll_rad, pitch_rad, yaw_rad))


def own_euler_from_quaternion(quaternion: Sequence[float]) -> tuple[float, float, float]:
    """Roll, pitch, yaw; InputError for a quaternion that is zero or not finite."""
    return rpy_from_rotation(rotation_from_quaternion(quaternion))


def own_quaternion_matrix(quaternion: Sequence[float]) -> FloatArray:
    """(4, 4) that only turns; InputError for a quaternion that is zero or not finite."""
    return motion_from(_AT_ZERO, quaternion)


if find_spec('tf_transformations') is None:
    quaternion_from_euler = own_quaternion_from_euler
    euler_from_quaternion = own_euler_from_quaternion
    quaternion_matrix = own_quaternion_matrix
else:
    _package = import_module('tf_transformations')

    def quaternion_from_euler(roll_rad: float, pitch_rad: float, yaw_rad: float) -> FloatArray:
        return np.asarray(_package.quaternion_from_euler(roll_rad, pitch_rad, yaw_rad), np.float64)

    def euler_from_quaternion(quaternion: Sequence[float]) -> tuple[float, float, float]:
        rotation_from_quaternion(quaternion)  # it takes zero for the identity; we do not
        roll_rad, pitch_rad, yaw_rad = _package.euler_from_quaternion(quaternion)
        return float(roll_rad), float(pitch_rad), float(yaw_rad)

    def quaternion_matrix(quaternion: Sequence[float]) -> FloatArray:
        rotation_from_quaternion(quaternion)
        return np.asarray(_package.quaternion_matrix(quaternion), np.float64)
