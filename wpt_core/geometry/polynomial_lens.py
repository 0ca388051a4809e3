# SPDX-License-Identifier: Apache-2.0
"""Lenses that distort by a polynomial in the distance from the axis on the plane z = 1.

Brown-Conrady (`plumb_bob`), and the same divided by a second polynomial (`rational_polynomial`).
Far from the axis a polynomial folds back on itself: points well outside the image would land
inside it. Past that fold the functions return NaN. OpenCV computes the same inside the fold, but
does not detect it.
"""

from functools import lru_cache

import numpy as np

from wpt_core.geometry.transforms import FloatArray

__all__ = ['WIDEST', 'distorted', 'seen_from', 'undistorted']

WIDEST = 20.0
"""Largest radius of a distorted lens on the plane z = 1: 87 degrees from the axis."""
_TOLERANCE = 1e-12
_ITERATIONS = 40

Coefficients = tuple[float, ...]
"""k1, k2, p1, p2, k3 and, for the rational model, k4, k5, k6."""


def seen_from(coefficients: Coefficients, directions: FloatArray) -> FloatArray:
    """Project directions (..., 3) of any length to (..., 2) in focal lengths."""
    depth = directions[..., 2]
    ahead = np.where(depth > 0.0, depth, np.nan)
    return distorted(coefficients, directions[..., :2] / ahead[..., None])


def distorted(coefficients: Coefficients, plane: FloatArray) -> FloatArray:
    """Distort points (..., 2) of the plane z = 1; NaN past the fold."""
    bent, jacobian = _bend(coefficients, plane)
    radius = np.hypot(plane[..., 0], plane[..., 1])
    sound = (radius < _fold_radius(coefficients)) & (_determinant(jacobian) > 0.0)
    return np.where(sound[..., None], bent, np.nan)


def undistorted(coefficients: Coefficients, seen: FloatArray) -> FloatArray:
    """Invert `distorted` to points (..., 2) of the plane z = 1; NaN where there is none.

    Newton's method from the solution without tangential terms; it stops at 1e-12, about 1e-9 px.
    """
    target = seen.reshape(-1, 2)
    plane = _without_radial(coefficients, target)
    moving = np.arange(len(target))
    for _ in range(_ITERATIONS):
        bent, jacobian = _bend(coefficients, plane[moving])
        error = bent - target[moving]
        off = np.any(np.abs(error) > _TOLERANCE, axis=-1)
        moving = moving[off]
        if len(moving) == 0:
            break
        plane[moving] -= _solve(jacobian[off], error[off])
    reached = np.abs(distorted(coefficients, plane) - target).max(axis=-1) < 1e3 * _TOLERANCE
    found: FloatArray = np.where(reached[..., None], plane, np.nan).reshape(seen.shape)
    return found


def _without_radial(coefficients: Coefficients, seen: FloatArray) -> FloatArray:
    """Undo the radial terms from a table; accurate to the first digits."""
    radii = np.linspace(0.0, _fold_radius(coefficients), 1024)
    bent = radii * _radial(coefficients, radii**2)[0]
    radius = np.hypot(seen[..., 0], seen[..., 1])
    shrink = np.interp(radius, bent, radii) / np.where(radius > 0.0, radius, 1.0)
    plane: FloatArray = seen * shrink[..., None]
    return plane


@lru_cache
def _fold_radius(coefficients: Coefficients) -> float:
    """Return the radius on the plane z = 1 where the radial part stops rising, at most 87°."""
    k1, k2, _, _, k3, k4, k5, k6 = _padded(coefficients)
    low, high = 0.0, WIDEST
    # Refined search, because root formulas fail where leading terms nearly vanish.
    for _ in range(4):
        radii = np.linspace(low, high, 2049)
        squares = radii**2
        top = 1 + squares * (k1 + squares * (k2 + squares * k3))
        below = 1 + squares * (k4 + squares * (k5 + squares * k6))
        below_slope = 2 * squares * (k4 + squares * (2 * k5 + squares * 3 * k6))
        rising = (1 + squares * (3 * k1 + squares * (5 * k2 + squares * 7 * k3))) * below
        falling = (rising - top * below_slope <= 0.0) | (below <= 0.0)
        if not falling.any():
            return high
        first = int(np.argmax(falling))
        low, high = radii[first - 1], radii[first]
    return float(low)


def _radial(coefficients: Coefficients, r2: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the radial factor at the squared radius `r2`, and twice its derivative."""
    k1, k2, _, _, k3, k4, k5, k6 = _padded(coefficients)
    top = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    top_slope = 2 * (k1 + r2 * (2 * k2 + r2 * 3 * k3))
    if len(coefficients) == 5:
        return top, top_slope
    below = 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
    below_slope = 2 * (k4 + r2 * (2 * k5 + r2 * 3 * k6))
    return top / below, (top_slope * below - top * below_slope) / below**2


def _bend(coefficients: Coefficients, plane: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the distorted points and their derivative (..., 3): xx, xy = yx, yy."""
    p1, p2 = coefficients[2:4]
    x, y = plane[..., 0], plane[..., 1]
    r2 = x * x + y * y
    radial, slope = _radial(coefficients, r2)
    bent = np.stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
            y * radial + 2 * p2 * x * y + p1 * (r2 + 2 * y * y),
        ],
        axis=-1,
    )
    jacobian = np.stack(
        [
            radial + x * x * slope + 2 * p1 * y + 6 * p2 * x,
            x * y * slope + 2 * p1 * x + 2 * p2 * y,
            radial + y * y * slope + 6 * p1 * y + 2 * p2 * x,
        ],
        axis=-1,
    )
    return bent, jacobian


def _padded(coefficients: Coefficients) -> Coefficients:
    return (*coefficients, 0.0, 0.0, 0.0)[:8]


def _determinant(jacobian: FloatArray) -> FloatArray:
    result: FloatArray = jacobian[..., 0] * jacobian[..., 2] - jacobian[..., 1] ** 2
    return result


def _solve(jacobian: FloatArray, error: FloatArray) -> FloatArray:
    determinant = _determinant(jacobian)
    determinant = np.where(np.abs(determinant) > 1e-9, determinant, np.nan)
    xx, xy, yy = np.moveaxis(jacobian, -1, 0)
    dx = (yy * error[..., 0] - xy * error[..., 1]) / determinant
    dy = (xx * error[..., 1] - xy * error[..., 0]) / determinant
    return np.stack([dx, dy], axis=-1)
