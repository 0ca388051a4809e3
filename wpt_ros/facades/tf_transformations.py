# SPDX-License-Identifier: Apache-2.0
"""Quaternions, yaws and matrices: by tf_transformations if it works, else by our own code.

Quaternions are (x, y, z, w); both signs are the same rotation.
"""

import math
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

import numpy as np

from wpt_core.geometry import FloatArray, quaternion_from_rotation, rigid_transform
from wpt_core.types import InputError

__all__ = ['matrix_from', 'package', 'quaternion_from_matrix', 'quaternion_from_yaw', 'yaw_from']

Quaternion: TypeAlias = tuple[float, float, float, float]


@cache
def package() -> Any | None:
    """tf_transformations, imported at the first use; None where it cannot be imported.

    The gate imports this file and uses none of it, so a broken package cannot stop the gate.
    """
    try:
        return import_module('tf_transformations')
    except (ImportError, AttributeError):
        # AttributeError: transforms3d before 0.4 uses names that NumPy 1.24 removed.
        return None


def yaw_from(quaternion: Sequence[float]) -> float:
    """Yaw in rad; InputError for a quaternion that is zero or not finite."""
    x, y, z, w = unit = _unit(quaternion)
    found = package()
    if found is not None:
        return float(found.euler_from_quaternion(unit)[2])
    return math.atan2(2.0 * (w * z + x * y), w * w + x * x - y * y - z * z)


def quaternion_from_yaw(yaw_rad: float) -> Quaternion:
    """Of a rotation about z."""
    found = package()
    if found is not None:
        return _floats(found.quaternion_from_euler(0.0, 0.0, yaw_rad))
    return 0.0, 0.0, math.sin(0.5 * yaw_rad), math.cos(0.5 * yaw_rad)


def quaternion_from_matrix(motion: FloatArray) -> Quaternion:
    """Of the rotation in a (4, 4) motion."""
    found = package()
    if found is not None:
        return _floats(found.quaternion_from_matrix(motion))
    return _floats(quaternion_from_rotation(motion[:3, :3]))


def matrix_from(position_m: Sequence[float], quaternion: Sequence[float]) -> FloatArray:
    """(4, 4) `parent_from_child`; InputError for what is not finite, and a quaternion of zeros."""
    found = package()
    if found is None:
        return rigid_transform(position_m, quaternion)
    motion = np.asarray(found.quaternion_matrix(_unit(quaternion)), np.float64)
    motion[:3, 3] = position_m
    if not np.isfinite(motion).all():
        raise InputError(f'a position must be finite, got {list(position_m)}')
    return motion


def _unit(quaternion: Sequence[float]) -> Quaternion:
    # The package takes a quaternion of zeros for the identity.
    length = math.hypot(*quaternion)
    if not (math.isfinite(length) and length > 0.0):
        raise InputError(
            f'a quaternion (x, y, z, w) must be finite and not zero, got {list(quaternion)}; '
            'the identity is (0, 0, 0, 1)'
        )
    return _floats([one / length for one in quaternion])


def _floats(numbers: Iterable[float]) -> Quaternion:
    x, y, z, w = map(float, numbers)
    return x, y, z, w
