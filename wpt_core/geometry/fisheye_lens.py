# SPDX-License-Identifier: Apache-2.0
"""Fisheye lenses: the distance from the centre is a polynomial in the angle from the axis.

The model of `cv2.fisheye` and of `equidistant` in `sensor_msgs/CameraInfo` (Kannala-Brandt).
OpenCV computes the angle from x / z and so mirrors points behind the lens into the image; here
it is computed from both, which is correct beyond 90 degrees. Where the polynomial stops rising,
the functions return NaN.
"""

import math
from functools import lru_cache

import numpy as np

from wpt_core.geometry.polynomial_lens import WIDEST
from wpt_core.geometry.transforms import FloatArray

__all__ = ['angle_at', 'plane_from', 'seen_from']

_TOLERANCE = 1e-13
_ITERATIONS = 20

Coefficients = tuple[float, ...]
"""k1, k2, k3, k4."""


def seen_from(coefficients: Coefficients, directions: FloatArray) -> FloatArray:
    """Project directions (..., 3) of any length to (..., 2) in focal lengths."""
    aside, z = directions[..., :2], directions[..., 2]
    sine = np.hypot(aside[..., 0], aside[..., 1])
    angle_rad = np.arctan2(sine, z)
    radius, _ = _bend(coefficients, angle_rad)
    # The axis maps to the centre; the direction exactly behind is undefined.
    known = (angle_rad < _fold_rad(coefficients)) & ((sine > 0.0) | (z > 0.0))
    scale = np.where(known, radius / np.where(sine > 0.0, sine, 1.0), np.nan)
    seen: FloatArray = aside * scale[..., None]
    return seen


def plane_from(coefficients: Coefficients, seen: FloatArray) -> FloatArray:
    """Invert the projection to points (..., 2) of the plane z = 1; NaN where there is none."""
    radius = np.hypot(seen[..., 0], seen[..., 1])
    angle_rad = angle_at(coefficients, radius)
    ahead = np.where(angle_rad < math.atan(WIDEST), angle_rad, np.nan)
    stretch = np.where(radius > 0.0, np.tan(ahead) / np.where(radius > 0.0, radius, 1.0), 1.0)
    plane: FloatArray = seen * stretch[..., None]
    return plane


def angle_at(coefficients: Coefficients, radius: FloatArray) -> FloatArray:
    """Return the angle (...) from the axis at these distances from the centre; NaN if none."""
    angles_rad = np.linspace(0.0, _fold_rad(coefficients), 1024)
    angle_rad = np.interp(radius, _bend(coefficients, angles_rad)[0], angles_rad)
    for _ in range(_ITERATIONS):
        bent, slope = _bend(coefficients, angle_rad)
        error = bent - radius
        if np.nanmax(np.abs(error), initial=0.0) <= _TOLERANCE:
            break
        step = error / np.where(np.abs(slope) > 1e-9, slope, np.nan)
        angle_rad = np.where(np.abs(error) > _TOLERANCE, angle_rad - step, angle_rad)
    reached = np.abs(_bend(coefficients, angle_rad)[0] - radius) < 1e2 * _TOLERANCE
    within = (angle_rad >= 0.0) & (angle_rad < _fold_rad(coefficients))
    return np.where(reached & within, angle_rad, np.nan)


@lru_cache
def _fold_rad(coefficients: Coefficients) -> float:
    """Return the angle at which the polynomial stops rising, at most 180°."""
    low, high = 0.0, np.pi
    for _ in range(4):
        angles_rad = np.linspace(low, high, 2049)
        falling = _bend(coefficients, angles_rad)[1] <= 0.0
        if not falling.any():
            return high
        first = int(np.argmax(falling))
        low, high = angles_rad[first - 1], angles_rad[first]
    return float(low)


def _bend(coefficients: Coefficients, angle_rad: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the distance from the centre and its derivative."""
    k1, k2, k3, k4 = coefficients
    t2 = angle_rad * angle_rad
    radius = angle_rad * (1 + t2 * (k1 + t2 * (k2 + t2 * (k3 + t2 * k4))))
    slope = 1 + t2 * (3 * k1 + t2 * (5 * k2 + t2 * (7 * k3 + t2 * 9 * k4)))
    return radius, slope
